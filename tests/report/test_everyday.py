"""Everyday equivalents: only when asked for, marked, with their sources, and in no claim."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from sobrio.catalog import equivalences
from sobrio.report import Report, from_json, to_html, to_json, with_equivalences
from sobrio.report.language import language
from sobrio.report.page import claim
from sobrio.report.wording import unfounded


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_nobody_sees_them_unless_asked(report: Report, lang: str) -> None:
    page = to_html(replace(report, lang=lang))
    assert report.equivalences == ()
    assert language(lang).text("equivalences") not in page
    assert not any(each.label[lang] in page for each in equivalences())


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_they_stand_apart_with_source_and_year(report: Report, lang: str) -> None:
    asked = with_equivalences(replace(report, lang=lang))
    before, section = to_html(asked).split('<section aria-labelledby="equivalences">')
    section = section.split("</section>")[0]
    for each in equivalences():
        assert each.label[lang] in section and each.label[lang] not in before
        assert str(each.factor.year) in section
        assert each.factor.source.split(",")[0] in section
    words = language(lang)
    assert claim(asked, words) == claim(report, words)


def test_they_count_the_realised_impact(report: Report) -> None:
    charges = {each.name: each for each in with_equivalences(report).equivalences}["phone-charge"]
    energy = report.realised.energy_wh
    assert energy is not None
    assert charges.count.central == pytest.approx(float(energy.central) / 12.1)
    assert charges.count.low < charges.count.central < charges.count.high


def test_an_unknown_impact_has_no_equivalent(report: Report) -> None:
    dark = replace(report, realised=changed(report.realised, water_ml=None))
    assert {each.criterion for each in with_equivalences(dark).equivalences} == {"energy_wh", "ghg_g"}


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_label_makes_a_generic_claim(lang: str) -> None:
    assert {each.name: found for each in equivalences() if (found := unfounded(each.label[lang]))} == {}


def test_they_are_read_back(report: Report) -> None:
    asked = with_equivalences(report)
    assert from_json(to_json(asked)).equivalences == asked.equivalences
