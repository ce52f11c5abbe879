"""What a reviewer of the report can check; each test carries the number of its requirement."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from msgspec.structs import replace as changed

from sobrio.catalog import Catalog
from sobrio.impact import Estimator
from sobrio.report import Baseline, Declarations, Report, from_json, to_html, to_json
from sobrio.report.avoided import burden_shift
from sobrio.report.wording import unfounded
from sobrio.terms.activity import Activity
from sobrio.terms.impacts import CRITERIA, Avoided, Impacts
from sobrio.terms.model import Hardware, Model
from sobrio.terms.quantity import Quantity
from sobrio.terms.receipt import Receipt

Reported = Callable[..., Report]

SMALL = Model("atlas-8b", 8.0, 8.0, evidence="official")
LARGE = Model("summit-3", (300.0, 900.0), (60.0, 200.0), "moe", evidence="estimate")


def text_of(page: str) -> str:
    """What a reader sees: no style, no tags, single spaces."""
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def central(quantity: Quantity | None) -> float:
    assert quantity is not None
    return float(quantity.central)


@pytest.fixture
def page(report: Report) -> str:
    return text_of(to_html(report))


@pytest.fixture
def wasteful(scribe: Callable[..., Receipt]) -> Receipt:
    """A small model on a slow processor that uses more than the reference would have."""
    slow = Activity(
        SMALL, 400, 300, hardware=Hardware(kind="cpu", threads=8), cpu_seconds=4000.0, deployment="local"
    )
    return scribe(50, activities=[slow], reference=Activity(LARGE, 400, 300), equivalence="verified")


def test_a1_avoided_is_never_netted(reported: Reported, month: tuple[Receipt, ...]) -> None:
    without = [changed(each, reference_activity=None) for each in month]
    with_reference, none = reported(month), reported(without)
    assert none.avoided.verified.avoided is None
    assert with_reference.realised == none.realised
    assert with_reference.inventory == none.inventory
    assert with_reference.disclosure.energy_mwh == none.disclosure.energy_mwh


def test_a1_realised_reference_and_avoided_are_three_statements(report: Report, page: str) -> None:
    side = report.avoided.verified
    assert side.realised is not None and side.reference is not None and side.avoided is not None
    assert page.index("Realised Everything") < page.index("Avoided Between")
    assert "deducted from nothing" in page


def test_a2_hosted_calls_are_scope_3_category_1(report: Report) -> None:
    categories = {line.category for line in report.inventory if not line.router}
    assert categories == {"scope 3 category 1", "scope 2, scope 3 categories 2 and 3"}
    assert [line.router for line in report.inventory].count(True) == 1


def test_a2_an_undeclared_deployment_is_said_to_be_assumed(
    reported: Reported, month: tuple[Receipt, ...]
) -> None:
    report = reported(month, declared=Declarations())
    assert not any(line.declared for line in report.inventory if not line.router)
    assert "assumed: no category was declared" in to_html(report)


def test_a3_the_reference_has_date_reason_and_policy(report: Report, page: str) -> None:
    (series,) = report.series
    assert series.declared is not None and series.fixed_before_period
    for said in ("1 September 2026", "The model in use until August 2026", "9f2c41d0", "summit-3"):
        assert said in page


def test_a3_another_reference_starts_another_series(
    reported: Reported, month: tuple[Receipt, ...], scribe: Callable[..., Receipt]
) -> None:
    other = Activity(replace(LARGE, name="summit-4"), 400, 300)
    later = scribe(
        40, activities=[Activity(SMALL, 400, 300)], reference=other, equivalence="verified", day=25
    )
    report = reported((*month, later))
    assert [each.reference for each in report.series] == ["summit-3", "summit-4"]
    assert report.series[1].verified.requests == 1
    assert report.series[1].fixed_before_period is None
    assert "2 series in this period" in to_html(report)


def test_a3_a_reference_declared_too_late_is_said_to_be(
    reported: Reported, month: tuple[Receipt, ...]
) -> None:
    late = Declarations(baselines=(Baseline("summit-3", "2026-10-15", "changed our mind"),))
    report = reported(month, declared=late)
    assert report.series[0].fixed_before_period is False
    assert "declared after the period began" in to_html(report)


def test_a4_both_sides_have_the_same_functional_unit_and_boundary(report: Report, page: str) -> None:
    side = report.avoided.verified
    assert side.realised.ghg_g is not None and side.reference is not None and side.reference.ghg_g is not None
    assert side.realised.ghg_g.parts.keys() == side.reference.ghg_g.parts.keys()
    assert "Functional unit: one answered request" in page


def test_a5_use_and_embodied_are_in_and_training_is_out(report: Report, page: str) -> None:
    assert report.realised.ghg_g is not None
    assert {"use", "embodied"} <= report.realised.ghg_g.parts.keys()
    assert "training excluded on both sides" in page


def test_a6_every_triggered_call_is_counted(
    reported: Reported, scribe: Callable[..., Receipt], month: tuple[Receipt, ...]
) -> None:
    plain = [Activity(SMALL, 400, 300)]
    extra = [Activity(SMALL, 800, 60, role="judge"), Activity(LARGE, 400, 300, role="shadow")]
    one, both = (
        reported([scribe(1, activities=activities, reference=Activity(LARGE, 400, 300))])
        for activities in (plain, [*plain, *extra])
    )
    assert {each.role for each in both.method.realised_activities} == {"answer", "judge", "shadow"}
    assert central(both.realised.energy_wh) > central(one.realised.energy_wh)


def test_a7_the_router_is_inside_realised(
    reported: Reported, month: tuple[Receipt, ...], declared: Declarations
) -> None:
    hits = [each for each in month if each.outcome == "exact"]
    report = reported(hits, declared=replace(declared, idle_wh=0.0))
    assert report.router.cpu_seconds == pytest.approx(0.012)
    assert central(report.realised.energy_wh) == pytest.approx(central(report.router.impacts.energy_wh))
    assert central(report.realised.energy_wh) > 0


def test_a7_idle_energy_is_charged_to_the_headline(reported: Reported, month: tuple[Receipt, ...]) -> None:
    awake, idle = (
        reported(month, declared=Declarations(idle_wh=idle)).avoided.verified.avoided for idle in (0.0, 5.0)
    )
    assert awake is not None and idle is not None
    assert central(idle.energy_wh) < central(awake.energy_wh) - 4.9


def test_a8_rebound_stands_beside_avoided(report: Report, page: str) -> None:
    assert report.rebound.callers == 6
    assert report.rebound.tokens_per_caller == pytest.approx(report.rebound.tokens / 6)
    start = page.index("Rebound indicators")
    for said in ("Requests", "Tokens per caller", "Total realised", "Avoided"):
        assert said in page[start : start + 700]


def test_a9_negative_results_are_reported(reported: Reported, wasteful: Receipt) -> None:
    report = reported([wasteful])
    assert report.avoided.verified.avoided is not None
    assert central(report.avoided.verified.avoided.ghg_g) < 0
    seen = text_of(to_html(report))
    assert "Induced, not avoided" in seen and "−" in seen
    assert "or more of greenhouse gases were avoided" not in seen


def test_a9_all_teams_are_in_scope(report: Report, month: tuple[Receipt, ...]) -> None:
    teams = next(each for each in report.breakdowns if each.by == ("team",))
    assert {row.labels[0] for row in teams.rows} == {each.caller.team for each in month}


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "For internal use, not for public claims"),
        ("fr", "Usage interne, pas de communication publique"),
    ],
)
def test_a10_modelled_figures_are_for_internal_use(
    reported: Reported, month: tuple[Receipt, ...], lang: str, said: str
) -> None:
    report = reported(month, lang=lang)
    assert not report.public_claims_allowed
    assert said in to_html(report)


def test_a10_nothing_known_allows_no_public_claim(reported: Reported) -> None:
    assert not reported([]).public_claims_allowed


def test_a11_every_table_of_figures_names_method_vintage_and_evidence(report: Report) -> None:
    first, last = report.method.vintage or (0, 0)
    line = f"Method sobrio-1 · electricity factors of {first}–{last} · evidence: {report.realised.evidence}"
    figures = re.split(r"<table", to_html(report))
    for after in [part for part in figures if "<caption>" in part or "per M output tokens" in part]:
        assert line in after


def test_a11_every_figure_has_an_interval(report: Report) -> None:
    def quantities(value: object) -> list[Quantity]:
        if isinstance(value, Quantity):
            return [value]
        if isinstance(value, Impacts | Avoided):
            return [each for name in CRITERIA if (each := getattr(value, name)) is not None]
        fields = msgspec.structs.fields if isinstance(value, msgspec.Struct) else None
        if fields is None and hasattr(value, "__dataclass_fields__"):
            return [q for name in value.__dataclass_fields__ for q in quantities(getattr(value, name))]
        if isinstance(value, tuple):
            return [q for each in value for q in quantities(each)]
        return []

    found = quantities(report)
    assert len(found) > 100
    assert all(each.low <= each.central <= each.high for each in found)


def test_a12_the_claim_uses_the_conservative_bound(report: Report, page: str) -> None:
    avoided = report.avoided.verified.avoided
    assert avoided is not None and avoided.ghg_g is not None and avoided.ghg_g.low > 0
    claim = page[page.index("Between 1 October 2026") :]
    assert re.match(
        r"Between 1 October 2026 and 31 October 2026, an estimated [\d.,]+ \w*g CO₂e or more", claim
    )
    assert "P5" in claim[:300] and "P(A &gt; 0) " in claim[:300]


def test_a12_no_claim_when_the_lower_bound_is_not_above_zero(
    reported: Reported, scribe: Callable[..., Receipt]
) -> None:
    same = Activity(Model("twin-8b", 8.0, 8.0, evidence="official"), 400, 330)
    receipt = scribe(60, activities=[Activity(SMALL, 400, 300)], reference=same, equivalence="verified")
    seen = text_of(to_html(reported([receipt])))
    assert "No avoided greenhouse gas can be claimed" in seen or "Induced, not avoided" in seen


def test_a13_a_location_based_figure_without_offsets(report: Report, page: str) -> None:
    assert report.disclosure.scope_3_t_co2e_location is not None
    assert "Location-based; no offset, certificate or avoided impact is deducted" in page


def test_a14_avoided_is_flagged_as_not_additive(page: str) -> None:
    assert "is not additive with what a model provider, a customer or another actor reports" in page


def test_a15_factors_are_attributional_averages(page: str) -> None:
    assert "Attributional annual average factors" in page


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("which", ["month", "wasteful", "empty"])
def test_a16_no_generic_environmental_claim(
    reported: Reported, month: tuple[Receipt, ...], wasteful: Receipt, lang: str, which: str
) -> None:
    receipts = {"month": month, "wasteful": [wasteful], "empty": []}[which]
    assert unfounded(text_of(to_html(reported(receipts, lang=lang)))) == ()


def test_a17_fields_for_a_sustainability_statement(report: Report) -> None:
    fields = report.disclosure
    assert fields.energy_mwh is not None and fields.energy_mwh.unit == "MWh"
    assert central(fields.energy_mwh) == pytest.approx(central(report.realised.energy_wh) / 1e6)
    assert central(fields.water_m3) == pytest.approx(central(report.realised.water_ml) / 1e6)
    assert central(fields.g_co2e_per_request) == pytest.approx(central(report.realised.ghg_g) / 20)
    assert fields.avoided_t_co2e_supplementary is not None


def test_a18_the_gates_are_listed_as_filled_or_empty(report: Report, page: str) -> None:
    states = {each.name: each.filled for each in report.gates}
    assert states == {
        "climate-action": False, "latest-science": False, "legitimacy": False, "timeframe": True,
        "reference": True, "life-cycle": True, "avoided": True, "scale": False,
    }  # fmt: skip
    assert "filled" in page and "empty" in page


def test_a19_whether_less_was_weighed_is_recorded_per_rule(report: Report) -> None:
    rules = {each.rule: each for each in report.routes}
    assert rules["default"].lesser_considered > 0
    assert rules["units"].without_model == 1
    assert rules["pinned"].lesser_considered == 0


def test_a20_a_burden_shift_is_flagged() -> None:
    def amount(value: float) -> Quantity:
        return Quantity(value - 1, value, value + 1)

    shifted = Avoided(
        amount(5), amount(4), amount(-3), None, amount(2), 0.99, "summit-3", "verified", "sobrio-1"
    )
    assert burden_shift(shifted) == (("energy_wh", "ghg_g", "primary_energy_mj"), ("water_ml",))
    assert burden_shift(changed(shifted, water_ml=amount(3))) is None
    assert burden_shift(None) is None


def test_a20_a_burden_shift_is_on_the_page(report: Report) -> None:
    shifted = replace(
        report, avoided=replace(report.avoided, burden_shift=(("energy_wh", "ghg_g"), ("water_ml",)))
    )
    assert "Burden shift: Water rises while Energy, Greenhouse gases falls" in text_of(to_html(shifted))


def test_a21_the_exported_activity_gives_the_same_totals(report: Report, estimator: Estimator) -> None:
    """What a reviewer does with the JSON form and a fresh estimator."""
    given = from_json(to_json(report))
    again = Estimator(given.method.id, machine=given.method.machine).period(
        given.method.realised_activities,
        (),
        router_cpu_seconds=given.router.cpu_seconds,
        idle_wh=given.router.idle_wh,
    )
    assert [getattr(again.realised, name) for name in CRITERIA] == [
        getattr(report.realised, name) for name in CRITERIA
    ]


def test_a21_factors_carry_source_year_and_licence(report: Report) -> None:
    assert report.method.factors
    assert all(each.source and each.year and each.licence for each in report.method.factors)


def test_a21_models_carry_their_size_and_how_it_is_known(report: Report, page: str) -> None:
    models = {each.name: each for each in report.method.models}
    assert models["summit-3"].evidence == "estimate"
    assert models["summit-3"].total_params_b == (300.0, 900.0)
    assert "300–900" in page and "as declared; not in the catalogue" in page


def test_a21_a_catalogue_model_names_its_source(reported: Reported, month: tuple[Receipt, ...]) -> None:
    entry = Catalog.default().entries()[0]
    activity = changed(month[0].activities[0], model=entry.model)
    (used,) = reported([changed(month[0], activities=(activity,), reference_activity=None)]).method.models
    assert used.source == entry.sources["size"].title
