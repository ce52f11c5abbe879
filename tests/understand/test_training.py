"""Training from outcome files, on a small world written here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sobrio.errors import InputError
from sobrio.terms.model import Model
from sobrio.understand import Predictor
from sobrio.understand.features import features_of
from sobrio.understand.train import train
from sobrio.understand.train.graded import HARDEST, expected_scores, graded
from sobrio.understand.train.kinds import kind_of
from sobrio.understand.train.landmarks import kinds_of
from sobrio.understand.train.names import is_base, released_of, spelled

SIZES = {"tiny-1b": 1.0, "middle-8b": 8.0, "large-70b": 70.0}
EASY, HARD = "Say hello to person {}", "Prove theorem {} about $x^2 + y^2 = z^2$ and lemmas"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty easy prompts that all models answer, sixty hard ones that only the large model does."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "routing").mkdir()
    prompts, outcomes = [], []
    for number in range(120):
        hard = number % 2
        text, about = (HARD, "proofs") if hard else (EASY, "greetings")
        prompts.append((f"p{number}", "set", text.format(number), f"stem{number}", about))
        for model, size in SIZES.items():
            score = float(not hard or size > 50)
            outcomes.append((f"p{number}", model, score, 800 if hard else 40, "0-shot", False))
        outcomes.append((f"p{number}", "broken-8b", 0.0, 40, "0-shot", True))
    columns = ["prompt_id", "dataset", "prompt", "stem_key", "category"]
    pd.DataFrame(prompts, columns=columns).to_parquet(folder / "routing" / "world.prompts.parquet")
    names = ["prompt_id", "model", "score", "output_chars", "setting", "suspect_format"]
    pd.DataFrame(outcomes, columns=names).to_parquet(folder / "routing" / "world.outcomes.parquet")
    models = [(name, size, size, "", "2024-07") for name, size in SIZES.items()]
    columns = ["model", "params_total_b", "params_active_b", "family", "released"]
    pd.DataFrame(models, columns=columns).to_csv(folder / "models.csv", index=False)
    return folder


def test_training_learns_who_answers_what(data: Path, tmp_path: Path) -> None:
    report = train(data, tmp_path / "predictor.npz")
    predictor = Predictor.load(tmp_path / "predictor.npz")
    models = [Model(name, size, size, released="2024-07") for name, size in SIZES.items()]
    easy, hard = predictor.quality([EASY.format(7), HARD.format(7)], models)
    assert easy[0] > hard[0] + 0.2
    assert hard[2] - hard[0] > easy[2] - easy[0]
    short, long = predictor.output_tokens([EASY.format(7), HARD.format(7)], models[1:2])[:, 0]
    assert long > 2 * short
    assert report.bytes == (tmp_path / "predictor.npz").stat().st_size
    assert ("world", 120, 360) in report.sources


def test_training_learns_what_prompts_are_about(data: Path, tmp_path: Path) -> None:
    train(data, tmp_path / "predictor.npz")
    known = Predictor.load(tmp_path / "predictor.npz")
    seen = [features_of(text.format("of the new year")) for text in (EASY, HARD)]
    greeting, proof = known.view(seen).prompts.subjects
    assert greeting[0] > 0.9
    assert proof[1] > 0.9


def test_training_twice_gives_the_same_bytes(data: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        train(data, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_folder_without_outcomes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="routing"):
        train(tmp_path, tmp_path / "out.npz")


def test_a_file_that_is_no_predictor_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", mean=np.zeros(3))
    with pytest.raises(InputError, match="predictor train"):
        Predictor.load(tmp_path / "other.npz")


def test_one_model_has_one_spelling() -> None:
    spellings = ("meta-llama_Meta-Llama-3-8B-Instruct", "Meta-Llama-3-8B-Instruct")
    assert {spelled(name) for name in spellings} == {"meta-llama-3-8b-instruct"}
    assert spelled("gpt-4o-2024-05-13-FC") == "gpt-4o-2024-05-13"


def test_release_months_and_base_models() -> None:
    assert released_of("codellama-34b", "") == "2023-08"
    assert released_of("a-new-model", "2024-05..09") == "2024-05"
    assert released_of("a-new-model", "") == ""
    assert is_base("Qwen2-7B")
    assert not is_base("Qwen2-7B-Instruct")


def test_graded_requests_gain_more_from_size_the_harder_they_are() -> None:
    (source,) = graded()
    scores = expected_scores(np.arange(1, HARDEST + 1))
    assert (np.diff(scores, axis=1) >= 0).all()
    assert (np.diff(scores[:, -1] - scores[:, 4]) > 0).all()
    assert len(source.prompts) == len(source.scores) > 1_000


def test_landmarks_are_named_after_most_of_their_prompts() -> None:
    prompts = np.array([[1, 0], [1, 0], [0.8, 0.6], [0, 1]], np.float32)
    names, shares = kinds_of(np.eye(2, dtype=np.float32), prompts, ["sums", "sums", "rhymes", "rhymes"])
    assert names == ("sums", "rhymes")
    np.testing.assert_allclose(shares, [2 / 3, 1])


def test_kinds_are_said_in_words() -> None:
    assert kind_of("fasteval_math") == "competition mathematics"
    assert kind_of("a data set of mine") == "a data set of mine"
