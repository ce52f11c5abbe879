"""A changed policy file takes over while requests go on; a broken one changes nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sobrio.catalog import Catalog
from sobrio.policy import Policy, load_policy
from sobrio.policy.load import shipped
from sobrio.watched import Watched


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(shipped("default.yaml").read_text())
    return path


@pytest.fixture
def watched(file: Path) -> Watched[Policy]:
    def load():
        return load_policy(file, Catalog.default(), {})

    return Watched("policy", file, load(), load)


def test_a_file_that_stays_as_it_is_is_not_read_again(watched: Watched[Policy]) -> None:
    before = watched()
    assert not watched.look()
    assert watched() is before


def test_a_changed_file_takes_over_and_the_old_policy_stays_as_it_was(
    watched: Watched[Policy], file: Path
) -> None:
    before = watched()
    file.write_text(file.read_text().replace("quality_floor: 0.95", "quality_floor: 0.5"))
    assert watched.look()
    assert (before.defaults.quality_floor, watched().defaults.quality_floor) == (0.95, 0.5)


def test_a_broken_file_changes_nothing_and_says_what_is_wrong(watched: Watched[Policy], file: Path) -> None:
    before, right = watched(), file.read_text()
    file.write_text(right.replace("quality_floor: 0.95", "quality_flor: 0.95"))
    assert not watched.look()
    assert watched() is before
    assert watched.problem is not None and "quality_flor" in watched.problem
    file.write_text(right + "\n")
    assert watched.look()
    assert watched.problem is None


@pytest.mark.parametrize("fault", [ValueError("odd"), RecursionError()])
def test_no_file_ends_the_watching(file: Path, fault: Exception) -> None:
    """Whatever reading a file may raise, the next one is looked at again."""
    first = load_policy(file, Catalog.default(), {})
    outcomes: list[object] = [fault, first]

    def load() -> Policy:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return first

    watched = Watched("policy", file, first, load)
    file.write_text(file.read_text() + "#")
    assert not watched.look()
    assert watched.problem is not None and type(fault).__name__ in watched.problem
    file.write_text(file.read_text() + "##")
    watched.look()
    assert watched.problem is None


def test_a_file_that_has_gone_changes_nothing(watched: Watched[Policy], file: Path) -> None:
    before = watched()
    file.unlink()
    watched.look()
    assert watched() is before
    assert watched.problem is not None and "no such policy file" in watched.problem


def test_a_link_turned_to_another_file_is_a_change(tmp_path: Path, file: Path) -> None:
    link, other = tmp_path / "current.yaml", tmp_path / "other.yaml"
    other.write_text(file.read_text().replace("quality_floor: 0.95", "quality_floor: 0.5"))
    os.utime(other, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    link.symlink_to(file)
    first = load_policy(link, Catalog.default(), {})
    watched = Watched("policy", link, first, lambda: load_policy(link, Catalog.default(), {}))
    link.unlink()
    link.symlink_to(other)
    assert watched.look()


def test_the_watcher_ends_with_its_block(watched: Watched[Policy]) -> None:
    with watched:
        assert watched._watcher is not None and watched._watcher.is_alive()
    assert not watched._watcher.is_alive()
