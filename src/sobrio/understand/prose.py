"""What of a text is prose, and which of its lines are code that came without a fence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

_SIGN_CHARS: Final = 16
"""A line with a sign of code in so many characters is code; prose has about one in fifty."""
_LEAST_SHARE: Final = 0.25
"""Of a text that is code, for its prose to be looked at alone."""
_SIGNS: Final = "(){}[];=<>_|"
_INDENTS: Final = ("    ", "\t")
_AROUND: Final = " \t>|#*=_-•"
"""What sets off a line of prose: indents, quotes, rules, bullets, the borders of tables."""
_FENCE: Final = "```"
_fenced = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_sign = re.compile(
    r"[{}=<>]|[(\[](?<=\w.)|_(?<=[^\W_].)(?=[^\W_])|\.(?<=\w.)(?=[A-Za-z_]{2})|;$|\":|\|\||&&|https?://\S+"
)
"""Of calls, blocks and names of several parts; each alternative begins with its sign, for speed."""
_phrase = re.compile(r"(?:(?<!\w)[^\W\d_A-Z]+,? ){3}[^\W\d_A-Z]+(?!\w)")
"""Four words on end, which a sentence with formulas has."""
_sentence = re.compile(r"(?<![^\W\d_])[^\W\d_]{3,} [^\W\d_]{2}")
_opening = re.compile(
    r"(?:class|def|for|while|if|elif|else|try|except|with|async|Traceback)\b[^?!]*:$"
    r"|(?:SELECT|FROM|(?:LEFT |INNER )?JOIN|WHERE|GROUP BY|ORDER BY|INSERT INTO|UPDATE|CREATE TABLE) "
    r"|import \w+|from [\w.]+ import |include [<\"]|(?:define|ifn?def) [A-Z_]|//|/\*|\"[\w -]+\":"
)
"""How lines of code begin that need no signs, and those of blocks."""


def code_lines(lines: Iterable[str]) -> Iterator[bool]:
    """Of every line, whether it is code; one that is indented below code is code as well."""
    code = False
    for line in lines:
        body = line.strip(_AROUND)
        if body:
            code = (code and line[0] in " \t") or _is_code(body)
        yield code


def _is_code(body: str) -> bool:
    if body[-1] == "{" or _opening.match(body):
        return True
    return len(_sign.findall(body)) * _SIGN_CHARS > len(body) and not _phrase.search(body)


def prose_of(text: str) -> str:
    """`text` without its code; as it is when that is little, or all."""
    if "\n" not in text or not may_be_code(text):
        return text
    lines = _fenced.sub("\n", text).splitlines()
    prose = "\n".join(line for line, code in zip(lines, code_lines(lines), strict=True) if not code)
    return prose if _sentence.search(prose) and len(prose) < (1.0 - _LEAST_SHARE) * len(text) else text


def may_be_code(text: str) -> bool:
    """Whether there is much of it: looking at lines one by one takes far longer than this."""
    if _FENCE in text or any(f"\n{indent}" in text for indent in _INDENTS):
        return True
    return sum(map(text.count, _SIGNS)) * _SIGN_CHARS > _LEAST_SHARE * len(text)
