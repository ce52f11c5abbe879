from __future__ import annotations

from sobrio.catalog import equivalences, equivalents


def test_every_equivalence_has_a_source_and_both_languages() -> None:
    for each in equivalences():
        assert each.factor.source and each.factor.licence and each.factor.value > 0
        assert 2019 <= each.factor.year <= 2026
        assert set(each.label) == {"en", "fr"}
    assert {each.region for each in equivalences()} >= {"FRA", "USA", "world"}


def test_counts_in_everyday_things() -> None:
    # Luccioni et al. 2023: 11.49 kWh are about 950 phone charges.
    assert round(equivalents("energy_wh", 11_490)["phone-charge"], -1) == 950
    assert equivalents("water_ml", 2500) == {"litre": 2.5}
    ghg = equivalents("ghg_g", 1000)
    assert ghg["tgv-km-fr"] > ghg["car-km-fr"] > ghg["car-km"] > 1


def test_a_negative_amount_stays_negative() -> None:
    assert equivalents("ghg_g", -100)["car-km-fr"] < 0
