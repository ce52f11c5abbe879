"""`sobrio predictor` and `sobrio models calibrate` on labels in a file."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sobrio.assemble import open_rooms
from sobrio.cli.app import app
from sobrio.errors import InputError
from sobrio.route import Rooms
from sobrio.understand import Predictor

SMALL, LARGE = "smollm2-135m-instruct", "llama-3.3-70b-instruct"


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """The small model fails at rhymes and not at sums: the contrary of what is expected without labels."""
    file = tmp_path / "labels.jsonl"
    lines = [
        {
            "prompt": f"Guest {n}: {'sum' if n % 3 else 'rhyme'}",
            "model": model,
            "score": score,
            "at": "2026-05-01",
        }
        for n in range(60)
        for model, score in ((SMALL, float(n % 3 > 0)), (LARGE, 1.0))
    ]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return file


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_fit_then_evaluate(labels: Path, tmp_path: Path) -> None:
    fit = str(tmp_path / "fit.npz")
    said = json.loads(run("predictor", "fit", str(labels), "--out", fit, "--half-life-days", "90", "--json"))
    assert said["models"] == {SMALL: True, LARGE: True}
    assert [each["kept"] for each in said["kept"]] == ["labels"]
    assert "dealt out at random" in said["kept"][0]["why"]
    before = json.loads(run("predictor", "evaluate", str(labels), "--json"))
    after = json.loads(run("predictor", "evaluate", str(labels), "--fit", fit, "--json"))
    assert after[1]["against_best"] > max(0.7, before[1]["against_best"])
    assert after[1]["calibration_error"] < before[1]["calibration_error"]


def test_calibrate_says_what_it_brought(labels: Path, tmp_path: Path) -> None:
    fit = tmp_path / "fit.npz"
    said = json.loads(run("models", "calibrate", SMALL, "--on", str(labels), "--out", str(fit), "--json"))
    assert said["tested"] == 15
    assert said["kept"] == "labels"
    assert said["calibrated"]["calibration_error"] < said["from public facts"]["calibration_error"]
    assert fit.exists()


def test_calibrate_names_the_prompts_to_label(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("Say hi\nProve it\nTranslate this\n", encoding="utf-8")
    chosen = run("models", "calibrate", SMALL, "--choose-from", str(prompts), "--count", "2").splitlines()
    assert len(chosen) == 2
    assert set(chosen) < {"Say hi", "Prove it", "Translate this"}


def test_fit_says_how_many_lines_it_read(labels: Path, tmp_path: Path) -> None:
    said = json.loads(run("predictor", "fit", str(labels), "--out", str(tmp_path / "fit.npz"), "--json"))
    assert (said["lines"], said["prompts"]) == (120, 60)


def test_two_files_teach_what_one_does(labels: Path, tmp_path: Path) -> None:
    lines = labels.read_text(encoding="utf-8").replace("2026-05-01", "2026-08-01").splitlines()
    lines[:60] = labels.read_text(encoding="utf-8").splitlines()[:60]
    parts = {"all": lines, "old": lines[:60], "new": lines[60:]}
    for name, part in parts.items():
        (tmp_path / f"{name}.jsonl").write_text("\n".join(part), encoding="utf-8")

    def fit(name: str, *options: str) -> str:
        out = str(tmp_path / f"{name}.npz")
        run(
            "predictor",
            "fit",
            str(tmp_path / f"{name}.jsonl"),
            "--out",
            out,
            "--half-life-days",
            "30",
            *options,
        )
        return out

    once, twice = fit("all"), fit("new", "--onto", fit("old"))
    found = [
        json.loads(run("predictor", "evaluate", str(labels), "--fit", each, "--json"))
        for each in (once, twice)
    ]
    for at_once, in_two in zip(*found, strict=True):
        assert in_two["expected"] == pytest.approx(at_once["expected"], abs=1e-5)


def test_a_line_that_holds_no_message_is_named(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_text(
        '{"messages": [{"role": "user", "content": 5}], "model": "m", "score": 1}', encoding="utf-8"
    )
    result = CliRunner().invoke(app, ["predictor", "fit", str(file), "--out", str(tmp_path / "fit.npz")])
    assert isinstance(result.exception, InputError)
    assert "line 1" in str(result.exception)


def test_prompts_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    asked = ["models", "calibrate", SMALL, "--choose-from", str(tmp_path / "absent.txt")]
    assert isinstance(CliRunner().invoke(app, asked).exception, InputError)


def test_calibrate_adds_to_an_earlier_fit(labels: Path, tmp_path: Path) -> None:
    """What both models' labels taught stays, and what was fitted on is not tested."""
    first, both_fits = str(tmp_path / "first.npz"), str(tmp_path / "both.npz")
    run("predictor", "fit", str(labels), "--out", first)
    newer = tmp_path / "newer.jsonl"
    lines = [{"prompt": f"Name {n} birds of the sea", "model": SMALL, "score": n % 2} for n in range(40)]
    newer.write_text(labels.read_text() + "\n" + "\n".join(map(json.dumps, lines)), encoding="utf-8")
    asked = ("models", "calibrate", SMALL, "--on", str(newer), "--onto", first, "--out", both_fits, "--json")
    said = json.loads(run(*asked))
    assert said["tested"] == 10
    assert set(said) == {"tested", "before", "calibrated", "kept", "why"}
    known = Predictor.default().with_fit(both_fits)
    assert set(known.lessons()) == {SMALL, LARGE}
    assert known.labels.count == 100
    told = CliRunner().invoke(app, ["models", "calibrate", SMALL, "--on", str(labels), "--onto", first])
    assert isinstance(told.exception, InputError) and "fitted on" in str(told.exception)


