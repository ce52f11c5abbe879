from __future__ import annotations

from msgspec.structs import replace

from sobrio.route.conversation import Conversations, key_of
from sobrio.terms.conversation import Held
from sobrio.terms.request import Caller, Message, Options, Request


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def turns(*texts: str) -> Request:
    roles = ("system", "user", "assistant")
    messages = tuple(
        Message(roles[0] if not i else roles[1 + (i + 1) % 2], text) for i, text in enumerate(texts)
    )
    return Request("sobrio/auto", messages, {})


def held(known: Conversations, request: Request) -> Held | None:
    return known.held(request, key_of(request))


FIRST = turns("Be brief.", "Plan a trip.")
SECOND = turns("Be brief.", "Plan a trip.", "Where to?", "To Lyon.")


def test_the_next_turn_knows_who_answered_the_last() -> None:
    known = Conversations()
    known.note(key_of(FIRST), "here", "middle", 300)
    stand = held(known, SECOND)
    assert stand is not None and (stand.deployment, stand.model, stand.cached_tokens) == ("here", "middle", 0)


def test_a_first_turn_in_the_same_words_is_a_conversation_of_its_own() -> None:
    known = Conversations()
    known.note(key_of(FIRST), "here", "middle", 300)
    assert held(known, FIRST) is None


def test_a_long_beginning_lies_in_the_provider_s_cache_for_five_minutes() -> None:
    clock = Clock()
    known = Conversations(clock=clock)
    known.note(key_of(FIRST), "here", "middle", 3000)
    warm = held(known, SECOND)
    clock.now = 301
    cold = held(known, SECOND)
    assert warm is not None and cold is not None
    assert (warm.cached_tokens, cold.cached_tokens) == (3000, 0)


def test_it_is_forgotten_after_an_hour_and_when_there_are_too_many() -> None:
    clock = Clock()
    known = Conversations(most=2, clock=clock)
    known.note(key_of(FIRST), "here", "middle", 10)
    clock.now = 3601
    assert held(known, SECOND) is None
    known.note(key_of(FIRST), "here", "middle", 10)
    for number in range(2):
        known.note(key_of(turns("", f"another {number}")), "here", "middle", 10)
    assert held(known, SECOND) is None


def test_another_tenant_or_another_key_never_shares_a_conversation() -> None:
    others = [
        replace(FIRST, caller=Caller(tenant="b")),
        replace(FIRST, caller=Caller(key_id="k")),
        replace(FIRST, options=Options(conversation="began")),
        turns("Be brief.Plan a", " trip."),
    ]
    assert len({key_of(FIRST), *map(key_of, others)}) == 5


def test_a_name_of_the_caller_s_own_holds_it_together_whatever_is_said() -> None:
    known = Conversations()
    named = replace(turns("", "a"), options=Options(conversation="c1"))
    known.note(key_of(named), "here", "middle", 10)
    assert held(known, replace(turns("", "entirely different"), options=Options(conversation="c1")))
