"""The shipped models: enough of them, each fact with a source, found by exact names only."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from sobrio import catalog
from sobrio.catalog import Catalog, Entry
from sobrio.catalog.faults import check
from sobrio.errors import UnknownModel

EVALUATED = (Path(__file__).parent / "evaluated_names.txt").read_text().splitlines()


@pytest.fixture
def entries() -> tuple[Entry, ...]:
    return Catalog.default().entries()


def test_covers_the_field_from_the_smallest_to_the_largest(entries: tuple[Entry, ...]) -> None:
    sizes = [size for each in entries if isinstance(size := each.model.total_params_b, float | int)]
    assert len(entries) >= 100
    assert min(sizes) < 0.2
    assert max(sizes) > 1000
    assert {each.model.kind for each in entries} == {"chat", "embedding", "image"}
    assert sum(each.model.weight_bits is not None for each in entries) >= 15
    assert sum(bool(each.model.scores) for each in entries) >= 60
    assert sum(each.price is not None for each in entries) >= 60


def test_has_the_large_providers(entries: tuple[Entry, ...]) -> None:
    count = Counter(each.model.provider for each in entries)
    for provider in ("openai", "anthropic", "google", "mistral", "meta", "qwen", "deepseek", "microsoft"):
        assert count[provider] >= 5


def test_the_demo_model_is_known_exactly() -> None:
    model = Catalog.default().model("smollm2-135m-instruct")
    assert model.total_params_b == 0.135
    assert model.evidence == "official"
    assert model.context_tokens == 8192


def test_every_evaluated_name_finds_its_model() -> None:
    """Names as published evaluations and energy measurements write them."""
    shipped = Catalog.default()
    assert [name for name in EVALUATED if shipped.find(name) is None] == []


def test_every_fact_has_a_source_with_year_and_licence(entries: tuple[Entry, ...]) -> None:
    for entry in entries:
        model = entry.model
        facts = {
            "size": model.total_params_b,
            "context": model.context_tokens,
            "abilities": model.abilities,
            "scores": model.scores,
            "released": model.released,
        }
        assert {name for name, fact in facts.items() if fact} == set(entry.sources), model.name
        for source in entry.sources.values():
            assert source.title and source.licence and source.url.startswith("https://")
            assert 2020 <= source.year <= entry.as_of.year
        if entry.price:
            assert entry.price.source.licence and entry.price.host
            assert 0 <= (entry.price.cached_usd_per_mtok or 0) <= entry.price.input_usd_per_mtok


def test_every_fact_can_be_true(entries: tuple[Entry, ...]) -> None:
    for entry in entries:
        check(entry.model)
        assert re.fullmatch(r"(\d{4}(-\d\d(-\d\d)?)?)?", entry.model.released)


def test_how_a_size_is_known_says_what_it_looks_like(entries: tuple[Entry, ...]) -> None:
    for model in (each.model for each in entries):
        expected = {"official": (float, int), "estimate": tuple, "unknown": type(None)}[model.evidence]
        assert isinstance(model.total_params_b, expected), model.name
        assert isinstance(model.active_params_b, expected), model.name
        assert (model.total_params_b == model.active_params_b) or model.active_params_b is not None


def test_no_name_means_two_models(entries: tuple[Entry, ...]) -> None:
    names = [name for each in entries for name in (each.model.name, *each.aliases)]
    assert len(names) == len(set(names))


def test_an_alias_is_exact() -> None:
    shipped = Catalog.default()
    assert shipped.model("Qwen/Qwen3-14B") is shipped.model("qwen3-14b")
    assert shipped.find("Qwen3-14b ") is None
    assert shipped.find("qwen3") is None
    assert shipped.price("qwen3") is None


def test_an_unknown_model_is_answered_with_the_nearest_names() -> None:
    with pytest.raises(UnknownModel, match="did you mean smollm2-135m-instruct"):
        Catalog.default().model("smollm2-135m-instrct")
    with pytest.raises(UnknownModel, match="sobrio models add"):
        Catalog.default().model("§")


def test_facts_older_than_a_year_are_stale() -> None:
    name = "gpt-oss-20b"
    checked = Catalog.default().entry(name).as_of
    assert not Catalog.default(today=checked).model(name).stale
    assert not Catalog.default(today=date(checked.year + 1, checked.month, checked.day)).model(name).stale
    assert Catalog.default(today=date(checked.year + 2, 1, 1)).model(name).stale


def test_the_listing_is_plain_data(entries: tuple[Entry, ...]) -> None:
    listing = Catalog.default().listing()
    assert len(listing) == len(entries)
    closed = next(each for each in listing if each["name"] == "gpt-5")
    low, high = closed["total_params_b"]
    assert low < high
    assert closed["evidence"] == "estimate"
    assert closed["price"]["output_usd_per_mtok"] > closed["price"]["input_usd_per_mtok"]
    assert closed["sources"]["size"]["licence"] == "MPL-2.0"
    unknown = next(each for each in listing if each["name"] == "kimi-k3")
    assert unknown["total_params_b"] is None


def test_is_small() -> None:
    files = (Path(catalog.__file__).parent / "data").glob("*.json")
    assert sum(path.stat().st_size for path in files) < 1_000_000
