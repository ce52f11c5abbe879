"""The scorers: what they must tell apart, in English and French."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sobrio.encode import default_encoder
from sobrio.errors import InputError
from sobrio.recall import SameAnswer

SHIPPED = Path(__file__).parents[3] / "src/sobrio/recall/same/data/same.npz"

TRAPS = [
    ("antonym", "How do I enable caching?", "How can I turn caching on?", "How do I disable caching?"),
    ("number", "Name 4 rivers in Asia.", "Tell me four Asian rivers.", "Name 9 rivers in Asia."),
    ("unit", "Convert 3 km to miles.", "How many miles are 3 km?", "Convert 3 m to miles."),
    ("date", "Who ruled Spain in 1960?", "In 1960, who ruled Spain?", "Who ruled Spain in 1860?"),
    (
        "entity",
        "What's the capital of Peru?",
        "Which city is Peru's capital?",
        "What's the capital of Chile?",
    ),
    (
        "direction",
        "Is there a bus from Lyon to Lille?",
        "Any bus to Lille from Lyon?",
        "Is there a bus from Lille to Lyon?",
    ),
    ("format", "Show the data as JSON.", "Show me the data in JSON.", "Show the data as CSV."),
    ("language", "Explain tides in French.", "Explain tides in French please.", "Explain tides in Polish."),
    ("negation", "Which birds can fly?", "What birds are able to fly?", "Which birds cannot fly?"),
    (
        "antonym",
        "Comment ouvrir un compte ?",
        "Que faire pour ouvrir un compte ?",
        "Comment fermer un compte ?",
    ),
    ("number", "Cite 3 fleuves d'Asie.", "Donne-moi trois fleuves d'Asie.", "Cite 8 fleuves d'Asie."),
    (
        "date",
        "Quel temps fait-il à Rome en mai 2020 ?",
        "Quel est le temps à Rome en mai 2020 ?",
        "Quel temps fait-il à Rome en juin 2020 ?",
    ),
    ("entity", "Où se trouve Oslo ?", "Dans quel endroit se trouve Oslo ?", "Où se trouve Dublin ?"),
    (
        "direction",
        "Convertis 5 euros en dollars.",
        "Combien de dollars font 5 euros ?",
        "Convertis 5 dollars en euros.",
    ),
    (
        "negation",
        "Peut-on voyager avec un visa ?",
        "Est-il possible de voyager avec un visa ?",
        "Peut-on voyager sans visa ?",
    ),
]


@pytest.mark.parametrize(("family", "question", "same", "other"), TRAPS)
def test_a_paraphrase_scores_above_a_trap(
    scorer: SameAnswer, family: str, question: str, same: str, other: str
) -> None:
    paraphrase, trap = scorer.score([(question, same), (question, other)])
    assert paraphrase > trap, family


def test_scores_are_probabilities_the_same_both_ways_round(scorer: SameAnswer) -> None:
    pairs = [(a, b) for _, a, b, _ in TRAPS]
    scores = scorer.score(pairs)
    assert scores.shape == (len(pairs),)
    assert ((scores > 0) & (scores < 1)).all()
    assert np.allclose(scores, scorer.score([(b, a) for a, b in pairs]))


@pytest.mark.parametrize("odd", ["", "   ", "???", "42", "\x00", "的", "a" * 50_000, "no " * 9_000])
def test_odd_texts_are_scored(scorer: SameAnswer, odd: str) -> None:
    scores = scorer.score([(odd, "How do I bake bread?"), (odd, odd)])
    assert np.isfinite(scores).all()


def test_no_pairs_no_scores(scorer: SameAnswer) -> None:
    assert scorer.score([]).shape == (0,)


def test_two_languages_do_not_share_an_answer(scorer: SameAnswer) -> None:
    same, other = scorer.score(
        [
            ("How do I bake bread?", "How can I bake bread?"),
            ("How do I bake bread?", "Comment faire du pain ?"),
        ]
    )
    assert other < same


def test_no_rewording_scores_above_the_same_question_typed_otherwise(scorer: SameAnswer) -> None:
    typed, reworded = scorer.score(
        [
            ("How do I bake bread?", "how do I bake  bread"),
            ("How do I bake bread?", "What is the way to bake bread?"),
        ]
    )
    assert typed > reworded


def right(count: int) -> list[tuple[tuple[str, str], bool]]:
    """As many different questions, each met by its own answer."""
    kept = [f"How do I open drawer {number}?" for number in range(count)]
    return [((text.lower(), text), True) for text in kept]


def test_the_threshold_needs_labels_and_keeps_wrong_hits_out(scorer: SameAnswer) -> None:
    _, question, _, other = TRAPS[0]
    wrong = ((question, other), False)
    assert scorer.threshold(0.01, labels=[]) is None
    assert scorer.threshold(0.01, labels=right(298)) is None
    assert scorer.threshold(max_false_hit_rate=0.05, labels=right(58)) is None
    found = scorer.threshold(max_false_hit_rate=0.01, labels=right(299) + [wrong] * 50)
    assert found is not None
    assert scorer.score([(question, other)])[0] < found <= scorer.score([right(1)[0][0]])[0]


@pytest.mark.parametrize(("count", "promised"), [(298, False), (299, True)])
def test_each_label_of_a_sample_counts_also_when_its_pair_repeats(
    scorer: SameAnswer, count: int, promised: bool
) -> None:
    label = ("How do I pay?", "how do I pay"), True
    other = ("And how do I pay, please?", "how do I pay."), True
    labels = [label] * (count - 1) + [other]
    assert (scorer.threshold(0.01, labels=labels) is not None) is promised


def test_parameters_fitted_for_another_encoder_are_refused() -> None:
    with pytest.raises(InputError, match="for the encoder"):
        SameAnswer.with_encoder(default_encoder(), SHIPPED)


def test_a_broken_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "same.npz").write_bytes(b"not a file of arrays")
    with pytest.raises(InputError, match="not a scorer of pairs"):
        SameAnswer.with_encoder(default_encoder(), tmp_path / "same.npz")


def test_the_fingerprint_names_scorer_and_encoder() -> None:
    scorer = SameAnswer.static()
    assert scorer.fingerprint.endswith(scorer.sentences.fingerprint)


@pytest.mark.parametrize("instead", ["onnx:no-such-package", "hashed"])
def test_without_its_packages_or_beside_other_releases_the_scorer_is_the_static_one(
    monkeypatch: pytest.MonkeyPatch, instead: str
) -> None:
    monkeypatch.setattr("sobrio.recall.same.answer.MINILM", instead)
    monkeypatch.setattr("sobrio.recall.same.answer.USE", instead)
    scorer = SameAnswer.default.__wrapped__()
    assert scorer is SameAnswer.static()
    assert not scorer.reads_ahead


def test_importing_the_scorer_loads_no_optional_package() -> None:
    code = "import sys, sobrio.recall; print({'onnxruntime', 'tokenizers', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("What is the capital of France?", "What is the capital of France? Answer in one word."),
        ("Pourquoi le ciel est-il bleu ?", "Pourquoi le ciel est-il bleu ? Réponds en un seul mot."),
        ("Is gold heavier than lead?", "Is lead heavier than gold?"),
        ("Is Anna taller than Ben?", "Is Ben taller than Anna?"),
        ("Le cuivre est-il plus lourd que le plomb ?", "Le plomb est-il plus lourd que le cuivre ?"),
        ("Does a lion beat a tiger?", "Does a tiger beat a lion?"),
        ("Write a poem about autumn.", "Write a haiku about autumn."),
        ("Draft a memo on parking.", "Draft a leaflet on parking."),
        ("What is the capital of Niger?", "What is the capital of Nigeria?"),
        ("Who is Mario Rossi?", "Who is Mario Rossini?"),
        ("Who discovered radium?", "When was radium discovered?"),
        ("Qui a découvert le radium ?", "Quand le radium a-t-il été découvert ?"),
        ("How long should I water the lawn?", "How often should I water the lawn?"),
        ("What is the oldest bridge in Lyon?", "What is the longest bridge in Lyon?"),
        ("Do all spiders spin webs?", "Do some spiders spin webs?"),
        ("Can I cancel by phone?", "Must I cancel by phone?"),
        ("Puis-je résilier par téléphone ?", "Dois-je résilier par téléphone ?"),
        ("When was the last eclipse?", "When is the next eclipse?"),
        ("How do I cook rice without a lid?", "How do I not cook rice without a lid?"),
        ("Does a vet advise a farmer?", "Is a vet advised by a farmer?"),
        ("Is the deposit included?", "Is the deposit excluded?"),
        ("À quelle heure finit le cours ?", "À quelle heure commence le cours ?"),
    ],
)
def test_what_was_served_once_is_seen(scorer: SameAnswer, kept: str, asked: str) -> None:
    unchanged, changed = scorer.score([(kept.rstrip(" ?.") + " please?", kept), (asked, kept)])
    assert changed < 0.5 * unchanged


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("Does a vet advise a farmer?", "Is a farmer advised by a vet?"),
        ("In what year was radium discovered?", "When was radium discovered?"),
        ("Should I mix flour and salt?", "Should I mix salt and flour?"),
        ("Combien de temps dure le film ?", "Quelle est la durée du film ?"),
    ],
)
def test_other_words_for_the_same_are_no_clash(scorer: SameAnswer, kept: str, asked: str) -> None:
    assert scorer.score([(asked, kept)])[0] > 0.5


def test_a_comparison_turned_round_with_the_opposite_word_asks_the_same(scorer: SameAnswer) -> None:
    kept = "Is gold heavier than lead?"
    turned_twice, turned_once = scorer.score(
        [("Is lead lighter than gold?", kept), ("Is lead heavier than gold?", kept)]
    )
    assert turned_twice > 2 * turned_once


LONG = " ".join(["We run a small shop and want it to be safe for all of us."] * 5)


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        (f"{LONG} How do we enable root login?", f"{LONG} How do we disable root login?"),
        (f"{LONG} How do I cook rice?", f"{LONG} What is the capital of Peru?"),
        ("Convert 5 mW to W", "Convert 5 MW to W"),
        ("convert 5 mw to w", "Convert 5 MW to W"),
        ("How many Mb are in 1 GB?", "How many MB are in 1 GB?"),
        ("How long is 1 GB at 10 Mb/s?", "How long is 1 GB at 10 MB/s?"),
        ("What is 5!", "What is 5?"),
        ("What is C?", "What is C++?"),
        ("How do I read a file in C?", "How do I read a file in C#?"),
        ("What is -5 + 3?", "What is 5 + 3?"),
        ("What is 5 - 3?", "What is 5 + 3?"),
        ("What is 6 / 3?", "What is 6 * 3?"),
        ("Is 5 > 3?", "Is 5 < 3?"),
        ("What is 10^-3?", "What is 10^3?"),
        ("What does == mean in Python?", "What does != mean in Python?"),
        ("What does && do in bash?", "What does || do in bash?"),
        ("What does $? mean in bash?", "What does $! mean in bash?"),
        ("How many pens do I get for $5?", "How many pens do I get for €5?"),
    ],
)
def test_other_signs_units_and_unread_ends_forbid_a_hit(scorer: SameAnswer, kept: str, asked: str) -> None:
    assert max(scorer.score([(asked, kept), (kept, asked)])) <= 0.01


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("What is the capital of France?", "what is the capital of france"),
        ("What is the capital of France?", "what is the capital of France"),
        ("What is 5 - 3?", "what is 5 - 3"),
        (LONG, LONG),
    ],
)
def test_the_same_question_typed_otherwise_is_the_same(scorer: SameAnswer, kept: str, asked: str) -> None:
    assert scorer.score([(asked, kept)])[0] == pytest.approx(0.999)


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("What is AIDS?", "What is aids?"),
        ("what is aids", "What is AIDS?"),
        ("What is Polish?", "What is polish?"),
    ],
)
def test_a_name_is_not_surely_the_word_it_spells(scorer: SameAnswer, kept: str, asked: str) -> None:
    assert scorer.score([(asked, kept)])[0] < 0.9


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("What is 5 plus 3?", "What is 5 + 3?"),
        ("How many euros are 5 dollars?", "How many euros are $5?"),
        ("What is 20 percent of 50?", "What is 20 % of 50?"),
        ("Is it open at 5 PM?", "Is it open at 5 pm?"),
    ],
)
def test_a_sign_in_words_is_no_clash(scorer: SameAnswer, kept: str, asked: str) -> None:
    assert scorer.score([(asked, kept)])[0] > 0.01
