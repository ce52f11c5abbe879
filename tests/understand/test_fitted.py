"""A fit in a file, recency, and labels as a file."""

from __future__ import annotations

import gzip
import json
import re
import tokenize
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
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


def line(prompt: str, model: str, score: float, at: str | None = None) -> str:
    return json.dumps({"prompt": prompt, "model": model, "score": score} | ({"at": at} if at else {}))


def test_lines_on_one_prompt_and_model_are_their_mean(tmp_path: Path) -> None:
    lines = [line("a", "m", 1.0), line("a", "m", 0.0), line("a", "m", 0.5), line("b", "m", 1.0)]
    known = read_labelled(write(tmp_path / "labels.jsonl", *lines))
    assert known.scores.tolist() == [[0.5], [1.0]]
    assert known.weights is not None
    assert known.weights.tolist() == [3.0, 1.0]
    assert known.lines == 4


def test_the_order_of_lines_does_not_matter(tmp_path: Path) -> None:
    lines = [
        line("a", "m", 1.0, "2026-05-01"),
        line("a", "n", 0.0, "2026-05-09"),
        line("a", "n", 0.5),
        line("b", "m", 0.25),
        line("c", "n", 0.5, "2026-05-11"),
    ]
    found = []
    for order in permutations(lines):
        known = read_labelled(write(tmp_path / "labels.jsonl", *order))
        found.append(sorted(zip(known.prompts, known.ages.tolist(), strict=True)))
    assert found[0] == [("a", 2.0), ("b", 0.0), ("c", 0.0)]
    assert all(each == found[0] for each in found)


@pytest.mark.parametrize(
    "at",
    ["2026-05-02", "2026-05-02T10:00:00Z", "2026-05-02T10:00:00.250+02:00", "20260502T100000Z",
     "2026-05-03T01:00:00+02:00"],
)  # fmt: skip
def test_iso_8601_dates_and_times_are_read(tmp_path: Path, at: str) -> None:
    lines = [line("a", "m", 1.0, at), line("b", "m", 1.0, "2026-05-12")]
    assert read_labelled(write(tmp_path / "labels.jsonl", *lines)).ages.tolist() == [10.0, 0.0]


@pytest.mark.parametrize(
    ("at", "age"),
    [("2026-05-02T23:59:59-05:00", 1.0), ("2026-05-02", 0.0), ("0001-01-01T00:00:00+05:00", 739738.0)],
)
def test_the_ends_of_days_and_of_time_are_days(tmp_path: Path, at: str, age: float) -> None:
    last = "2026-05-02"
    lines = [line("a", "m", 1.0, at), line("b", "m", 1.0, last)]
    assert np.ptp(read_labelled(write(tmp_path / "labels.jsonl", *lines)).ages) == age


def test_a_model_is_one_by_any_of_its_names(tmp_path: Path) -> None:
    names = ("meta-llama/Llama-3.1-8B-Instruct", "llama-3.1-8b-instruct", "Llama-3.1-8B-Instruct")
    lines = [line("a", name, score) for name, score in zip(names, (1.0, 0.0, 0.5), strict=True)]
    known = read_labelled(write(tmp_path / "labels.jsonl", *lines))
    assert (known.models, known.scores.tolist()) == (("llama-3.1-8b-instruct",), [[0.5]])
    assert known.of(names[0]).models == known.models


@pytest.mark.parametrize("name", ["openai/gpt-5.4", "GPT-5.4", "OpenAI/GPT_5.4", "gpt-5.4-2026-03-05"])
def test_a_name_in_another_spelling_is_the_catalogues_model(tmp_path: Path, name: str) -> None:
    file = write(tmp_path / "labels.jsonl", line("a", name, 1.0), line("b", "gpt-5.4", 0.0))
    known = read_labelled(file)
    assert (known.models, known.scores.tolist()) == (("gpt-5.4",), [[1.0], [0.0]])
    assert known.of(name).models == ("gpt-5.4",)


@pytest.mark.parametrize("tokens", [1, 1_000_000])
def test_the_ends_of_output_tokens_are_read(tmp_path: Path, tokens: int) -> None:
    label = json.dumps({"prompt": "a", "model": "m", "score": 1, "output_tokens": tokens})
    assert read_labelled(write(tmp_path / "labels.jsonl", *3 * [label])).output_tokens.tolist() == [[tokens]]


