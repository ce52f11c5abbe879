"""The prompts are many, varied, and their checks are honest about good and bad answers."""

from __future__ import annotations

import msgspec
import pytest

from sobrio.demo.prompts import prompts, station_log
from sobrio.verify import passes

GOOD = {
    "boiling": "Water boils at 100°C (212°F) at sea level.",
    "water-formula": "The chemical formula of water is H₂O.",
    "first-moon": "In 1969, with Apollo 11.",
    "minutes": "2.5 × 60 = 150 minutes",
    "change": "You get 6,60 euros back.",
    "liars": "Ada is a knight, Ben is a knave.",
    "siblings": "3 brothers, 4 sisters",
    "sql": "```sql\nSELECT COUNT(*) FROM orders WHERE status = 'paid';\n```",
    "complexity": "O(log n)",
    "derivative": "3x^2 + 2",
    "dice": "1/6",
    "train-french": "« Le train part à huit heures. »",
    "pluie-anglais": "It has been raining for three days.",
    "tva": "120 / 1,20 = 100 €",
    "names-json": '{"name": "Karim", "city": "Lyon"}',
    "contract": "31 December 2025",
    "candles": "3",
    "slice": "`yte`",
}
BAD = {
    "water-formula": "H2O2",
    "capital-australia": "Canberra or Sydney",
    "liars": "Ada is a knave, Ben is a knight.",
    "derivative": "3x^2 + 2x",
    "urgent": "Not urgent",
    "hamlet": "The Bard's own son, William Shakespeare, penned it after a long life at sea.",
    "names-json": "name: Karim, city: Lyon",
    "sentiment-irony": "Positive, not negative.",
    "three-boxes": "Apples or Mixed",
    "polite": "Send me the report now.",
}
BY_ID = {each.id: each for each in prompts()}


def test_there_is_enough_of_everything() -> None:
    every = prompts()
    assert len(every) >= 66
    assert len({each.id for each in every}) == len(every)
    assert sum(each.check is not None for each in every) >= 44
    assert sum(each.repeats is not None for each in every) >= 6


def test_a_repeat_is_the_same_request_byte_for_byte() -> None:
    for each in prompts():
        if each.repeats is not None:
            assert each.body("m", 96) == BY_ID[each.repeats].body("m", 96)


@pytest.mark.parametrize("name", GOOD)
def test_good_answers_pass(name: str) -> None:
    check = BY_ID[name].check
    assert check is not None and passes(check, GOOD[name])


@pytest.mark.parametrize("name", BAD)
def test_bad_answers_fail(name: str) -> None:
    check = BY_ID[name].check
    assert check is not None and not passes(check, BAD[name])


@pytest.mark.parametrize("prompt", [each for each in prompts() if each.check], ids=lambda each: each.id)
def test_no_check_is_passed_by_silence_or_by_any_chatter(prompt: object) -> None:
    check = prompt.check  # type: ignore[attr-defined]
    assert not passes(check, "")
    assert not passes(check, "I am a helpful assistant. How can I help you today?")


def test_the_log_answers_its_own_question() -> None:
    warm = [line for line in station_log().splitlines() if float(line.split()[1]) > 40]
    assert warm[0].startswith("1123:") and len(warm) == 2


def test_special_needs_are_in_the_bodies() -> None:
    picture = msgspec.json.decode(BY_ID["picture"].body("m", 8))
    assert picture["messages"][0]["content"][1]["type"] == "image_url"
    assert "tools" in msgspec.json.decode(BY_ID["weather-tool"].body("m", 8))


@pytest.mark.parametrize("limit", [1, 6, 20])
def test_a_short_run_is_spread_over_the_topics(limit: int) -> None:
    few = prompts(limit)
    assert len(few) == limit
    assert len({each.topic for each in few}) >= min(limit, 5)
