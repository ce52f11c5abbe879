"""What a careful person accepts, and what not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.verify import Check, passes

CAPITAL = Check("contains", ("Canberra",), absent=("Sydney", "Melbourne"))
SUM = Check("number", ("12",), given=(7, 5))


@pytest.mark.parametrize(
    ("check", "answer", "accepted"),
    [
        (CAPITAL, "The capital of Australia is **Canberra**.", True),
        (CAPITAL, "It is Canberra, not Sydney, or perhaps Sydney", False),
        (CAPITAL, "Canberran wine is good.", False),
        (CAPITAL, "", False),
        (Check("one_of", ("été", "l'été")), "C'est L'ETE !", True),
        (Check("one_of", ("12", "twelve")), "Twelve.", True),
        (Check("one_of", ("12", "twelve")), "Thirteen.", False),
        (Check("equals", ("positive",)), " Positive.\n", True),
        (Check("equals", ("positive",)), "Positive, I think", False),
        (SUM, "7 + 5 equals 12.", True),
        (SUM, "12 is the sum of 7 and 5.", True),
        (SUM, "7 + 5 = 13", False),
        (SUM, "First 12, but in fact it is 11.", False),
        (SUM, "The answer is unknown.", False),
        (Check("number", ("5",), given=(5, 0)), "5 - 0 = 5", True),
        (Check("number", ("1234.5",)), "It is 1,234.5 in all", True),
        (Check("number", ("1234.5",)), "Cela fait 1 234,5", True),
        (Check("number", ("3.5",)), "3,5", True),
        (Check("number", ("-4",)), "x = −4", True),
        (Check("number", ("0.333",), tolerance=0.01), "about 0.3333", True),
        (Check("regex", (r"\bdef\s+add\(",)), "```python\ndef add(a, b):\n```", True),
        (Check("json", ('{"name": "Ana", "age": 30}',)), '```json\n{"age": 30, "name": "ana"}\n```', True),
        (Check("json", ('{"name": "Ana", "age": 30}',)), '{"name": "Ana", "age": "30"}', False),
        (Check("json", ('{"ok": true}',)), '{"ok": 1}', False),
        (Check("json", ('{"a": {"b": 1}}',)), 'Here: {"a": {"b": 1}} as asked.', True),
        (Check("json", ('{"a": 1}',)), "no object here", False),
        (Check("contains", ("Paris",), max_words=3), "Paris, of course", True),
        (Check("contains", ("Paris",), max_words=3), "Paris was a Trojan prince", False),
    ],
)  # fmt: skip
def test_accepts_what_a_careful_person_accepts(check: Check, answer: str, accepted: bool) -> None:
    assert passes(check, answer) is accepted


@given(st.integers(-(10**9), 10**9), st.text(alphabet=" abcxyz.!?\n"))
def test_a_number_is_found_whatever_words_are_around_it(value: int, words: str) -> None:
    assert passes(Check("number", (str(value),)), f"{words} {value} {words}")


@given(st.integers(0, 10**12), st.sampled_from([",", " ", "\u202f", "'"]))
def test_thousands_may_be_grouped(value: int, mark: str) -> None:
    assert passes(Check("number", (str(value),)), f"{value:,}".replace(",", mark))


@given(st.integers(0, 10**6), st.integers(0, 99))
def test_a_decimal_comma_reads_like_a_decimal_point(whole: int, cents: int) -> None:
    check = Check("number", (f"{whole}.{cents:02d}",))
    assert passes(check, f"{whole}.{cents:02d} euros")
    assert passes(check, f"{whole},{cents:02d} euros")


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Nd"], max_codepoint=0x17F), min_size=1))
def test_case_accents_and_punctuation_never_decide(word: str) -> None:
    check = Check("equals", (word,))
    assert passes(check, word) and passes(check, f"« {word} ».")
    assert passes(check, f"it said: {word}!") is False


@given(st.sampled_from(["contains", "one_of", "equals", "number", "json"]), st.text())
def test_any_text_gets_a_verdict_and_an_empty_one_never_passes(kind: str, text: str) -> None:
    expected = {"number": "1", "json": '{"a": 1}'}.get(kind, "a")
    check = Check(kind, (expected,))  # type: ignore[arg-type]
    assert passes(check, text) in (True, False)
    assert passes(check, " ?! ") is False


def test_a_wrong_pattern_is_the_checks_fault() -> None:
    with pytest.raises(ValueError, match="pattern"):
        passes(Check("regex", ("(",)), "anything")
