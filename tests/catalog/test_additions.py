"""The user's own models: usable at once, checked before they are written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.catalog import Catalog, add, default_path, entry_as_dict
from sobrio.catalog.faults import check
from sobrio.errors import CatalogError
from sobrio.terms.model import Model

OURS = Model("ours-7b", 7.0, 7.0, family="Ours", scores={"mmlu_pro": 0.5}, abilities=frozenset({"json"}))
TODAY = date(2026, 11, 22)


def test_a_model_added_is_usable_at_once(additions: Path) -> None:
    assert Catalog.default().find("ours-7b") is None
    add(OURS, additions, aliases=["ours"], source="training log of March", today=TODAY)
    entry = Catalog.default(today=TODAY).entry("ours")
    assert entry.model.total_params_b == 7.0
    assert entry.model.evidence == "declared"
    assert entry.sources["size"].title == "training log of March"
    assert entry.sources["scores"].year == 2026
    assert entry_as_dict(entry)["aliases"] == ["ours"]


def test_adding_again_replaces(additions: Path) -> None:
    add(OURS, additions)
    add(Model("other-1b", 1.0), additions)
    add(Model("ours-7b", (6.0, 8.0)), additions)
    catalog = Catalog.default()
    assert catalog.model("ours-7b").total_params_b == (6.0, 8.0)
    assert catalog.model("ours-7b").evidence == "estimate"
    assert catalog.model("other-1b").total_params_b == 1.0


def test_a_shipped_model_can_be_corrected_and_keeps_its_aliases(additions: Path) -> None:
    add(Model("gpt-5", 250.0, 25.0, architecture="moe"), additions)
    catalog = Catalog.default()
    assert catalog.model("gpt-5-2025-08-07") is catalog.model("gpt-5")
    assert catalog.model("gpt-5").total_params_b == 250.0


def test_what_is_added_grows_stale_too(additions: Path) -> None:
    add(OURS, additions, today=date(2024, 1, 1))
    assert Catalog.default(today=TODAY).model("ours-7b").stale
    assert not Catalog.default(today=TODAY).model("gpt-5").stale


@pytest.mark.parametrize(
    ("model", "fault"),
    [
        (Model(""), "one word"),
        (Model("two words"), "one word"),
        (Model("m", -1.0), "above 0"),
        (Model("m", float("nan")), "above 0"),
        (Model("m", (8.0, 6.0)), "from, to"),
        (Model("m", 7.0, 70.0), "more active than total"),
        (Model("m", scores={"mmlu": 69.4}), "between 0 and 1"),
        (Model("m", abilities=frozenset({"telepathy"})), "unknown ability 'telepathy'"),
        (Model("m", specialised=("juggling",)), "unknown task 'juggling'"),
        (Model("m", released="last May"), "not a date"),
        (Model("m", released="2026-13"), "not a date"),
        (Model("m", released="2026-02-30"), "not a date"),
        (Model("m", released="2099-01"), "is still to come"),
        (Model("m", released="2026-11-23"), "is still to come"),
        (Model("m", released="1926"), "before there were language models"),
        (Model("m", 1e9), "at most 100,000"),
        (Model("m", (7.0, 7e9)), "at most 100,000"),
        (Model("m", context_tokens=10**12), "number of tokens"),
        (Model("m", context_tokens=0), "number of tokens"),
        (Model("m", weight_bits=0), "1 to 64 bits"),
    ],
)
def test_a_fact_that_cannot_be_true_is_refused(model: Model, fault: str, additions: Path) -> None:
    with pytest.raises(CatalogError, match=fault):
        add(model, additions, today=TODAY)
    assert not additions.exists()


@pytest.mark.parametrize("released", ["", "2026", "2026-11", "2026-11-22", "2022-11-30"])
def test_dates_up_to_today_are_taken(released: str, additions: Path) -> None:
    add(Model("m", 7.0, released=released), additions, today=TODAY)
    assert Catalog.default(today=TODAY).model("m").released == released


def test_a_clock_that_is_late_makes_no_catalogue_unreadable(additions: Path) -> None:
    add(OURS, additions, today=TODAY)
    add(Model("m", 7.0, released="2026-11-22"), additions, today=TODAY)
    assert Catalog.default(today=date(2025, 1, 1)).model("m").released == "2026-11-22"


@pytest.mark.parametrize(
    ("name", "aliases"), [("gpt-5-2025-08-07", []), ("mine", ["gpt-5"]), ("mine", ["Qwen/Qwen3-14B"])]
)
def test_another_models_name_is_refused(name: str, aliases: list[str], additions: Path) -> None:
    with pytest.raises(CatalogError, match="belongs to two entries"):
        add(Model(name, 1.0), additions, aliases=aliases)
    assert Catalog.default().find("mine") is None


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"as_of": "2026-01-01", "sources": {}, "models": [{"nam": "x"}]}',
        '{"as_of": "2026-01-01", "sources": {}, "models": [{"name": "x", "sources": {"size": "nowhere"}}]}',
        '{"as_of": "2026-01-01", "sources": {}, "models": [{"name": "x", "scores": {"mmlu": 7}}]}',
        '{"as_of": "2026-01-01", "sources": {}, "models": [{"name": "x"}, {"name": "x"}]}',
    ],
)
def test_a_broken_file_is_named_and_not_overwritten(text: str, additions: Path) -> None:
    additions.write_text(text)
    with pytest.raises(CatalogError):
        Catalog.default()
    with pytest.raises(CatalogError):
        add(OURS, additions)
    assert additions.read_text() == text


def test_a_place_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    with pytest.raises(CatalogError, match="cannot read"):
        add(OURS, blocker / "models.json")
    (tmp_path / "taken").mkdir()
    with pytest.raises(CatalogError, match="cannot read"):
        add(OURS, tmp_path / "taken")


def test_additions_live_in_the_data_directory_unless_named() -> None:
    assert default_path({"SOBRIO_CATALOG": "/a/b.json"}) == Path("/a/b.json")
    assert default_path({"SOBRIO_HOME": "/data"}) == Path("/data/models.json")
    assert default_path({}) == Path("~/.local/share/sobrio/models.json").expanduser()


@given(
    total=st.floats(0.01, 5000),
    share=st.floats(0.01, 1),
    scores=st.dictionaries(st.text(min_size=1), st.floats(0, 1), max_size=3),
)
def test_any_sensible_model_passes(total: float, share: float, scores: dict[str, float]) -> None:
    check(Model("m", total, total * share, scores=scores))