def test_calibrate_does_not_test_another_wording_of_what_it_taught(tmp_path: Path) -> None:
    """Each question stands there with its options in two orders: ten of forty are tested, both ways."""
    file = tmp_path / "labels.jsonl"
    lines = [
        {"prompt": f"Question {n}: {options}", "model": SMALL, "score": n % 2}
        for options in ("A red, B blue", "A blue, B red")
        for n in range(40)
    ]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert json.loads(run("models", "calibrate", SMALL, "--on", str(file), "--json"))["tested"] == 20


def test_calibrate_tests_every_kind_of_a_file_that_takes_turns(tmp_path: Path) -> None:
    """Every fourth line is a rhyme, on which the model fails; some of them are tested, and some sums."""
    file = tmp_path / "labels.jsonl"
    lines = [
        {"prompt": f"Guest {n}: {'sum' if n % 4 else 'rhyme'}", "model": SMALL, "score": float(n % 4 > 0)}
        for n in range(120)
    ]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    said = json.loads(run("models", "calibrate", SMALL, "--on", str(file), "--json"))
    assert said["tested"] == 30
    assert 0.55 < said["calibrated"]["score"] < 0.95


def test_a_fit_is_written_where_the_gateway_reads_it(sobrio: Callable[..., Any], labels: Path) -> None:
    said = sobrio("predictor", "fit", str(labels), "--data-dir", "here", "--json")
    assert said.json["file"] == str(Path("here", "fit.npz"))
    assert f"reads {Path('here', 'fit.npz')} within a second" in said.err
    with open_rooms(data_dir=Path("here")) as rooms:
        assert rooms.assessor.version == said.json["predictor"]


