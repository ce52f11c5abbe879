"""Commands do what they say, on stdout, and fail with one clear line, on stderr."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sobrio.assemble import open_ledger

BOUNDS = {"low", "central", "high"}


@pytest.fixture
def empty(tmp_path) -> None:
    """A ledger without receipts."""
    open_ledger(tmp_path / "home").shutdown()


def one_line(err: str) -> str:
    assert err.count("\n") == 1, err
    assert "Traceback" not in err
    return err


def test_estimate_prints_the_contract(sobrio):
    said = sobrio(
        "estimate", "--model", "gpt-oss-120b", "--input-tokens", "100", "--output-tokens", "500",
        "--zone", "FRA", "--json",
    )  # fmt: skip

    assert said.code == 0 and said.err == ""
    figures = said.json
    assert set(figures) == {
        "model", "method", "energy_wh", "ghg_g", "water_ml", "adpe_mg_sb", "primary_energy_mj",
        "evidence", "caveats",
    }  # fmt: skip
    assert set(figures["ghg_g"]) == BOUNDS | {"use", "embodied"}
    assert BOUNDS | {"site", "offsite"} <= set(figures["water_ml"])
    energy = figures["energy_wh"]
    assert 0 < energy["low"] < energy["central"] < energy["high"]
    assert "unknown-zone" not in figures["caveats"]


def test_a_cleaner_zone_emits_less(sobrio):
    def ghg(zone: str) -> float:
        tokens = ("--input-tokens", "100", "--output-tokens", "500")
        said = sobrio("estimate", "--model", "gpt-oss-120b", *tokens, "--zone", zone, "--json")
        return said.json["ghg_g"]["use"]["central"]

    assert ghg("FRA") < ghg("DEU") < ghg("POL")


@pytest.fixture
def hours(tmp_path) -> str:
    path = tmp_path / "hours.csv"
    path.write_text("hour,g_per_kwh\n2026-11-22T10:00Z,20\n2026-11-22T19:00Z,80\n")
    return str(path)


CALL = ("estimate", "--model", "qwen3-8b", "--input-tokens", "100", "--output-tokens", "500", "--json")


def test_a_call_at_a_time_takes_the_hour_of_the_zone(sobrio, hours):
    def figures(at: str):
        return sobrio(*CALL, "--zone", "FRA", "--at", at, "--hourly", hours).json

    morning, evening, later = (figures(f"2026-11-22T{at}") for at in ("10:30Z", "20:00+01:00", "23:00Z"))
    ratio = evening["ghg_g"]["use"]["central"] / morning["ghg_g"]["use"]["central"]
    assert ratio == pytest.approx(4)
    assert morning["method"] == "sobrio-1+hourly" and later["method"] == "sobrio-1"
    assert "unknown-hour" in later["caveats"] and "unknown-hour" not in morning["caveats"]


def test_hours_come_from_an_endpoint_too(sobrio, monkeypatch):
    """One that is not there is named; its address is that of a carbon-intensity history."""
    monkeypatch.setenv("ELECTRICITY_MAPS_TOKEN", "t")
    said = sobrio(*CALL, "--zone", "FRA", "--at", "2026-11-22T10:00Z", "--hourly", "http://127.0.0.1:9")
    assert said.code == 2
    assert "127.0.0.1:9/v3/carbon-intensity/history?zone=FR" in one_line(said.err)


@pytest.mark.parametrize(
    ("options", "expected"),
    [(("--at", "noon"), "--at takes a time"), (("--hourly", "x.csv"), "--hourly needs --zone")],
)
def test_a_time_or_file_that_says_nothing_is_refused(sobrio, options, expected):
    said = sobrio(*CALL, *options)
    assert said.code != 0 and expected in said.err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("estimate", "--model", "gpt-5x", "--input-tokens", "1", "--output-tokens", "1"), "did you mean"),
        (
            ("estimate", "--model", "gpt-5", "--input-tokens", "1", "--output-tokens", "1", "--zone", "XXX"),
            "XXX",
        ),
        (
            (
                "estimate",
                "--model",
                "gpt-5",
                "--input-tokens",
                "1",
                "--output-tokens",
                "1",
                "--method",
                "magic",
            ),
            "magic",
        ),
        (
            (
                "estimate",
                "--model",
                "gpt-5",
                "--input-tokens",
                "1",
                "--output-tokens",
                "1",
                "--cached-tokens",
                "2",
            ),
            "--cached-tokens",
        ),
        (("models", "show", "gtp-5"), "did you mean"),
        (("explain",), "--prompt"),
        (("explain", "-f", "missing.json"), "missing.json"),
        (("explain", "--prompt", "hi", "--policy", "missing.yaml"), "missing.yaml"),
        (("explain", "--prompt", "hi", "--model", "sobrio/atuo"), "sobrio/auto"),
        (("policy", "check", "missing.yaml"), "missing.yaml"),
        (("report", "--from", "yesterday"), "--from"),
        (("report", "--from", "2026-11-02", "--to", "2026-11-01"), "2026-11"),
        (("report", "--format", "docx"), "docx"),
        (("report", "--by", "weather"), "weather"),
        (("predictor", "train", "--data", "nowhere", "--out", "x.npz"), "nowhere"),
        (("models", "add", "mine", "--total-params-b", "-1"), "mine"),
        (("models", "add", "mine", "--total-params-b", "1", "--score", "mmlu"), "NAME=VALUE"),
        (("models", "list", "--kind", "foo"), "chat, embedding or image"),
        (("estimate",), "sobrio estimate --help"),
        (("estimate", "--model", "gpt-5", "--input-tokens", "x", "--output-tokens", "1"), "--input-tokens"),
        (("serve", "--prot", "1"), "--port"),
        (("report", "--lang", "de"), "--lang"),
        (("reprot",), "sobrio --help"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_2(sobrio, empty, arguments, expected):
    said = sobrio(*arguments)

    assert said.code == 2, said
    assert said.out == ""
    assert expected.lower() in one_line(said.err).lower()


def test_a_noun_alone_prints_its_help(sobrio):
    said = sobrio("models")
    assert said.code == 2 and "Usage: sobrio models" in said.err and "add" in said.err


def test_zones_are_found_however_they_are_written(sobrio):
    upper, lower = (sobrio(*CALL, "--zone", zone).json for zone in ("FRA", "fra"))
    assert upper == lower


def test_an_option_that_does_not_exist_exits_2(sobrio):
    assert sobrio("serve", "--prot", "1").code == 2


def test_a_typo_in_a_policy_is_found_with_its_line(sobrio, tmp_path: Path):
    text = (Path(__file__).parents[2] / "policies" / "default.yaml").read_text()
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(text.replace("quality_floor: 0.95", "qualty_floor: 0.95"))

    said = sobrio("policy", "check", str(wrong))

    line = text[: text.index("quality_floor: 0.95")].count("\n") + 1
    assert said.code == 2
    assert f"wrong.yaml:{line}:" in one_line(said.err)
    assert "did you mean 'quality_floor'" in said.err


MINIMAL = """\
version: 1
defaults: {fallback: gpt-5-nano}
upstreams: {here: {kind: openai, base_url: "http://127.0.0.1:9/v1"}}
models: [{model: gpt-5-nano, upstream: here}]
"""


@pytest.mark.parametrize(("more", "code", "level"), [("", 0, "note"), ("rules: [{name: a}]\n", 1, "mistake")])
def test_a_check_fails_for_mistakes_and_not_for_what_is_left_open(
    sobrio, tmp_path: Path, more: str, code: int, level: str
):
    policy = tmp_path / "minimal.yaml"
    policy.write_text(MINIMAL + more)

    said = sobrio("policy", "check", str(policy), "--json")

    assert said.code == code
    assert level in {each["level"] for each in said.json["findings"]}


def test_the_shipped_policy_has_no_findings(sobrio):
    said = sobrio("policy", "check", "--json")

    assert said.code == 0
    assert said.json["findings"] == []


def test_explain_decides_without_calling(sobrio, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-never-used")

    said = sobrio("explain", "--prompt", "What is the capital of France?", "--json")

    assert said.code == 0, said.err
    answer = said.json
    assert answer["decision"]["callable"]
    assert {"model", "expected_quality", "expected_output_tokens", "energy_wh", "refused"} <= set(
        answer["candidates"][0]
    )
    assert {"rule", "why"} <= set(answer["decision"])
    assert answer["cache"] == "miss"
    assert answer["route_ms"] > 0
    assert "sk-never-used" not in said.out


def test_explain_reads_a_request_from_a_file_and_prints_it_for_people(sobrio, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    request = tmp_path / "request.json"
    request.write_text('{"model": "sobrio/auto", "messages": [{"role": "user", "content": "hi"}]}')

    said = sobrio("explain", "-f", str(request))

    assert said.code == 0, said.err
    assert "decision: gpt-5" in said.out and "why:" in said.out


def test_explain_with_nothing_to_call_says_which_keys_would_help(sobrio):
    said = sobrio("explain", "--prompt", "hi")

    assert said.code == 0
    assert "decision: " in said.out
    assert "_API_KEY" in said.out


def test_what_goes_into_a_pipe_is_not_cut_to_fit_a_terminal(sobrio):
    names = [each["name"] for each in sobrio("models", "list", "--json").json]
    lines = sobrio("models", "list").out.splitlines()
    assert all(any(f" {name} " in line for line in lines) for name in names)


def test_a_model_in_the_place_of_another_and_scores_nobody_reads_are_told(sobrio):
    said = sobrio("models", "add", "gpt-5", "--total-params-b", "7", "--score", "bananas=0.5")
    fine = sobrio("models", "add", "mine", "--total-params-b", "7", "--score", "MMLU-Pro=0.5")

    assert "takes the place of what was known of gpt-5" in said.err
    assert "no score named bananas; it reads" in said.err
    assert (said.code, fine.code, fine.err) == (0, 0, "")


def test_the_caveats_of_a_decision_are_told_in_prose_too(sobrio):
    unlike = ("explain", "--prompt", "Докажи теорему.")

    assert sobrio(*unlike, "--json").json["caveats"] == ["out-of-distribution"]
    assert "caveats: out-of-distribution\n" in sobrio(*unlike).out


def test_models_are_listed_shown_and_added(sobrio):
    listed = sobrio("models", "list", "--json").json
    assert len(listed) >= 25
    assert all(each["sources"] for each in listed)

    shown = sobrio("models", "show", "gpt-oss-120b", "--json").json
    assert shown["total_params_b"] == pytest.approx(117, abs=1)

    added = sobrio(
        "models", "add", "our-own-7b", "--total-params-b", "7", "--score", "mmlu_pro=0.4", "--json"
    )
    assert added.code == 0, added.err
    assert sobrio("models", "show", "our-own-7b", "--json").json["scores"] == {"mmlu_pro": 0.4}
    said = sobrio(
        "estimate", "--model", "our-own-7b", "--input-tokens", "10", "--output-tokens", "10", "--json"
    )
    assert said.json["energy_wh"]["central"] > 0


def test_a_report_on_an_empty_period_is_written(sobrio, tmp_path, empty):
    said = sobrio(
        "report", "--from", "2026-10-01", "--to", "2026-10-31", "--lang", "fr", "--out", "r", "--json"
    )

    assert said.code == 0, said.err
    assert said.json["requests"] == 0
    page = next(path for path in said.json["report"] if path.endswith(".html"))
    assert (tmp_path / page).read_text().startswith("<!")


@pytest.mark.parametrize("asked", [True, False])
def test_equivalents_are_in_a_report_only_when_asked_for(sobrio, tmp_path, empty, asked):
    said = sobrio("report", "--out", "r", "--json", *(["--equivalences"] if asked else []))

    assert said.code == 0, said.err
    page = next(path for path in said.json["report"] if path.endswith(".html"))
    assert ("smartphone charges" in (tmp_path / page).read_text()) == asked


def test_a_ledger_that_is_none_is_one_clear_line_and_stays_as_it_is(sobrio, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    broken = home / "ledger.sqlite"
    broken.write_bytes(b"this is not a database, whatever its name says" * 100)

    for arguments in (("report",), ("ledger", "verify"), ("serve", "--port", "0")):
        said = sobrio(*arguments)
        assert said.code == 2
        assert "ledger.sqlite" in one_line(said.err)
    assert broken.read_bytes().startswith(b"this is not a database")


@pytest.mark.parametrize(
    "command", [("report",), ("ledger", "verify"), ("ledger", "recompute", "--method", "ecologits")]
)
def test_a_folder_without_a_ledger_is_a_mistake_and_stays_as_it_is(sobrio, tmp_path, command):
    """A mistyped folder is no empty ledger, and nothing is called whole that was never there."""
    said = sobrio(*command, "--data-dir", "leger")

    assert said.code == 2 and said.out == ""
    assert "no ledger in leger" in one_line(said.err) and "--data-dir" in said.err
    assert not (tmp_path / "leger").exists()


def test_an_empty_ledger_verifies(sobrio, empty):
    said = sobrio("ledger", "verify", "--json")

    assert said.code == 0, said.err
    assert said.json["receipts"] == 0


def test_version_and_help(sobrio):
    assert sobrio("--version").out.startswith("sobrio ")
    help_text = sobrio("--help").out
    assert all(name in help_text for name in ("demo", "serve", "explain", "estimate", "report", "models"))


def test_importing_sobrio_loads_nothing_heavy():
    heavy = (
        "litellm",
        "torch",
        "sklearn",
        "pandas",
        "numpy",
        "pydantic",
        "uvicorn",
        "typer",
        "rich",
        "redis",
    )
    code = f"import sobrio, sys; print([m for m in {heavy!r} if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_help_loads_nothing_heavy():
    code = (
        "import sys; sys.argv = ['sobrio', '--help']\n"
        "from sobrio.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([m for m in ('litellm', 'numpy', 'pydantic', 'uvicorn') if m in sys.modules], file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stderr.strip() == "[]"


def test_public_names_are_what_they_say():
    import sobrio

    assert set(sobrio.__all__) == {"AsyncSobrio", "Model", "Sobrio", "__version__"}
    assert all(getattr(sobrio, name) for name in sobrio.__all__)
    with pytest.raises(AttributeError):
        sobrio.NoSuchName  # noqa: B018


@pytest.mark.parametrize("count", ["99999999999999999999", "1e3", "-1"])
def test_token_counts_beyond_reason_are_refused(sobrio, count):
    tokens = ("--input-tokens", "5", "--output-tokens", count)

    assert sobrio("estimate", "--model", "gpt-4o", *tokens).code == 2


def test_an_hourly_series_that_is_no_text_and_an_hour_out_of_range_are_one_line(sobrio, tmp_path):
    series = tmp_path / "h.csv"
    series.write_bytes(b"\xff\xfe\x00\x80")
    call = ("estimate", "--model", "gpt-4o", "--input-tokens", "5", "--output-tokens", "5", "--zone", "FRA")

    for moment in ("2026-11-22T10:00Z", "0001-01-01T00:00+10:00"):
        said = sobrio(*call, "--at", moment, "--hourly", str(series))
        assert said.code == 2
        one_line(said.err)


def test_a_criterion_that_a_zone_does_not_publish_is_unknown_and_says_so(sobrio):
    said = sobrio(
        "estimate", "--model", "gpt-oss-20b", "--input-tokens", "5", "--output-tokens", "5", "--zone", "AFG",
        "--json",
    )  # fmt: skip

    assert said.json["adpe_mg_sb"] is None
    assert "unknown-factor" in said.json["caveats"]


def test_the_published_formula_says_what_it_leaves_out(sobrio):
    said = sobrio(
        "estimate", "--model", "gpt-4o", "--input-tokens", "5", "--output-tokens", "5", "--zone", "FRA",
        "--method", "ecologits", "--json",
    )  # fmt: skip

    assert said.json["evidence"] == "estimate"
    assert {"estimated-size", "input-not-counted"} <= set(said.json["caveats"])


def test_a_data_directory_that_cannot_be_is_one_clear_line(sobrio):
    for arguments in (("ledger", "verify"), ("report",), ("serve", "--port", "0")):
        said = sobrio(*arguments, "--data-dir", "/proc/nowhere")
        assert said.code == 2
        assert "/proc/nowhere" in one_line(said.err)


def test_a_demo_that_cannot_begin_leaves_the_last_ledger_as_it_is(sobrio, tmp_path):
    kept = tmp_path / "out" / "demo" / "ledger.sqlite"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"kept")

    said = sobrio("demo", "--base-url", "http://127.0.0.1:9/v1", "--out", str(tmp_path / "out"))

    assert said.code == 2
    assert kept.read_bytes() == b"kept"
