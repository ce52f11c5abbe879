"""What is too long for every commit, in one run: `.ci/run deep`. Writes `benchmarks/results/deep.json`.

python benchmarks/deep.py [--out FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Runs to the end; the exit code is the caller's to judge."""
    return subprocess.run(
        arguments, cwd=ROOT, env=os.environ | environ, capture_output=True, text=True, check=False
    )


def deep_tests() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "deep.xml"
        done = run(sys.executable, "-m", "pytest", "-m", "deep", f"--junitxml={file}")
        suite = ET.parse(file).getroot().find("testsuite")
        assert suite is not None
        counts = {name: int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")}
    print(done.stdout[-2000:], flush=True)
    return counts | {"seconds": round(float(suite.attrib["time"]), 1), "exit": done.returncode}


def demo() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        done = run(sys.executable, "-m", "sobrio", "demo", "--json", "--out", folder, SOBRIO_HOME=folder)
        seconds = time.perf_counter() - begun
    result = json.loads(done.stdout) if done.returncode == 0 else {}
    kept = ("requests", "outcomes", "checks", "realised", "reference", "avoided", "router_overhead_wh")
    return {"exit": done.returncode, "seconds": round(seconds, 1)} | {
        name: result[name] for name in kept if name in result
    }


def import_ms() -> float:
    """Median of five `python -X importtime -c "import sobrio"`, cumulative."""
    runs = [run(sys.executable, "-X", "importtime", "-c", "import sobrio").stderr for _ in range(5)]
    last = [int(re.findall(r"\|\s+(\d+) \| sobrio$", text, re.MULTILINE)[-1]) for text in runs]
    return round(median(last) / 1000, 1)


def ready_s() -> float:
    """Median of five times from starting `sobrio serve` to its line saying that it is ready."""
    return round(median(_ready_s() for _ in range(5)), 2)


def _ready_s() -> float:
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        arguments = [sys.executable, "-m", "sobrio", "serve", "--port", "0", "--data-dir", folder, "--json"]
        with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            seconds = time.perf_counter() - begun
            process.terminate()
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "results" / "deep.json")
    out = parser.parse_args().out
    summary = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "environment": {
            "python": platform.python_version(),
            "system": platform.system(),
            "machine": platform.machine(),
            "cores": os.cpu_count(),
        },
        "import_sobrio_ms": import_ms(),
        "serve_ready_s": ready_s(),
        "demo": demo(),
        "deep_tests": deep_tests(),
    }
    out.write_text(json.dumps(summary, indent=2) + "\n")
    print(json.dumps(summary, indent=2))
    return 0 if summary["demo"]["exit"] == summary["deep_tests"]["exit"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
