"""Processor time of a local server, read from the operating system."""

from __future__ import annotations

import os
from pathlib import Path

_UTIME, _STIME = 11, 12
"""Places of user and system time after the command's name; proc_pid_stat(5), fields 14 and 15."""


def cpu_seconds_of(pid: int) -> float | None:
    """User and system seconds of all threads of process `pid` so far; `None` where that cannot be read.

    Source: `/proc/<pid>/stat` (Linux), in clock ticks, usually of 10 ms.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    fields = stat[stat.rindex(b")") + 2 :].split()
    return (int(fields[_UTIME]) + int(fields[_STIME])) / os.sysconf("SC_CLK_TCK")