def test_a_new_fit_takes_over_and_a_broken_one_changes_nothing(
    sobrio: Callable[..., Any], labels: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The rooms stay open all the while; who looks first, their thread or the test, does not matter."""
    here, pause = Path("here"), threading.Event()

    def until(reached: Callable[[], bool]) -> None:
        while not reached():
            pause.wait(0.02)

    def troubles(rooms: Rooms) -> list[str]:
        return [trouble for look in rooms.troubles if (trouble := look()) is not None]

    with caplog.at_level("INFO", "sobrio.watched"), open_rooms(data_dir=here) as rooms:
        shipped = rooms.assessor.version
        fitted = sobrio("predictor", "fit", str(labels), "--data-dir", "here", "--json").json["predictor"]
        until(lambda: rooms.assessor.version == fitted)
        assert troubles(rooms) == []
        (here / "fit.npz").write_bytes(b"broken")
        until(lambda: troubles(rooms) != [])
        assert "is not a fitted predictor" in troubles(rooms)[0]
        assert rooms.assessor.version == fitted
        (here / "fit.npz").unlink()
        until(lambda: rooms.assessor.version == shipped)
        assert troubles(rooms) == []
    assert [each.message.partition(":")[0] for each in caplog.records] == [
        f"predictor {fitted} is in force",
        "the changed predictor is not in force",
        f"predictor {shipped} is in force",
    ]


def test_a_fit_that_cannot_be_read_stops_nothing(sobrio: Callable[..., Any], labels: Path) -> None:
    """As after an upgrade, whose predictor is another."""
    here, file = Path("here"), Path("here", "fit.npz")
    here.mkdir()
    other = Predictor.of(Predictor.default().parameters, "of last year")
    other.fit(["Add 1 and 2"], [SMALL], [[1.0]]).save_fit(file)
    said = sobrio("explain", "--prompt", "hi", "--data-dir", "here", "--json")
    assert said.json["assessment"]["predictor"] == Predictor.default().version
    assert "fit-not-in-force" in said.json["caveats"]
    with open_rooms(data_dir=here) as rooms:
        (trouble,) = [trouble for look in rooms.troubles if (trouble := look()) is not None]
        assert "fit it again with 'sobrio predictor fit'" in trouble
        fitted = sobrio("predictor", "fit", str(labels), "--data-dir", "here", "--json").json["predictor"]
        pause = threading.Event()
        while rooms.assessor.version != fitted:
            pause.wait(0.02)
        assert not any(look() for look in rooms.troubles)


@pytest.mark.parametrize("command", [("evaluate", "--fit"), ("fit", "--onto")])
def test_a_fit_that_is_asked_for_and_cannot_be_read_is_refused(
    sobrio: Callable[..., Any], labels: Path, command: tuple[str, str]
) -> None:
    name, option = command
    Path("old.npz").write_bytes(b"broken")
    refused = sobrio("predictor", name, str(labels), option, "old.npz")
    assert refused.code == 2
    assert "old.npz is not a fitted predictor" in refused.err


@pytest.mark.parametrize("command", ["fit", "evaluate"])
def test_a_model_that_nobody_declared_is_named_with_its_line(
    sobrio: Callable[..., Any], labels: Path, command: str
) -> None:
    stranger = {"prompt": "Add 1 and 2", "model": "my-model-7b", "score": 1}
    labels.write_text(f"{labels.read_text()}\n{json.dumps(stranger)}", encoding="utf-8")
    refused = sobrio("predictor", command, str(labels))
    assert refused.code == 2
    assert "line 121: unknown model 'my-model-7b'" in refused.err
    assert "sobrio models add" in refused.err


def test_labels_come_through_standard_input_as_well(
    sobrio: Callable[..., Any], labels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in ("fit", "evaluate"):
        with labels.open(encoding="utf-8") as file:
            monkeypatch.setattr("sys.stdin", file)
            assert sobrio("predictor", command, "-").code == 0


@pytest.mark.parametrize(
    ("dated", "said"), [(True, "60 labelled prompts count as 60"), (False, "no label has a date")]
)
def test_what_a_half_life_leaves_is_said(
    sobrio: Callable[..., Any], labels: Path, dated: bool, said: str
) -> None:
    if not dated:
        labels.write_text(labels.read_text().replace(', "at": "2026-05-01"', ""), encoding="utf-8")
    assert said in sobrio("predictor", "fit", str(labels), "--half-life-days", "30").err


def test_a_fit_elsewhere_names_where_the_gateway_would_read_it(
    sobrio: Callable[..., Any], labels: Path, tmp_path: Path
) -> None:
    read = tmp_path / "home" / "fit.npz"
    assert (
        f"reads only {read}; copy mine.npz"
        in sobrio("predictor", "fit", str(labels), "--out", "mine.npz").err
    )
    tried = sobrio("models", "calibrate", SMALL, "--on", str(labels))
    assert f"nothing was written; with --out {read}" in tried.err
    kept = sobrio("models", "calibrate", SMALL, "--on", str(labels), "--out", str(read))
    assert f"reads {read} within a second" in kept.err


def both(file: Path, prompts: int, small: float = 1.0, reference: float = 1.0) -> list[str]:
    """The arguments that ask for a promise on labels of both models, other than those of `labels`."""
    lines = [
        json.dumps({"prompt": f"Name {n} birds", "model": model, "score": score})
        for n in range(prompts)
        for model, score in ((SMALL, small), (LARGE, reference))
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    return ["predictor", "promise", str(file), "--small", SMALL, "--reference", LARGE]


def test_a_promise_says_where_the_small_model_may_answer(sobrio: Callable[..., Any], tmp_path: Path) -> None:
    asked = both(tmp_path / "others.jsonl", 120)
    said = sobrio(*asked, "--json").json
    assert (said["granted"], said["small_share"], said["loss"], said["labels"]) == (True, 1.0, 0.0, 120)
    assert (said["at_most"], said["confidence"]) == (0.05, 0.95)
    assert "100% of 120 labelled prompts" in sobrio(*asked).out


def test_too_few_labels_for_a_promise_end_with_1(sobrio: Callable[..., Any], tmp_path: Path) -> None:
    asked = both(tmp_path / "others.jsonl", 10)
    told = sobrio(*asked)
    assert told.code == 1
    assert "10 labels are too few" in told.out
    said = sobrio(*asked, "--json")
    assert (said.code, said.json["granted"]) == (1, False)
    assert f"about {said.json['missing']} more" in told.out
    assert sobrio(*asked, "--loss", "0.2", "--confidence", "0.5").code == 0


def test_a_promise_needs_prompts_that_nothing_was_fitted_on(
    sobrio: Callable[..., Any], labels: Path, tmp_path: Path
) -> None:
    fit = str(tmp_path / "fit.npz")
    sobrio("predictor", "fit", str(labels), "--out", fit)
    on_them = sobrio(
        "predictor", "promise", str(labels), "--small", SMALL, "--reference", LARGE, "--fit", fit
    )
    assert on_them.code == 2
    assert "60 of 60 labelled prompts were fitted on" in on_them.err
    assert sobrio(*both(tmp_path / "others.jsonl", 120), "--fit", fit).code == 0


@pytest.mark.parametrize("spelt", [str.upper, "{} ".format, "\u200b{}\n".format, "a\u00ad{}".format])
def test_what_was_fitted_on_is_known_in_other_spellings(
    sobrio: Callable[..., Any], tmp_path: Path, spelt: Callable[[str], str]
) -> None:
    asked = both(tmp_path / "fitted.jsonl", 60)
    sobrio("predictor", "fit", "fitted.jsonl")
    others = tmp_path / "others.jsonl"
    rows = map(json.loads, (tmp_path / "fitted.jsonl").read_text(encoding="utf-8").splitlines())
    lines = [json.dumps(row | {"prompt": spelt(row["prompt"]).removeprefix("a")}) for row in rows]
    others.write_text("\n".join(lines), encoding="utf-8")
    told = sobrio(*asked[:2], str(others), *asked[3:])
    assert told.code == 2
    assert "60 of 60 labelled prompts were fitted on" in told.err


@pytest.mark.parametrize("between", [" ", "\n", "\u200b", "\u2060"])
def test_wordings_of_one_question_are_one_label(
    sobrio: Callable[..., Any], tmp_path: Path, between: str
) -> None:
    """Spaces and letters that cannot be seen make no other question."""
    lines = [
        json.dumps({"prompt": f"Name{n * between} birds", "model": model, "score": 1.0})
        for n in range(300)
        for model in (SMALL, LARGE)
    ]
    (tmp_path / "same.jsonl").write_text("\n".join(lines), encoding="utf-8")
    told = sobrio("predictor", "promise", "same.jsonl", "--small", SMALL, "--reference", LARGE)
    assert told.code == 1
    assert "1 label is too few" in told.out
    assert "300 labelled prompts ask 1 questions" in told.err


def test_a_promise_is_granted_on_the_fit_in_force(
    sobrio: Callable[..., Any], labels: Path, tmp_path: Path
) -> None:
    asked = both(tmp_path / "others.jsonl", 120)
    shipped = sobrio(*asked, "--json").json["predictor"]
    fitted = sobrio("predictor", "fit", str(labels), "--data-dir", "here", "--json").json["predictor"]
    assert sobrio(*asked, "--json").json["predictor"] == shipped
    assert sobrio(*asked, "--data-dir", "here", "--json").json["predictor"] == fitted
    sobrio("predictor", "fit", str(labels))
    assert sobrio(*asked, "--json").json["predictor"] == fitted
    assert fitted != shipped


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--reference", SMALL), "two models"),
        (("--reference", "gpt-4o"), "no label is gpt-4o's"),
        (("--loss", "2"), "between 0 and 1"),
    ],
)
def test_a_promise_that_cannot_be_asked_for(
    sobrio: Callable[..., Any], tmp_path: Path, more: tuple[str, ...], said: str
) -> None:
    refused = sobrio(*both(tmp_path / "others.jsonl", 120), *more)
    assert refused.code == 2
    assert said in refused.err


def test_models_that_were_never_scored_together_promise_nothing(
    sobrio: Callable[..., Any], tmp_path: Path
) -> None:
    file = tmp_path / "apart.jsonl"
    asked = both(file, 1)
    small, large = file.read_text(encoding="utf-8").splitlines()
    file.write_text(f"{small}\n{large.replace('birds', 'fish')}", encoding="utf-8")
    assert "no prompt has a score of" in sobrio(*asked).err


def test_a_promise_takes_any_name_of_a_model(sobrio: Callable[..., Any], tmp_path: Path) -> None:
    *asked, _ = both(tmp_path / "others.jsonl", 120)
    said = sobrio(*asked, "meta-llama/Llama-3.3-70B-Instruct", "--json").json
    assert (said["granted"], said["reference"]) == (True, LARGE)
    for spelt in (f"any/{LARGE}", LARGE.upper()):
        assert sobrio(*asked, spelt, "--json").json == said
    same = sobrio(*asked[:3], "--small", "meta-llama/Llama-3.3-70B-Instruct", "--reference", LARGE)
    assert "two models" in same.err


def test_what_is_evaluated_is_the_fit_in_force(sobrio: Callable[..., Any], labels: Path) -> None:
    shipped = sobrio("predictor", "evaluate", str(labels), "--json").json
    fitted = sobrio("predictor", "fit", str(labels), "--data-dir", "here", "--json").json["predictor"]
    assert sobrio("predictor", "evaluate", str(labels), "--json").json == shipped
    told = sobrio("predictor", "evaluate", str(labels), "--data-dir", "here")
    assert fitted in told.out
    there = sobrio("predictor", "evaluate", str(labels), "--data-dir", "here", "--json").json
    assert {each["predictor"] for each in there} == {fitted} != {each["predictor"] for each in shipped}


def test_labels_that_were_fitted_on_are_said_to_prove_little(
    sobrio: Callable[..., Any], labels: Path, tmp_path: Path
) -> None:
    sobrio("predictor", "fit", str(labels))
    known = sobrio("predictor", "evaluate", str(labels), "--json")
    assert "60 of 60 labelled prompts were fitted on" in known.err
    assert [each["fitted_on"] for each in known.json] == [60, 60]
    both(tmp_path / "others.jsonl", 20)
    assert "fitted on" not in sobrio("predictor", "evaluate", "others.jsonl").err


def test_a_model_whose_name_is_spelt_unlike_others_is_calibrated(
    sobrio: Callable[..., Any], labels: Path
) -> None:
    other = labels.with_name("other.jsonl")
    other.write_text(labels.read_text().replace(SMALL, "openchat_3.5"))
    assert sobrio("models", "calibrate", "openchat_3.5", "--on", str(other)).code == 0


def chosen(sobrio: Callable[..., Any], text: str, *more: str) -> Any:
    Path("prompts.txt").write_text(text, encoding="utf-8")
    return sobrio("models", "calibrate", SMALL, "--choose-from", "prompts.txt", "--count", "9", *more)


def test_no_prompt_is_chosen_twice_or_when_it_is_labelled(sobrio: Callable[..., Any], labels: Path) -> None:
    text = "\ufeffSay hi\nProve it\nSay hi\n\n Say hi\nGuest 0: rhyme\n"
    assert sorted(chosen(sobrio, text).out.splitlines()) == ["Guest 0: rhyme", "Prove it", "Say hi"]
    assert sorted(chosen(sobrio, text, "--on", str(labels)).out.splitlines()) == ["Prove it", "Say hi"]


def test_where_there_is_nothing_to_choose_from_it_is_said(sobrio: Callable[..., Any], labels: Path) -> None:
    empty = chosen(sobrio, " \n\n")
    assert (empty.code, empty.out) == (2, "")
    assert "prompts.txt holds no prompt; write one a line" in empty.err
    known = chosen(sobrio, "Guest 0: rhyme", "--on", str(labels))
    assert known.code == 2
    assert "every prompt of prompts.txt is labelled" in known.err


KEEPING = """
version: 1
defaults:
  baseline: {{model: {large}, since: 2026-11-01, reason: Used before.}}
  quality_floor: 1.0
  fallback: {large}
{promises}
upstreams:
  here: {{kind: openai, base_url: "http://127.0.0.1:1/v1"}}
models:
  - {{model: {small}, upstream: here}}
  - {{model: {large}, upstream: here}}
"""


def test_a_policy_keeps_the_promise_that_was_printed_for_it(
    sobrio: Callable[..., Any], tmp_path: Path
) -> None:
    """The floor of 100% leaves only the reference; the line printed makes the small model adequate."""
    promised = sobrio(*both(tmp_path / "others.jsonl", 120)).err
    line = next(line for line in promised.splitlines() if "max_gain" in line)
    policy = tmp_path / "policy.yaml"

    def decided(promises: str) -> Any:
        policy.write_text(KEEPING.format(small=SMALL, large=LARGE, promises=promises))
        return sobrio("explain", "--prompt", "Name 7 birds", "--policy", str(policy), "--json").json[
            "decision"
        ]

    assert decided("")["model"] == LARGE
    assert decided(line)["model"] == SMALL
    assert "by a promise at most" in decided(line)["why"]
    other = line.replace("predictor: '", "predictor: 'other-")
    assert decided(other)["model"] == LARGE
    assert "is passed over: it was granted on predictor other-" in decided(other)["why"]
    with open_rooms(policy, data_dir=tmp_path / "home") as rooms:
        troubles = [trouble for look in rooms.troubles if (trouble := look()) is not None]
    assert len(troubles) == 1
    assert f"the promise for {SMALL} in place of {LARGE} is passed over" in troubles[0]
