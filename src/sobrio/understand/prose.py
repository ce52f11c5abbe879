"""What of a text is prose, and which of its lines are code that came without a fence."""

from __future__ import annotations

import re
from typing import Final

_SIGN_CHARS: Final = 12
"""A line with a sign of code in so many characters is code; prose has about one in fifty."""
_LEAST_SHARE: Final = 0.25
"""Of a text that is code, for its prose to be looked at alone."""
_fenced = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_sign = re.compile(r"[(){}\[\];=<>_|]|(?<=\w)\.(?=\w)", re.ASCII)
_block = re.compile(r"(?:class|def|for|while|if|elif|else|try|except|with)\b[^?!]*:$")
_INDENTED: Final = ("    ", "\t")


def is_code(line: str) -> bool:
    if line.startswith(_INDENTED) or _block.match(line):
        return True
    return len(_sign.findall(line)) * _SIGN_CHARS > len(line)


def prose_of(text: str) -> str:
    """`text` without its code; as it is when that is little, or all."""
    if "\n" not in text:
        return text
    lines = _fenced.sub("\n", text).splitlines()
    prose = "\n".join(line for line in lines if not is_code(line))
    return prose if prose.strip() and len(prose) < (1.0 - _LEAST_SHARE) * len(text) else text
