"""Build the words that languages are told by (`src/sobrio/understand/data/languages.json`), in seconds:

    pip install wordfreq==3.1.1
    python benchmarks/gloss/languages.py [--out FILE]

The most usual words of each language (wordfreq, Apache-2.0; its lists CC-BY-SA-4.0), and how much each says
for every language: tenths of powers of ten of its frequency above one in a million words.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec
from wordfreq import top_n_list, zipf_frequency

OUT = Path(__file__).parents[2] / "src" / "sobrio" / "understand" / "data" / "languages.json"
LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl")
USUAL = 2_000
RARE_ZIPF = 3.0
LETTERS = frozenset("aiàyeoéèuó")
"""Which single letters are words."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=OUT)
    out = parser.parse_args().out
    usual = {word for language in LANGUAGES for word in top_n_list(language, USUAL)}
    words = sorted(word for word in usual if word.isalpha() and (len(word) > 1 or word in LETTERS))
    document = {"languages": LANGUAGES, "words": {word: votes(word) for word in words}}
    out.write_bytes(msgspec.json.encode(document) + b"\n")


def votes(word: str) -> list[int]:
    return [round(10 * max(0.0, zipf_frequency(word, each) - RARE_ZIPF)) for each in LANGUAGES]


if __name__ == "__main__":
    main()
