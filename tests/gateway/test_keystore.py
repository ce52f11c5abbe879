from __future__ import annotations

from pathlib import Path

import pytest

from sobrio.errors import InputError, KeysError
from sobrio.gateway.keys import Keys
from sobrio.gateway.keystore import KeyStore
from sobrio.terms.limit import Limit


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> KeyStore:
    return KeyStore(tmp_path / "keys.sqlite", clock, clock)


def test_an_issued_key_opens_and_a_changed_one_does_not(store: KeyStore) -> None:
    key, text = store.issue("ci", team="research")
    assert store.holder(text) == key
    assert (key.tenant, key.team) == ("research", "research")
    for wrong in (text[:-1], text + "a", text.swapcase(), text.replace(key.id, "0" * 12), "", "sk-sobrio-"):
        assert store.holder(wrong) is None


def test_the_secret_is_nowhere_in_the_file_and_only_its_owner_may_read_it(
    store: KeyStore, tmp_path: Path
) -> None:
    _, text = store.issue("ci")
    assert not any(text[20:].encode() in file.read_bytes() for file in tmp_path.iterdir())
    assert (tmp_path / "keys.sqlite").stat().st_mode & 0o077 == 0


def test_a_key_ends_when_it_was_said_to(store: KeyStore, clock: Clock) -> None:
    _, text = store.issue("ci", lasts_s=60)
    clock.now += 59
    assert store.holder(text)
    clock.now += 1
    assert store.holder(text) is None


def test_a_rotated_key_goes_on_for_its_grace_and_its_successor_holds_the_same_rights(
    store: KeyStore, clock: Clock
) -> None:
    old, old_text = store.issue("ci", tenant="acme", rights=["call"], models=["small"])
    new, new_text = store.rotate(old.id, grace_s=3600)
    assert (new.tenant, new.rights, new.models) == ("acme", {"call"}, {"small"})
    assert store.holder(old_text) and store.holder(new_text)
    clock.now += 3600
    assert store.holder(old_text) is None
    assert store.holder(new_text) == new


def test_rotation_never_lengthens_a_key(store: KeyStore, clock: Clock) -> None:
    old, text = store.issue("ci", lasts_s=60)
    store.rotate(old.id, grace_s=3600)
    clock.now += 60
    assert store.holder(text) is None


def test_a_successor_lives_as_long_as_its_key_was_meant_to(store: KeyStore, clock: Clock) -> None:
    old, _ = store.issue("ci", lasts_s=90)
    clock.now += 80
    new, text = store.rotate(old.id, grace_s=5)
    assert new.expires_at == clock.now + 90
    clock.now += 89
    assert store.holder(text) == new


def test_a_revoked_key_is_refused_at_once_and_cannot_be_rotated(store: KeyStore) -> None:
    key, text = store.issue("ci")
    store.revoke(key.id)
    assert store.holder(text) is None
    with pytest.raises(InputError, match="is revoked; issue a new one"):
        store.rotate(key.id, 1)


def test_what_another_process_does_is_seen_within_a_second(tmp_path: Path, clock: Clock) -> None:
    here, there = (KeyStore(tmp_path / "k.sqlite", clock, clock) for _ in range(2))
    key, text = there.issue("ci")
    assert here.holder(text)
    there.revoke(key.id)
    clock.now += 1
    assert here.holder(text) is None


def test_a_clock_that_was_set_back_does_not_keep_the_door_open(tmp_path: Path, clock: Clock) -> None:
    steady = Clock()
    here, there = (KeyStore(tmp_path / "k.sqlite", clock, steady) for _ in range(2))
    assert not here
    clock.now -= 7200
    _, text = there.issue("first")
    steady.now += 1
    assert here
    assert here.holder(text)


def test_limits_go_on_through_rotations(store: KeyStore) -> None:
    """By day and by month: neither the successor nor the old key in its grace begins a new account."""
    first, text = store.issue("ci")
    second, second_text = store.rotate(first.id, grace_s=3600)
    _, third_text = store.rotate(second.id, grace_s=3600)
    admitted = (
        Keys(issued=store).admit({"authorization": f"Bearer {each}"})
        for each in (text, second_text, third_text)
    )
    callers = [each.caller for each in admitted]
    assert len({each.key_id for each in callers}) == 3
    for each in ("key", "team"):
        limit = Limit("day", "requests", 5, "day", each=each)
        assert len({limit.holder(caller) for caller in callers}) == 1


def test_an_unknown_id_is_told_in_one_line(store: KeyStore) -> None:
    with pytest.raises(InputError, match="there is no key 'nope'; `sobrio keys list` shows them"):
        store.revoke("nope")


def test_a_file_that_is_no_key_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "keys.sqlite").write_text("not a database, but long enough to be looked at as one")
    with pytest.raises(KeysError, match="cannot be read or written"):
        KeyStore(tmp_path / "keys.sqlite")
