"""Build the words that languages are told by (`src/sobrio/understand/data/languages.json`), in seconds:

    pip install wordfreq==3.1.1 simplemma==2.0.0
    python benchmarks/gloss/languages.py [--out FILE]

The most usual words of each language (wordfreq, Apache-2.0; its lists CC-BY-SA-4.0), and how much each says
for every language: tenths of powers of ten of its frequency above one in a million words. Besides, what
requests are made of, orders above all, which written language is short of: the words of `core.txt` and of
`orders.txt`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import msgspec
from build import CORE, core, orders
from wordfreq import top_n_list, zipf_frequency

OUT = Path(__file__).parents[2] / "src" / "sobrio" / "understand" / "data" / "languages.json"
LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl")
USUAL = 4_000
RARE_ZIPF = 3.0
ORDERS = Path(__file__).with_name("orders.txt")
OF_REQUESTS = 20
"""What a word of requests says at least, unless another language uses it too."""
_FOREIGN = 5
LETTERS = frozenset("aiàyeoéèuó")
"""Which single letters are words."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=OUT)
    out = parser.parse_args().out
    usual = {word for language in LANGUAGES for word in top_n_list(language, USUAL)}
    asked = of_requests()
    words = sorted(word for word in usual | {*asked} if word.isalpha() and (len(word) > 1 or word in LETTERS))
    document = {
        "languages": LANGUAGES,
        "words": {word: votes(word, asked.get(word, set())) for word in words},
    }
    out.write_bytes(msgspec.json.encode(document) + b"\n")


def of_requests() -> dict[str, set[str]]:
    """The languages that have each word for requests."""
    spoken: dict[str, set[str]] = {}
    for language, word in asking():
        spoken.setdefault(word, set()).add(language)
    return spoken


def asking() -> Iterator[tuple[str, str]]:
    """(language, word)."""
    for line in CORE.read_text(encoding="utf-8").splitlines():
        yield from (("en", word) for word in line.partition("|")[0].split())
    for place, language in enumerate(LANGUAGES[1:4]):
        table = dict(core(place))
        yield from ((language, word) for word in (*table, *(word for word, _ in orders(language, table))))
    for line in ORDERS.read_text(encoding="utf-8").splitlines():
        language, _, words = line.partition("|")
        yield from ((language, word) for word in words.split())


def votes(word: str, asked_in: set[str]) -> list[int]:
    found = {each: round(10 * max(0.0, zipf_frequency(word, each) - RARE_ZIPF)) for each in LANGUAGES}
    if max((found[each] for each in LANGUAGES if each not in asked_in), default=0) < _FOREIGN:
        found |= {each: max(found[each], OF_REQUESTS) for each in asked_in}
    return [*found.values()]


if __name__ == "__main__":
    main()