def test_means_do_not_depend_on_the_order_of_lines(tmp_path: Path) -> None:
    lines = [line("a", "m", score) for score in (0.1, 0.2, 0.3, 0.7)]
    files = (write(tmp_path / "labels.jsonl", *order) for order in permutations(lines))
    assert len({read_labelled(file).scores[0, 0] for file in files}) == 1


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (line("a", "m", 1.0, "soon"), "2026-05-02"),
        (line("a", "m", 1.0, "9999-12-31T23:59:59-05:00"), "yet to come"),
        (
            '{"messages": [{"content": "a", "x": '
            + 5000 * "["
            + 5000 * "]"
            + '}], "model": "m", "score": 1}',
            "recursion depth",
        ),
        ('{"prompt": "a", "model": "m", "score": 1, "weight": 0}', "weight 0 .* above 0"),
        ('{"prompt": "a", "prompt": "b", "model": "m", "score": 1}', "'prompt' is written twice"),
        (
            '{"messages": [{"role": "user", "role": "user", "content": "a"}], "model": "m", "score": 1}',
            "'role' is written twice",
        ),
        (line("a", "m", 7.0), "between 0 and 1"),
        ('{"messages": [{"role": "user", "content": 5}], "model": "m", "score": 1}', "content"),
        ('{"messages": [{"role": "user", "content": ["abc"]}], "model": "m", "score": 1}', "content"),
        ('{"messages": [{"content": [{"type": "text", "text": 5}]}], "model": "m", "score": 1}', "text"),
        ('{"prompt": "a", "model": "m", "score": 1, "output_tokens": -5}', "output_tokens.* 1 or more"),
        ('{"prompt": "a", "model": "m", "score": 1, "output_tokens": 0}', "output_tokens.* leave it out"),
        ('{"prompt": "a", "model": "m", "score": 1, "output_tokens": 0.5}', "is 0.5; .* 1 or more"),
        ('{"prompt": "a", "model": "m", "score": 1, "output_tokens": 1000001}', "at most 1,000,000"),
        ('{"prompt": "a", "model": "m", "score": 1, "output_tokens": 1e308}', "at most 1,000,000"),
        (line("a", "text-embedding-3-small", 1.0), "text-embedding-3-small is made for embeddings"),
        (line("a", "house/M", 1.0), "house/M differs from m .line 1."),
        ('{"prompt": "a", "model": "m", "score": 1, "outptu_tokens": 5}', "outptu_tokens.*output_tokens"),
        ('{"prompt": "a", "messages": [{"content": "b"}], "model": "m", "score": 1}', "not both"),
        ('{"prompt": "a", "messages": [], "model": "m", "score": 1}', "not both"),
        ('{"prompt": " ", "model": "m", "score": 1}', "empty"),
        ('{"messages": [], "model": "m", "score": 1}', "empty"),
        ('{"messages": [{"role": "user", "content": ""}], "model": "m", "score": 1}', "empty"),
    ],
)
def test_the_line_is_counted_as_an_editor_counts(tmp_path: Path, bad: str, said: str) -> None:
    with pytest.raises(InputError, match=f"line 3: .*{said}"):
        read_labelled(write(tmp_path / "labels.jsonl", line("a", "m", 1.0), "", bad))


def test_a_picture_is_a_prompt(tmp_path: Path) -> None:
    seen = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}]
    label = json.dumps({"messages": seen, "model": "m", "score": 1.0})
    assert read_labelled(write(tmp_path / "labels.jsonl", label)).prompts == (seen,)


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    file = write(tmp_path / "labels.jsonl", "\ufeff" + line("a", "m", 1.0), line("b", "m", 0.0))
    assert read_labelled(file).prompts == ("a", "b")


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_bytes(b'{"prompt": "\xff", "model": "m", "score": 1}')
    with pytest.raises(InputError, match="line 1"):
        read_labelled(file)


def test_two_fits_with_a_half_life_are_as_one(tmp_path: Path) -> None:
    prompts, scores = traffic(80)
    scores[:40, 0] = 1.0 - scores[:40, 0]
    days = np.repeat([100.0, 400.0], 40)
    days[::7] = np.nan
    at_once = Predictor.default().fit(prompts, PAIR, scores, days=days, half_life_days=60)
    for first, then in ((slice(0, 40), slice(40, 80)), (slice(40, 80), slice(0, 40))):
        fitted = Predictor.default()
        for part in (first, then):
            fitted = fitted.fit(prompts[part], PAIR, scores[part], days=days[part], half_life_days=60)
            fitted.save_fit(tmp_path / "fit.npz")
            fitted = Predictor.default().with_fit(tmp_path / "fit.npz")
        np.testing.assert_allclose(fitted.quality(prompts, PAIR), at_once.quality(prompts, PAIR), atol=1e-5)
    even = Predictor.default().fit(prompts, PAIR, scores)
    assert np.abs(at_once.quality(prompts, PAIR) - even.quality(prompts, PAIR)).max() > 0.1


