"""What of a text is prose, and which of its lines are code that came without a fence."""

from __future__ import annotations

import re
from typing import Final

_SIGN_CHARS: Final = 12
"""A line with a sign of code in so many characters is code; prose has about one in fifty."""
_LEAST_SHARE: Final = 0.25
"""Of a text that is code, for its prose to be looked at alone."""
_SIGNS: Final = "(){}[];=<>_|"
_INDENTS: Final = ("    ", "\t")
_FENCE: Final = "```"
_fenced = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_sign = re.compile(r"[(){}\[\];=<>_|]|(?<=[a-z_])\.(?=[a-z_])", re.IGNORECASE)
_phrase = re.compile(r"(?:(?<!\w)[^\W\d_A-Z]+,? ){3}[^\W\d_A-Z]+(?!\w)")
"""Four words on end, which a sentence with formulas has."""
_sentence = re.compile(r"[^\W\d_]{3,} [^\W\d_]{2,}")
_block = re.compile(r"(?:class|def|for|while|if|elif|else|try|except|with)\b[^?!]*:$")


def is_code(line: str) -> bool:
    if line.startswith(_INDENTS) or (line.endswith(":") and _block.match(line)):
        return True
    return len(_sign.findall(line)) * _SIGN_CHARS > len(line) and not _phrase.search(line)


def prose_of(text: str) -> str:
    """`text` without its code; as it is when that is little, or all."""
    if "\n" not in text or not _may_be_code(text):
        return text
    lines = _fenced.sub("\n", text).splitlines()
    prose = "\n".join(line for line in lines if not is_code(line))
    return prose if _sentence.search(prose) and len(prose) < (1.0 - _LEAST_SHARE) * len(text) else text


def _may_be_code(text: str) -> bool:
    """Looking at lines one by one takes far longer than this."""
    if _FENCE in text or any(f"\n{indent}" in text for indent in _INDENTS):
        return True
    return sum(map(text.count, _SIGNS)) * _SIGN_CHARS > _LEAST_SHARE * len(text)
