"""Finding, judging and learning, apart from any route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from sobrio.encode import HashedEncoder
from sobrio.recall import SameAnswer, Similar, SqliteStore, Streams, Terms
from sobrio.recall.agreement import VERSION
from sobrio.route import receive
from sobrio.terms.question import Label, Recalled
from sobrio.terms.request import Caller, Request

FRANCE = "What is the capital of France?"


class Fixed:
    """A judge of one opinion, which counts how often it was asked."""

    def __init__(self, probability: float, fingerprint: str = "fixed", *, reads_ahead: bool = False) -> None:
        self.probability = probability
        self.fingerprint = fingerprint
        self.reads_ahead = reads_ahead
        self.asked: list[Sequence[tuple[str, str]]] = []
        self.readings: list[dict[str, bytes]] = []
        self.read_texts: list[str] = []

    def read(self, text: str) -> bytes:
        self.read_texts.append(text)
        return text.encode()

    def likeness(self, text: str, readings: Sequence[bytes]) -> NDArray[np.float64]:
        """By the words in common."""
        words = set(text.casefold().split())
        return np.array([float(len(words & set(each.decode().casefold().split()))) for each in readings])

    def score(
        self, pairs: Sequence[tuple[str, str]], readings: Mapping[str, bytes] | None = None
    ) -> NDArray[np.float64]:
        self.asked.append(pairs)
        self.readings.append(dict(readings or {}))
        return np.full(len(pairs), self.probability)


def request(text: str = FRANCE, tenant: str = "a") -> Request:
    body = {"model": "m", "messages": [{"role": "user", "content": text}]}
    return receive(msgspec.json.encode(body), {}, Caller(tenant))


@pytest.fixture
def store(tmp_path):
    store = SqliteStore(tmp_path / "cache.sqlite")
    yield store
    store.close()


def similar(store, judge=None, chance=0.5, clock=lambda: 0.0) -> Similar:
    streams = Streams(store, clock=clock)
    return Similar(
        store, streams, HashedEncoder(256), judge or Fixed(0.99), lambda _: "en", chance=lambda: chance
    )


def kept(store, by: Similar, text: str = FRANCE, tenant: str = "a", answer: str = "Paris") -> None:
    asked = by.question(request(text, tenant), "p")
    assert asked is not None
    store.put(text.encode(), answer.encode(), scope=tenant, ttl_s=60, question=by.answered(asked[0], answer))
    store.flush()


def find(by: Similar, text: str, tenant: str = "a", **terms: float) -> Recalled | None:
    asked = by.question(request(text, tenant), "p")
    assert asked is not None
    return by.find(*asked, scope=tenant, terms=Terms(**{"max_false_hit_rate": 0.05, **terms}))


def vouch(
    store, count: int, tenant: str = "a", judge: str = "fixed", right: bool = True, weighing: str = VERSION
) -> None:
    for _ in range(count):
        stream = f"en {HashedEncoder(256).fingerprint} {judge} {weighing}"
        store.learn(Label(0.99, right, "shadow"), stream=stream, scope=tenant)
    store.flush()


def test_what_must_not_be_answered_by_likeness_is_no_question(store):
    assert similar(store).question(request("What is the weather like?"), "p") is None


def test_all_candidates_are_judged_in_one_go_and_none_without_a_candidate(store):
    judge = Fixed(0.99)
    by = similar(store, judge)
    for text in (FRANCE, "What is the capital of Spain?", "What is the capital of Italy?"):
        kept(store, by, text)
    assert find(by, "How is bread made?") is None
    assert judge.asked == []
    assert find(by, "What is the capital of France, please?") is not None
    assert len(judge.asked[0]) == 3
    assert {pair[0] for pair in judge.asked[0]} == {"What is the capital of France, please?"}


@pytest.mark.parametrize("count", [0, 10, 58])
def test_too_few_labels_serve_nothing(store, count):
    by = similar(store)
    kept(store, by)
    vouch(store, count)
    found = find(by, "what is the capital of france")
    assert found is not None
    assert (found.use, found.threshold) == ("learning", None)


def test_enough_labels_serve_and_only_up_to_the_bound_they_vouch_for(store):
    by = similar(store)
    kept(store, by)
    vouch(store, 100)
    served = find(by, "what is the capital of france", shadow_rate=0.0)
    assert served is not None
    assert served.use == "served"
    assert find(by, "what is the capital of france", max_false_hit_rate=0.01).use == "learning"


@pytest.mark.parametrize(("chance", "use"), [(0.04, "shadow"), (0.06, "served")])
def test_a_share_of_the_hits_is_checked(store, chance, use):
    by = similar(store, chance=chance)
    kept(store, by)
    vouch(store, 100)
    assert find(by, "what is the capital of france", shadow_rate=0.05).use == use


def test_an_improbable_candidate_is_no_hit_at_all(store):
    by = similar(store, Fixed(0.4))
    kept(store, by)
    vouch(store, 100)
    assert find(by, "what is the capital of france") is None


@pytest.mark.parametrize("other", [{"tenant": "b"}, {"judge": "another"}, {"weighing": "another"}])
def test_the_labels_of_another_stream_vouch_for_nothing(store, other):
    by = similar(store)
    kept(store, by)
    vouch(store, 500, **other)
    assert find(by, "what is the capital of france").use == "learning"


def test_another_judge_or_encoder_starts_anew(store):
    kept(store, similar(store))
    assert find(similar(store, Fixed(0.99, "newer")), "what is the capital of france") is None


def test_what_others_learn_counts_within_a_minute(store):
    now = [0.0]
    by = similar(store, clock=lambda: now[0])
    kept(store, by)
    assert find(by, "what is the capital of france").use == "learning"
    vouch(store, 100)
    assert find(by, "what is the capital of france").use == "learning"
    now[0] = 61.0
    assert find(by, "what is the capital of france", shadow_rate=0.0).use == "served"


def test_a_wrong_hit_counts_at_once(store):
    by = similar(store)
    kept(store, by)
    vouch(store, 100)
    found = find(by, "what is the capital of france", shadow_rate=0.0)
    by.told(found, False, scope="a")
    kept(store, by, "What is the capital of France ?")
    assert find(by, "what is the capital of france", shadow_rate=0.0).use == "learning"


@pytest.mark.parametrize(
    ("given", "right", "learnt"), [("It is Paris.", True, 1), ("Lyon", False, 1), ("long " * 50, None, 0)]
)
def test_the_models_own_answer_is_a_label_where_it_can_be_compared(store, given, right, learnt):
    by = similar(store)
    kept(store, by)
    found = find(by, "what is the capital of france")
    assert by.compare(found, "Paris", given, scope="a") is right
    store.flush()
    assert [each.right for each in store.labels(found.stream, scope="a")] == [right] * learnt


def test_an_answer_found_wrong_in_the_shadow_is_forgotten(store):
    by = similar(store, chance=0.0)
    kept(store, by)
    vouch(store, 100)
    found = find(by, "what is the capital of france")
    assert found.use == "shadow"
    by.compare(found, "Paris", "Lyon", scope="a")
    assert store.get(FRANCE.encode()) is None


def test_the_shipped_judge_fits(store):
    by = similar(store, SameAnswer.default())
    kept(store, by)
    found = find(by, FRANCE)
    by.close()
    assert found is not None
    assert 0.5 <= found.probability <= 1


def test_a_slow_judge_reads_what_is_kept_once_and_off_the_path(store):
    judge = Fixed(0.99, reads_ahead=True)
    by = similar(store, judge)
    for text in (FRANCE, "What is the capital of Spain?"):
        kept(store, by, text)
        by.keep(text.encode(), by.question(request(text), "p")[0], scope="a")
    by.flush()
    store.flush()
    for _ in range(2):
        assert find(by, "What is the capital of France, please?") is not None
    by.close()
    assert sorted(judge.read_texts) == [FRANCE, "What is the capital of Spain?"]
    assert all(given == {text: text.encode() for text in judge.read_texts} for given in judge.readings)


def test_of_what_a_slow_judge_has_not_read_it_reads_the_nearest_and_the_rest_for_the_next_time(store):
    judge = Fixed(0.99, reads_ahead=True)
    by = similar(store, judge)
    for text in (FRANCE, "What is the capital of Spain?"):
        kept(store, by, text)
    asked = "What is the capital of France, please?"
    assert find(by, asked).entry == FRANCE.encode().hex()
    by.close()
    store.flush()
    assert find(by, asked) is not None
    assert judge.asked[0] == [(asked, FRANCE)]
    assert judge.readings[0] == {}
    assert set(judge.readings[-1]) == {FRANCE, "What is the capital of Spain?"}


class OneOfTwo(Fixed):
    """Finds every kept question likely, and no two kept ones the same."""

    def score(
        self, pairs: Sequence[tuple[str, str]], readings: Mapping[str, bytes] | None = None
    ) -> NDArray[np.float64]:
        return np.array([0.9 if "please" in new else 0.1 for new, _ in pairs])


@pytest.mark.parametrize(
    ("answers", "odds"),
    [(["Paris"], 9), (["Paris"] * 2, 18), (["Paris"] * 4, 18), (["Paris", "Madrid"], 9 / 10)],
)
def test_like_questions_of_one_answer_are_worth_one_more_and_those_of_others_speak_against_it(
    store, answers, odds
):
    by = similar(store, OneOfTwo(0.9))
    for place, answer in enumerate(answers):
        kept(store, by, f"What is the capital of France{' ' * place}?", answer=answer)
    found = find(by, "What is the capital of France, please?")
    if odds < 1:
        assert found is None
    else:
        assert found.probability == pytest.approx(odds / (1 + odds))


def test_an_answer_without_text_is_like_no_other(store):
    by = similar(store)
    asked = by.question(request(), "p")
    assert by.answered(asked[0], " ").answer == b""
    assert by.answered(asked[0], "Paris ").answer == by.answered(asked[0], "Paris").answer != b""


def test_who_asks_the_same_over_and_over_vouches_once(store):
    by = similar(store)
    kept(store, by)
    asked = ["what is the capital of france", "And what is the capital of France, please?"] * 60
    for text in asked:
        found = find(by, text)
        assert found is not None
        assert by.compare(found, "Paris", "Paris.", scope="a")
    store.flush()
    stream = found.stream
    assert len(store.labels(stream, scope="a")) == len(asked)
    assert len({label.pair for label in store.labels(stream, scope="a")}) == 1
    assert Streams(store).threshold(stream, scope="a", max_false_hit_rate=0.05) is None


def test_of_many_candidates_a_judge_that_reads_ahead_takes_those_it_finds_nearest(store):
    judge = Fixed(0.99, reads_ahead=True)
    by = similar(store, judge)
    near = "the capital of France is what city please"
    texts = [f"What is the capital of France{sign}" for sign in ("", *"?!.,;:")]
    for text in (*texts, near):
        kept(store, by, text)
        by.keep(text.encode(), by.question(request(text), "p")[0], scope="a")
    by.flush()
    store.flush()
    asked = "What city is the capital of France, please?"
    by.find(*by.question(request(asked), "p"), scope="a", terms=Terms())
    by.close()
    assert len(judge.asked[0]) == 5
    assert near in {kept for _, kept in judge.asked[0]}


def test_what_is_not_near_enough_is_not_read_at_all(store):
    judge = Fixed(0.99, reads_ahead=True)
    by = similar(store, judge)
    kept(store, by)
    assert find(by, "How is sourdough bread made at home?") is None
    by.close()
    assert judge.read_texts == []