def test_with_a_half_life_the_later_of_two_labels_on_a_prompt_counts_for_more() -> None:
    prompts = [f"Question number {number} about rivers" for number in range(40)]
    scores = np.repeat([[0.0], [1.0]], 40, axis=0)
    days = np.repeat([0.0, 100.0], 40)
    late, alike = (
        Predictor.default().fit(prompts * 2, PAIR[:1], scores, days=days, half_life_days=each)
        for each in (10, None)
    )
    assert late.quality(prompts, PAIR[:1]).mean() > alike.quality(prompts, PAIR[:1]).mean() + 0.2


def test_a_fit_keeps_its_half_life_for_the_next() -> None:
    prompts, scores = traffic(60)
    days = np.arange(60.0) * 5
    at_once = Predictor.default().fit(prompts, PAIR, scores, days=days, half_life_days=60)
    first = Predictor.default().fit(prompts[:30], PAIR, scores[:30], days=days[:30], half_life_days=60)
    both = first.fit(prompts[30:], PAIR, scores[30:], days=days[30:])
    np.testing.assert_allclose(both.quality(prompts, PAIR), at_once.quality(prompts, PAIR), atol=1e-5)


def test_labels_of_another_age_still_count() -> None:
    prompts, scores = traffic(40)
    days = np.repeat([0.0, 30_000.0], 20)
    fitted = Predictor.default().fit(prompts, PAIR, scores, days=days, half_life_days=0.1)
    assert np.isfinite(fitted.quality(prompts, PAIR)).all()


def worded(rows: NDArray[np.intp]) -> Predictor:
    """Thirty questions in two wordings, equal but for capitals and spaces, with scores and lengths apart."""
    prompts = [text.format(n) for n in range(30) for text in ("Is {} a prime?", "is {}  a  PRIME?")]
    scores, lengths = np.random.default_rng(5).random((2, 60, 2))
    shown = [prompts[row] for row in rows]
    return Predictor.default().fit(shown, PAIR, scores[rows], 1 + 90 * lengths[rows], days=rows.astype(float))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_wordings_of_one_question_are_one_fit_in_any_order(seed: int) -> None:
    one, other = worded(np.arange(60)), worded(np.random.default_rng(seed).permutation(60))
    asked = ["Is 3 a prime?", "Write a poem"]
    assert one.version == other.version
    np.testing.assert_allclose(one.quality(asked, PAIR), other.quality(asked, PAIR), atol=1e-6)
    said, again = (each.assess(asked[0], PAIR).reasons for each in (one, other))
    assert list(map(without_place, said)) == list(map(without_place, again))


def without_place(reason: str) -> str:
    """Labelled prompts are called by their places in the file."""
    return re.sub("labelled prompt [0-9]+", "labelled prompt", reason)


def in_steps(*steps: Sequence[int], half_life: float | None = None) -> Predictor:
    prompts, scores = traffic(40)
    prompts[30:], days = [each.upper() for each in prompts[:10]], np.arange(40.0)
    lengths, fitted = 10.0 + np.arange(80).reshape(40, 2) ** 1.5, Predictor.default()
    for rows in map(list, steps):
        fitted = fitted.fit([prompts[row] for row in rows], PAIR, scores[rows], lengths[rows],
                            days=days[rows], half_life_days=half_life)  # fmt: skip
    return fitted


@pytest.mark.parametrize("half_life", [None, 20.0])
def test_labels_added_in_two_steps_are_those_added_at_once(half_life: float | None) -> None:
    at_once = in_steps(range(40), half_life=half_life)
    for steps in ((range(20), range(20, 40)), (range(20, 40), range(20)), (range(1, 40, 2), range(0, 40, 2))):
        fitted = in_steps(*steps, half_life=half_life)
        assert fitted.version == at_once.version
        asked = traffic(10)[0]
        np.testing.assert_allclose(fitted.quality(asked, PAIR), at_once.quality(asked, PAIR), atol=1e-5)


