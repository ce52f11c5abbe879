"""Accelerators: what the name of one tells."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["measured", "scaled", "consumer", "strange"]
"""`measured` and `scaled` have the energy model of data centres, one by runs and one by data sheets;
`consumer` hardware stands at somebody's desk; of a `strange` one nothing is known."""

MEASURED: Final = ("H100", "B200")
SCALED: Final = ("H200", "A100")

_KNOWN: Final = re.compile(rf"(?<![A-Z0-9])(?:{'|'.join((*MEASURED, *SCALED))})(?![0-9])")
_BRANDS: Final = r"RTX|GTX|GEFORCE|QUADRO|TITAN|RADEON|RYZEN|ARC|IRIS|APPLE|MAC|MACBOOK|JETSON"
_CONSUMER: Final = re.compile(rf"(?<![A-Z])(?:{_BRANDS}|RX(?= ?\d)|M[1-9](?!\d))(?![A-Z])")


def known(name: str) -> str | None:
    """The accelerator that `NVIDIA H100 80GB HBM3` means; `None` for others, a GH200 among them."""
    found = _KNOWN.search(name.upper())
    return found and found[0]


def kind(name: str) -> Kind:
    accelerator = known(name)
    if accelerator is not None:
        return "measured" if accelerator in MEASURED else "scaled"
    return "consumer" if _CONSUMER.search(name.upper()) else "strange"
