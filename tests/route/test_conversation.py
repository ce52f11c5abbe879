from __future__ import annotations

from msgspec.structs import replace

from sobrio.route.conversation import Conversations, place_of
from sobrio.terms.conversation import Held
from sobrio.terms.decision import Candidate, Decision
from sobrio.terms.request import Caller, Message, Options, Request


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def turns(*texts: str) -> Request:
    """A system's turn, then a user's and an assistant's by turns."""
    roles = ("system", "user", "assistant")
    messages = tuple(
        Message(roles[0] if not i else roles[1 + (i + 1) % 2], text) for i, text in enumerate(texts)
    )
    return Request("sobrio/auto", messages, {})


WEIGHED = tuple(
    Candidate(name, name, expected_quality=quality, energy_wh=energy_wh)
    for name, quality, energy_wh in (("small", 0.71, 0.1), ("middle", 0.7, 0.2), ("large", 0.8, 1.0))
)
"""The small one is expected to do as well as the middle one, which is not sure."""


def note(
    known: Conversations, request: Request, model: str, tokens: int = 10, decided: str | None = None
) -> None:
    chosen = decided or model
    decision = Decision(chosen, chosen, "rule", "why", None, 0.9, "p0", candidates=WEIGHED)
    known.note(place_of(request), decision, model, model, tokens)


def held(known: Conversations, request: Request) -> Held | None:
    return known.held(place_of(request))


def held_by(known: Conversations, request: Request) -> str | None:
    stand = held(known, request)
    return stand.model if stand else None


FIRST = turns("Be brief.", "Plan a trip.")
SECOND = turns("Be brief.", "Plan a trip.", "Where to?", "To Lyon.")


def test_the_next_turn_knows_who_answered_the_last() -> None:
    known = Conversations()
    note(known, FIRST, "middle", 300)
    stand = held(known, SECOND)
    assert stand is not None and (stand.deployment, stand.model, stand.cached_tokens) == (
        "middle",
        "middle",
        0,
    )


def test_a_first_turn_in_the_same_words_is_a_conversation_of_its_own() -> None:
    known = Conversations()
    note(known, FIRST, "middle", 300)
    assert held(known, FIRST) is None


def test_a_long_beginning_lies_in_the_provider_s_cache_for_five_minutes() -> None:
    clock = Clock()
    known = Conversations(clock=clock)
    note(known, FIRST, "middle", 3000)
    warm = held(known, SECOND)
    clock.now = 301
    cold = held(known, SECOND)
    assert warm is not None and cold is not None
    assert (warm.cached_tokens, cold.cached_tokens) == (3000, 0)


def test_it_is_forgotten_after_an_hour_and_when_there_are_too_many() -> None:
    clock = Clock()
    known = Conversations(most=8, clock=clock)
    note(known, FIRST, "middle", 10)
    clock.now = 3601
    assert held(known, SECOND) is None
    note(known, FIRST, "middle", 10)
    for number in range(8):
        clock.now += 1
        note(known, turns("", f"another {number}"), "middle", 10)
    assert held(known, SECOND) is None


def test_another_tenant_or_another_key_never_shares_a_conversation() -> None:
    others = [
        replace(FIRST, caller=Caller(tenant="b")),
        replace(FIRST, caller=Caller(key_id="k")),
        replace(FIRST, options=Options(conversation="began")),
        turns("Be brief.Plan a", " trip."),
    ]
    places = [place_of(each) for each in (FIRST, *others)]
    assert len({each.own for each in places}) == len({each.began for each in places}) == 5


def test_a_name_of_the_caller_s_own_holds_it_together_whatever_is_said() -> None:
    known = Conversations()
    named = replace(turns("", "a"), options=Options(conversation="c1"))
    note(known, named, "middle", 10)
    assert held(known, replace(turns("", "entirely different"), options=Options(conversation="c1")))


THIRD = turns("Be brief.", "Plan a trip.", "Where to?", "To Lyon.", "When?", "Soon.")


def test_another_conversation_that_began_alike_makes_it_no_lesser() -> None:
    known = Conversations()
    note(known, FIRST, "small")
    note(known, SECOND, "large")
    note(known, FIRST, "small")
    assert held_by(known, THIRD) == "large"


def test_another_conversation_that_began_alike_holds_it_no_higher() -> None:
    known = Conversations()
    note(known, FIRST, "small")
    note(known, SECOND, "large")
    other = turns("Be brief.", "Plan a trip.", "Where to?", "To Rome.")
    assert held_by(known, other) == "small"


def test_where_two_said_the_same_so_far_the_better_stands_until_its_hour_is_over() -> None:
    clock = Clock()
    known = Conversations(clock=clock)
    note(known, FIRST, "large")
    clock.now = 1800
    note(known, FIRST, "small")
    assert held_by(known, SECOND) == "large"
    clock.now = 3601
    note(known, FIRST, "small")
    assert held_by(known, SECOND) == "small"


def test_whoever_helped_out_stands_for_the_conversation_only_where_it_is_no_lesser() -> None:
    for helper, stands in (("small", "middle"), ("large", "large")):
        known = Conversations()
        note(known, FIRST, "middle")
        note(known, SECOND, helper, decided="middle")
        assert held_by(known, THIRD) == stands


def test_whoever_answered_where_routing_failed_stands_for_nothing() -> None:
    known = Conversations()
    note(known, FIRST, "large")
    bypass = Decision("small", "small", "rule", "why", None, 0.0, "p0", bypassed=True)
    known.note(place_of(SECOND), bypass, "small", "small", 10)
    assert held_by(known, THIRD) == "large"


def test_whom_a_turn_was_decided_for_stands_for_the_conversation() -> None:
    known = Conversations()
    note(known, FIRST, "middle")
    note(known, SECOND, "small")
    assert held_by(known, THIRD) == "small"


def test_turns_that_were_changed_since_are_known_by_the_beginning() -> None:
    known = Conversations()
    note(known, FIRST, "small")
    note(known, SECOND, "large")
    shortened = turns("Be brief.", "Plan a trip.", "(left out)", "Lyon it is.", "When?", "Soon.")
    assert held_by(known, shortened) == "large"


def test_examples_that_nobody_answered_here_make_no_conversation() -> None:
    known = Conversations()
    note(known, turns("Translate.", "un", "one", "deux"), "large")
    assert held_by(known, turns("Translate.", "un", "one", "trois")) is None


def test_an_answer_that_the_caller_begins_belongs_to_its_turn() -> None:
    known = Conversations()
    note(known, turns("Be brief.", "Plan a trip.", "Where to?", "To Lyon.", "{"), "large")
    assert (
        held_by(known, turns("Be brief.", "Plan a trip.", "Where to?", "To Lyon.", "{}", "Soon.")) == "large"
    )


def test_without_a_user_s_turn_conversations_are_still_their_tenants_own() -> None:
    task = Request("sobrio/auto", (Message("system", "Watch the logs."),), {})
    places = [place_of(task), place_of(replace(task, caller=Caller(tenant="b")))]
    assert len({each.began for each in places}) == 2