def fit_of(*files: Path, half_life: float | None) -> Predictor:
    fitted = Predictor.default()
    for file in files:
        known = read_labelled(file, apart=True)
        fitted = fitted.fit(known.prompts, known.models, known.scores, known.output_tokens, known.weights,
                            days=known.days, half_life_days=half_life)  # fmt: skip
    return fitted


@pytest.mark.parametrize("half_life", [None, 9.0])
def test_lines_in_one_file_or_in_two_are_the_same_fit(tmp_path: Path, half_life: float | None) -> None:
    """However often each model is labelled on a prompt, and on whichever day."""
    rng = np.random.default_rng(7)
    lines = [
        line(f"Sum {rng.integers(12)}", f"gpt-5.4{rng.choice(['', '-mini'])}", rng.random(),
             f"2026-05-{1 + rng.integers(28):02}")
        for _ in range(80)
    ]  # fmt: skip
    at_once = fit_of(write(tmp_path / "all.jsonl", *lines), half_life=half_life)
    for size in (1, 37, 60):
        parts = write(tmp_path / "b.jsonl", *lines[size:]), write(tmp_path / "a.jsonl", *lines[:size])
        in_two = fit_of(*parts, half_life=half_life)
        assert in_two.version == at_once.version
        asked, models = ["Sum 3", "Write a poem"], ["gpt-5.4", "gpt-5.4-mini"]
        np.testing.assert_allclose(in_two.quality(asked, models), at_once.quality(asked, models), atol=1e-5)


def test_the_order_of_models_is_not_in_the_version() -> None:
    prompts, scores = traffic(30)
    one = Predictor.default().fit(prompts, PAIR, scores)
    assert one.version == Predictor.default().fit(prompts, PAIR[::-1], scores[:, ::-1]).version


def test_the_version_tells_fits_apart(tmp_path: Path) -> None:
    prompts, scores = traffic(30)
    fits = [
        Predictor.default().fit(prompts, PAIR, scores),
        Predictor.default().fit(prompts, PAIR, 1.0 - scores),
        Predictor.default().fit(prompts[::-1], PAIR, scores),
        Predictor.default().fit(prompts, PAIR, scores, days=np.arange(30), half_life_days=9),
        Predictor.default().fit(prompts, PAIR, scores, np.full((30, 2), 50.0)),
        Predictor.default().fit(prompts, PAIR, scores, weights=np.arange(1.0, 31.0)),
    ]
    assert len({fit.version for fit in fits}) == len(fits)
    assert fits[0].version == Predictor.default().fit(prompts, PAIR, scores).version
    fits[3].save_fit(tmp_path / "fit.npz")
    assert Predictor.default().with_fit(tmp_path / "fit.npz").version == fits[3].version


def test_rows_without_a_score_are_no_labels() -> None:
    prompts, scores = traffic(30)
    scores[10:] = np.nan
    assert Predictor.default().fit(prompts, PAIR, scores).version.endswith("+10 labels")


def test_a_version_counts_prompts_rather_than_their_measurements() -> None:
    prompts, scores = traffic(30)
    fitted = Predictor.default().fit(prompts, PAIR, scores).fit(prompts, PAIR, scores)
    assert fitted.version.endswith("+30 labels")
    assert fitted.fit(["another"], PAIR, [[1.0, 1.0]]).version.endswith("+31 labels")


def test_a_fit_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    prompts, scores = traffic(4)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        Predictor.default().fit(prompts, PAIR, scores).save_fit(tmp_path / "file" / "fit.npz")


