"""What an assessment says after a fit: the labelled prompts and the features that decided."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from sobrio.terms.model import Model
from sobrio.understand import Predictor
from sobrio.understand.features import NAMES, Features, features_of

PAIR = (Model("small house model", 8.0, 8.0), Model("large house model", 70.0, 70.0))
YARDSTICK = Model("a mid-size model", 14.0, 14.0, released="2024-07")
SAID = re.compile(
    r"(?P<side>easier|harder): (?:the )?(?P<feature>.*?)(?: (?:above|below) the usual)?"
    r" \((?P<moved>.\d\.\d\d)\)"
)
QUESTION, ORDER = "Which parcel of client {} is late?", "Rewrite letter {} in a kinder tone."


@pytest.fixture(scope="module")
def fitted() -> Predictor:
    """The small model answers questions and cannot rewrite."""
    prompts = [(ORDER if n % 2 else QUESTION).format(n) for n in range(60)]
    scores = np.column_stack([np.arange(60) % 2 == 0, np.ones(60)]).astype(float)
    return Predictor.default().fit(prompts, PAIR, scores)


def reasons(predictor: Predictor, prompt: str) -> tuple[str, ...]:
    return predictor.assess(prompt, PAIR).reasons


def test_the_nearest_labelled_prompts_come_first_with_their_scores(fitted: Predictor) -> None:
    first, second, *_ = reasons(fitted, ORDER.format(17))
    for said in (first, second):
        assert said.startswith("like labelled prompt ")
        assert int(said.split()[3]) % 2 == 0, "every second prompt is an order"
        assert said.endswith("small-house-model 0, large-house-model 1")
    assert reasons(fitted, QUESTION.format(8))[0].endswith("small-house-model 1, large-house-model 1")


def test_whom_labels_move_and_by_which_features_is_said(fitted: Predictor) -> None:
    said = reasons(fitted, ORDER.format(17))
    assert any(each.startswith("labels move small-house-model by -0.") for each in said)
    assert any(each.startswith("harder for small-house-model by labels: ") for each in said)


def test_a_prompt_unlike_every_label_is_called_so(fitted: Predictor) -> None:
    assert reasons(fitted, "$\\int_0^1 x^2 dx$")[0] == "unlike every labelled prompt"


def test_no_text_of_a_labelled_prompt_is_shown(fitted: Predictor) -> None:
    assert not any("kinder" in each or "letter" in each for each in reasons(fitted, ORDER.format(17)))


def test_a_saved_fit_gives_the_same_reasons(fitted: Predictor, tmp_path: Path) -> None:
    fitted.save_fit(tmp_path / "fit.npz")
    again = Predictor.default().with_fit(tmp_path / "fit.npz")
    assert reasons(again, ORDER.format(17)) == reasons(fitted, ORDER.format(17))
    assert again.verdicts() == fitted.verdicts()


def test_lengths_alone_are_no_reason() -> None:
    prompts = [QUESTION.format(n) for n in range(20)]
    told = Predictor.default().fit(prompts, PAIR, np.full((20, 2), np.nan), np.full((20, 2), 300.0))
    assert reasons(told, prompts[0]) == reasons(Predictor.default(), prompts[0])


def test_without_labels_only_training_gives_reasons() -> None:
    assert not any("label" in each for each in reasons(Predictor.default(), ORDER.format(17)))


def logit_of_success(predictor: Predictor, seen: Features) -> float:
    return logit(float(predictor.expected([seen], [YARDSTICK])[0, 0]))


def logit(chance: float) -> float:
    return math.log(chance / (1.0 - chance))


SAME = (
    {"length", "brevity"},
    {"digits", "share of digits", "numbers"},
    {"long words", "long words on average"},
    {each for each in NAMES if each.startswith("task ")},
)


def saying_the_same(feature: str) -> set[str]:
    return next((each for each in SAME if feature in each), {feature})


@pytest.mark.parametrize("prompt", ["hi", "go", "1+1", "What is 12 times 14?", "Say hello in French.", "ok"])
def test_no_fact_is_told_twice(prompt: str) -> None:
    said = [SAID.fullmatch(each) for each in reasons(Predictor.default(), prompt)]
    told = [frozenset(saying_the_same(each["feature"])) for each in said if each]
    assert len(told) == len(set(told)) > 0


@pytest.mark.parametrize(
    "prompt",
    [
        "hi",
        "What is 12 times 14?",
        "Summarise this in one line: the ship left the port at noon and never came back.",
        "Write a red-black tree in Rust with deletion",
        "Write a SQL query that returns the second highest salary.",
        "Explique la photosynthèse à un enfant de dix ans, s'il te plaît.",
        "Übersetze diesen Satz ins Englische: Der Hund schläft.",
        "A ball is thrown upwards at 20 m/s from a tower of 25 m. Which is right?\nA. 5 s\nB. 3 s\nC. 1 s",
    ],
)
def test_each_reason_is_what_the_estimate_loses_without_that_feature(prompt: str) -> None:
    """Difficulty is told by a model of 14 billion parameters; see what it does once a feature is usual."""
    predictor, seen = Predictor.default(), features_of(prompt)
    whole = logit_of_success(predictor, seen)
    assert 1.0 - predictor.assess(prompt, PAIR).difficulty == pytest.approx(1 / (1 + math.exp(-whole)))
    said = [SAID.fullmatch(each) for each in reasons(predictor, prompt)]
    moved = [(each["side"], each["feature"], float(each["moved"])) for each in said if each]
    assert len(moved) == 3
    for side, feature, amount in moved:
        assert side == ("easier" if amount > 0 else "harder")
        if feature in NAMES:
            usual, same = seen.dense.copy(), [NAMES.index(each) for each in saying_the_same(feature)]
            usual[same] = predictor.parameters.mean[same]
            without = logit_of_success(predictor, msgspec.structs.replace(seen, dense=usual))
            assert whole - without == pytest.approx(amount, abs=0.02)


def test_n_grams_are_named_where_they_decide() -> None:
    prompt = "Which of these is a prime number, and why?\nA. 4\nB. 6\nC. 7\nD. 9"
    shipped = Predictor.default().parameters
    known = replace(shipped, usual=np.zeros_like(shipped.usual))
    loud, silent = (Predictor.of(replace(known, hashed=much * known.hashed), "") for much in (9, 0))
    said = next(each for each in reasons(loud, prompt) if "its very words and word pairs" in each)
    seen = features_of(prompt)
    moved = logit_of_success(loud, seen) - logit_of_success(silent, seen)
    assert float(said.rpartition("(")[2].rstrip(")")) == pytest.approx(moved, abs=0.02)
