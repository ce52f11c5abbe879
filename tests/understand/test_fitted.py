"""A fit in a file, recency, and labels as a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sobrio.errors import InputError
from sobrio.terms.model import Model
from sobrio.understand import Predictor
from sobrio.understand.labelled import read_labelled, recency

PAIR = (Model("small house model", 8.0, 8.0), Model("large house model", 70.0, 70.0))


def traffic(count: int) -> tuple[list[str], NDArray[np.float64]]:
    rng = np.random.default_rng(0)
    rhymes = rng.random(count) < 0.5
    prompts = [
        f"{'Make a rhyme' if rhyme else 'Check the sum'} for guest {n}" for n, rhyme in enumerate(rhymes)
    ]
    return prompts, np.column_stack([rhymes, np.ones(count)]).astype(float)


def test_a_saved_fit_expects_the_same(tmp_path: Path) -> None:
    prompts, scores = traffic(80)
    fitted = Predictor.default().fit(prompts, PAIR, scores, np.full(scores.shape, 300.0))
    fitted.save_fit(tmp_path / "fit.npz")
    again = Predictor.default().with_fit(tmp_path / "fit.npz")
    assert again.version == fitted.version
    assert again.lessons() == {"small-house-model": True, "large-house-model": True}
    assert (again.quality(prompts, PAIR) == fitted.quality(prompts, PAIR)).all()
    assert (again.output_tokens(prompts, PAIR) == fitted.output_tokens(prompts, PAIR)).all()


def test_a_saved_fit_takes_more_labels(tmp_path: Path) -> None:
    prompts, scores = traffic(80)
    Predictor.default().fit(prompts[:40], PAIR, scores[:40]).save_fit(tmp_path / "fit.npz")
    again = Predictor.default().with_fit(tmp_path / "fit.npz").fit(prompts[40:], PAIR, scores[40:])
    at_once = Predictor.default().fit(prompts, PAIR, scores)
    np.testing.assert_allclose(again.quality(prompts, PAIR), at_once.quality(prompts, PAIR), atol=1e-5)


def test_a_saved_fit_holds_no_text(tmp_path: Path) -> None:
    prompts, scores = traffic(30)
    Predictor.default().fit(prompts, PAIR, scores).save_fit(tmp_path / "fit.npz")
    with np.load(tmp_path / "fit.npz") as stored:
        assert not any("rhyme" in str(stored[name].tolist()) for name in stored.files)


def test_a_fit_onto_another_predictor_is_refused(tmp_path: Path) -> None:
    prompts, scores = traffic(30)
    Predictor.of(Predictor.default().parameters, "other").fit(prompts, PAIR, scores).save_fit(
        tmp_path / "f.npz"
    )
    with pytest.raises(InputError, match="fit it again"):
        Predictor.default().with_fit(tmp_path / "f.npz")
    with pytest.raises(InputError, match="predictor fit"):
        Predictor.default().with_fit(tmp_path / "absent.npz")


def test_recent_labels_count_more() -> None:
    prompts, scores = traffic(100)
    scores[:50, 0], scores[50:, 0] = 0.0, 1.0
    late = recency(np.repeat([400.0, 0.0], 50), half_life_days=30)
    even, recent = (Predictor.default().fit(prompts, PAIR, scores, weights=each) for each in (None, late))
    assert recent.quality(prompts, PAIR)[:, 0].mean() > even.quality(prompts, PAIR)[:, 0].mean() + 0.1


def test_weights_that_are_none_are_refused() -> None:
    prompts, scores = traffic(4)
    with pytest.raises(InputError, match="positive"):
        Predictor.default().fit(prompts, PAIR, scores, weights=[1.0, -1.0, 1.0, 1.0])


def test_far_from_every_label_the_prior_ranks() -> None:
    prompts, scores = traffic(80)
    fitted = Predictor.default().fit(prompts, PAIR, scores)
    far = ["Übersetze: der Zug fährt ab", "$\\int_0^1 x^2 dx$", "SELECT name FROM users;", "¿Qué hora es?"]
    gains = [np.diff(each.quality(far, PAIR))[:, 0] for each in (Predictor.default(), fitted)]
    assert np.corrcoef(*gains)[0, 1] > 0.8


def write(file: Path, *lines: str) -> Path:
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_labels_are_read_line_by_line(tmp_path: Path) -> None:
    known = read_labelled(
        write(
            tmp_path / "labels.jsonl",
            '{"prompt": "a", "model": "m", "score": 1, "output_tokens": 12, "at": "2026-05-01"}',
            '{"prompt": "a", "model": "n", "score": 0.5}',
            "",
            '{"messages": [{"role": "user", "content": "b"}], "model": "m", "score": 0, "at": "2026-05-11"}',
        )
    )
    assert known.models == ("m", "n")
    np.testing.assert_array_equal(known.scores, [[1.0, 0.5], [0.0, np.nan]])
    assert known.ages.tolist() == [10.0, 0.0]
    assert known.output_tokens[0, 0] == 12


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 1"),
        ('{"model": "m", "score": 1}', "give 'prompt'"),
        ('{"prompt": "a", "score": 1}', "model"),
        ("", "no label"),
    ],
)
def test_a_line_that_is_no_label_is_named(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_labelled(write(tmp_path / "labels.jsonl", line))