@pytest.mark.parametrize("content", ["", "# Read me", '{"a": 1}'])
def test_a_file_that_is_no_fit_is_told_in_plain_words(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match=r"is not a fitted predictor; make one with 'sobrio predictor fit'$"):
        Predictor.default().with_fit(write(tmp_path / "README.md", content))
    with pytest.raises(InputError, match="cannot be read"):
        Predictor.default().with_fit(tmp_path)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("saved") / "fit.npz"
    prompts, scores = traffic(20)
    Predictor.default().fit(prompts, PAIR, scores, np.full(scores.shape, 300.0)).save_fit(file)
    return file.read_bytes()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_fit_is_refused_in_one_line_or_read(
    saved: bytes, tmp_path: Path, data: st.DataObject
) -> None:
    damaged = bytearray(saved)
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(0, len(saved) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    (tmp_path / "fit.npz").write_bytes(damaged[: data.draw(st.integers(0, len(damaged)))])
    try:
        assert Predictor.default().with_fit(tmp_path / "fit.npz").version
    except InputError as error:
        assert "\n" not in error.message
        assert "sobrio predictor fit" in error.message


@pytest.mark.parametrize("kind", [zlib.error, tokenize.TokenError])
def test_a_table_whose_bytes_have_changed_is_refused(
    saved: bytes, tmp_path: Path, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise kind("changed")

    monkeypatch.setattr(np, "load", broken)
    (tmp_path / "fit.npz").write_bytes(saved)
    with pytest.raises(InputError, match="is not a fitted predictor"):
        Predictor.default().with_fit(tmp_path / "fit.npz")


def test_several_may_write_one_fit_while_others_read_it(tmp_path: Path) -> None:
    file, (prompts, scores) = tmp_path / "fit.npz", traffic(4)
    fits = [Predictor.default().fit(prompts, PAIR, each) for each in (scores, 1.0 - scores)]
    fits[0].save_fit(file)
    with ThreadPoolExecutor() as pool:
        writing = [pool.submit(each.save_fit, file) for _ in range(10) for each in fits]
        read = {Predictor.default().with_fit(file).version for _ in range(20)}
    assert [each.result() for each in writing] == [None] * 20
    assert read <= {each.version for each in fits}
    assert [each.name for each in tmp_path.iterdir()] == ["fit.npz"]


def test_a_fit_that_could_not_take_its_place_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "fit.npz").mkdir()
    prompts, scores = traffic(4)
    with pytest.raises(InputError, match="cannot be written"):
        Predictor.default().fit(prompts, PAIR, scores).save_fit(tmp_path / "fit.npz")
    assert [each.name for each in tmp_path.iterdir()] == ["fit.npz"]


def test_a_date_may_lie_a_day_ahead_of_this_clock(tmp_path: Path) -> None:
    ahead, beyond = (datetime.now(UTC) + timedelta(days=days) for days in (1, 3))
    assert read_labelled(write(tmp_path / "a.jsonl", line("a", "m", 1.0, ahead.isoformat()))).lines == 1
    with pytest.raises(InputError, match=r"line 1: 'at' is .* yet to come"):
        read_labelled(write(tmp_path / "b.jsonl", line("a", "m", 1.0, beyond.date().isoformat())))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"prompt,model,score\na,m,1\n", "CSV"),
        (b"\xef\xbb\xbfprompt;model;score\na;m;1\n", "CSV"),
        (b'[{"prompt": "a", "model": "m", "score": 1}]', "a JSON array"),
        (line("a", "m", 1.0).encode("utf-16"), "UTF-16"),
        (gzip.compress(line("a", "m", 1.0).encode()), "gzip"),
        (b"PAR1\x15\x04", "Parquet"),
        (b"PK\x03\x04\x14", "a zip or a spreadsheet"),
    ],
)
def test_a_file_of_another_kind_is_called_by_its_name(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "labels").write_bytes(content)
    with pytest.raises(InputError, match=f"seems to be {kind}; write one JSON object a line, in UTF-8"):
        read_labelled(tmp_path / "labels")


def test_a_weight_is_as_many_lines(tmp_path: Path) -> None:
    heavy = line("a", "m", 1.0)[:-1] + ', "weight": 3}'
    once = read_labelled(write(tmp_path / "a.jsonl", heavy, line("a", "m", 0.0)))
    often = read_labelled(write(tmp_path / "b.jsonl", *3 * [line("a", "m", 1.0)], line("a", "m", 0.0)))
    assert once.scores.tolist() == often.scores.tolist() == [[0.75]]
    assert once.weights is not None
    assert often.weights is not None
    assert once.weights.tolist() == often.weights.tolist() == [4.0]


def test_what_age_leaves_of_labels_is_told() -> None:
    prompts, scores = traffic(30)
    days = np.where(np.arange(30) < 10, 100.0, 70.0)
    aged = Predictor.default().fit(prompts, PAIR, scores, days=days, half_life_days=30.0)
    assert aged.labels.worth == pytest.approx(20.0)
    assert Predictor.default().fit(prompts, PAIR, scores, days=days).labels.worth is None
    assert Predictor.default().fit(prompts, PAIR, scores, half_life_days=30.0).labels.worth is None
