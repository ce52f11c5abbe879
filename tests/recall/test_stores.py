"""What every store promises, embedded or on a server, sealed or not."""

from __future__ import annotations

import pytest

from sobrio.terms.question import Label

KEY, OTHER = b"k" * 32, b"o" * 32
FRANCE, SPAIN = "What is the capital of France?", "What is the capital of Spain?"


def texts(found):
    return [each.text for each in found]


def test_an_answer_is_there_at_once_and_after_it_was_written(store):
    store.put(KEY, b"\x00answer", scope="a", ttl_s=60)
    assert store.get(KEY) == b"\x00answer"
    store.flush()
    assert store.get(KEY) == b"\x00answer"
    assert store.get(OTHER) is None
    assert (store.stats().entries, store.stats().hits, store.stats().misses) == (1, 2, 1)


def test_what_one_replica_wrote_the_other_finds_and_what_it_clears_is_gone(open_store, ask):
    one, two = open_store(), open_store()
    one.put(KEY, b"Paris", scope="a", ttl_s=60, question=ask(FRANCE))
    one.flush()
    (near,) = two.near(ask(FRANCE), scope="a", limit=5, floor=0.9)
    assert (near.key, near.text) == (KEY, FRANCE)
    assert two.get(near.key) == b"Paris"
    assert near.similarity == pytest.approx(1, abs=0.01)
    one.clear("a")
    assert two.get(KEY) is None
    assert two.near(ask(FRANCE), scope="a", limit=5, floor=0) == []


def test_replicas_share_their_salt_and_another_store_has_another(open_store):
    one, two = open_store(), open_store()
    assert one.salt == two.salt
    assert len(one.salt) == 32


def test_the_nearest_question_comes_first(store, ask):
    for number, text in enumerate([SPAIN, FRANCE, "How does one bake bread?"]):
        store.put(bytes([number]) * 32, b"", scope="a", ttl_s=60, question=ask(text))
    store.flush()
    assert texts(store.near(ask("what is the Capital of France"), scope="a", limit=2, floor=0.3)) == [
        FRANCE,
        SPAIN,
    ]
    assert store.near(ask(FRANCE), scope="a", limit=5, floor=0.99)[0].text == FRANCE


def test_an_answer_put_again_replaces_the_one_before(store, ask):
    store.put(KEY, b"old", scope="a", ttl_s=60, question=ask(SPAIN))
    store.flush()
    store.near(ask(SPAIN), scope="a", limit=1, floor=0.9)
    store.put(KEY, b"new", scope="a", ttl_s=60, question=ask(FRANCE))
    store.flush()
    assert store.get(KEY) == b"new"
    assert store.stats().entries == 1
    assert texts(store.near(ask(FRANCE), scope="a", limit=5, floor=0.95)) == [FRANCE]


def test_what_is_dropped_is_gone_at_once_with_its_question(open_store, ask):
    one, two = open_store(), open_store()
    one.put(KEY, b"wrong", scope="a", ttl_s=60, question=ask(FRANCE))
    one.flush()
    assert two.near(ask(FRANCE), scope="a", limit=1, floor=0.9)
    one.drop(KEY, scope="a")
    assert one.get(KEY) is None
    assert one.near(ask(FRANCE), scope="a", limit=1, floor=0.9) == []
    one.flush()
    assert two.get(KEY) is None
    assert two.near(ask(FRANCE), scope="a", limit=1, floor=0.9) == []


def test_expired_questions_are_not_found(open_store, ask):
    now = [1_000.0]
    store = open_store(clock=lambda: now[0])
    store.put(KEY, b"Paris", scope="a", ttl_s=4e9, question=ask(FRANCE))
    store.flush()
    assert store.near(ask(FRANCE), scope="a", limit=1, floor=0.9)
    now[0] += 4e9
    assert store.near(ask(FRANCE), scope="a", limit=1, floor=0.9) == []


def test_the_number_of_entries_is_bounded(open_store, ask):
    store = open_store(max_entries=3)
    for number, animal in enumerate(["cat", "dog", "horse", "whale", "eagle", "lizard"]):
        store.put(
            bytes([number]) * 32, b"v", scope="a", ttl_s=60 + number, question=ask(f"Is a {animal} big?")
        )
        store.flush()
    assert store.stats().entries == 3
    assert store.get(bytes([5]) * 32) == b"v"
    assert store.get(bytes([0]) * 32) is None
    assert texts(store.near(ask("Is a cat big?"), scope="a", limit=10, floor=0.95)) == []


def test_clearing_a_scope_leaves_the_others(store, ask):
    for scope, key in (("a", KEY), ("b", OTHER)):
        store.put(key, b"v", scope=scope, ttl_s=60, question=ask(FRANCE, scope.encode() * 16))
        store.learn(Label(0.9, True, "shadow"), stream="en", scope=scope)
    assert store.clear("a") == 1
    assert (store.get(KEY), store.get(OTHER)) == (None, b"v")
    assert store.near(ask(FRANCE, b"a" * 16), scope="a", limit=1, floor=0) == []
    assert store.near(ask(FRANCE, b"b" * 16), scope="b", limit=1, floor=0)
    assert (store.labels("en", scope="a"), len(store.labels("en", scope="b"))) == ([], 1)
    assert store.clear() == 1
    assert store.stats().entries == store.stats().questions == store.stats().labels == 0


def test_labels_come_back_in_order_by_stream_and_scope(store):
    labels = [Label(number / 10, number % 2 == 0, "feedback") for number in range(10)]
    for label in labels:
        store.learn(label, stream="en", scope="a")
    store.learn(Label(0.5, True, "shadow"), stream="fr", scope="a")
    store.learn(Label(0.5, True, "shadow"), stream="en", scope="b")
    store.flush()
    assert store.labels("en", scope="a") == labels
    assert store.stats().labels == 12


def test_a_store_says_what_scopes_it_holds(store):
    for number in range(3):
        store.put(bytes([number]) * 32, b"v", scope="a" if number else "b", ttl_s=60)
    assert sorted(store.stats().scopes.values()) == [1, 2]
