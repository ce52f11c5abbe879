"""Several rewordings of one kept question, and a new one that is near all of them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest

from sobrio.encode import static_encoder
from sobrio.recall import SameAnswer, Similar, SqliteStore, Streams, Terms
from sobrio.recall.agreement import LIFT, weigh
from sobrio.recall.same.apart import apart
from sobrio.route import receive
from sobrio.terms.request import Caller

CAPITAL = (
    "What is the capital of {}?",
    "Which city is the capital of {}?",
    "Tell me, what is the capital of {}?",
    "What's the capital city of {}?",
    "Please, what is the capital of {}?",
)
PERU, TURKEY, JAPAN, AUSTRALIA = (
    tuple(form.format(country) for form in CAPITAL) for country in ("Peru", "Turkey", "Japan", "Australia")
)
NOVEL = (
    "Who wrote the novel Middlemarch?",
    "Who is the author of the novel Middlemarch?",
    "Which author wrote Middlemarch?",
    "Tell me who wrote the novel Middlemarch.",
    "Please, who wrote the novel Middlemarch?",
)
BIRTH = (
    "When was Marie Curie born?",
    "In which year was Marie Curie born?",
    "Tell me when Marie Curie was born.",
    "What year was Marie Curie born in?",
    "Please, when was Marie Curie born?",
)
PRESIDENT = (
    "Who was the first president of Brazil?",
    "Which person was the first president of Brazil?",
    "Tell me who the first president of Brazil was.",
    "Who became the first president of Brazil?",
    "Please, who was the first president of Brazil?",
)
CURRENCY = (
    "What is the currency of Sweden?",
    "Which currency is used in Sweden?",
    "Tell me, what is the currency of Sweden?",
    "What's the currency of Sweden called?",
    "Please, what is the currency of Sweden?",
)
SUISSE = (
    "Quelle est la capitale de la Suisse ?",
    "Quelle ville est la capitale de la Suisse ?",
    "Dis-moi, quelle est la capitale de la Suisse ?",
    "Quelle est la ville capitale de la Suisse ?",
    "S'il te plaît, quelle est la capitale de la Suisse ?",
)
ROMAN = (
    "Qui a écrit le roman Germinal ?",
    "Qui est l'auteur du roman Germinal ?",
    "Quel auteur a écrit le roman Germinal ?",
    "Dis-moi qui a écrit le roman Germinal.",
    "De qui est le roman Germinal ?",
)
HUGO = (
    "Quand est né Victor Hugo ?",
    "En quelle année est né Victor Hugo ?",
    "Dis-moi quand est né Victor Hugo.",
    "Quelle est l'année de naissance de Victor Hugo ?",
    "Victor Hugo est né quand ?",
)
BRESIL = (
    "Qui fut le premier président du Brésil ?",
    "Quel homme fut le premier président du Brésil ?",
    "Dis-moi qui fut le premier président du Brésil.",
    "Qui est devenu le premier président du Brésil ?",
    "Qui a été le premier président du Brésil ?",
)
COPY = (
    "How do I copy photos from a laptop to a camera?",
    "How can I copy photos from a laptop to a camera?",
    "Please, how do I copy photos from a laptop to a camera?",
    "How to copy photos from a laptop to a camera?",
    "What is the way to copy photos from a laptop to a camera?",
)
NEAR_MISSES = [
    (PERU, "What is the largest city in Peru?"),
    (PERU, "What is the second largest city in Peru?"),
    (PERU, "What is the old name of the capital of Peru?"),
    (PERU, "Which city is the former capital of Peru?"),
    (PERU, "Which city is the economic capital of Peru?"),
    (PERU, "What is the population of the capital of Peru?"),
    (PERU, "What is the currency of Peru?"),
    (PERU, "What was the capital of Peru in 1800?"),
    (PERU, "What is not the capital of Peru?"),
    (TURKEY, "What is the second largest city in Turkey?"),
    (JAPAN, "Which city was the first capital of Japan?"),
    (JAPAN, "What was the last capital of Japan before Tokyo?"),
    (AUSTRALIA, "Which city is the financial capital of Australia?"),
    (NOVEL, "What is the title of the first novel by the author of Middlemarch?"),
    (NOVEL, "Who published the novel Middlemarch?"),
    (NOVEL, "Who translated the novel Middlemarch?"),
    (NOVEL, "Who reviewed the novel Middlemarch?"),
    (NOVEL, "When was the novel Middlemarch written?"),
    (BIRTH, "When did Marie Curie die?"),
    (BIRTH, "In which year was Marie Curie married?"),
    (BIRTH, "Where was Marie Curie born?"),
    (BIRTH, "When was Marie Curie's daughter born?"),
    (PRESIDENT, "Who was the last president of Brazil?"),
    (PRESIDENT, "Who was the first vice president of Brazil?"),
    (PRESIDENT, "Who was the first woman president of Brazil?"),
    (PRESIDENT, "Who was the first emperor of Brazil?"),
    (PRESIDENT, "Who was president of Brazil?"),
    (CURRENCY, "What is the capital of Sweden?"),
    (CURRENCY, "What was the former currency of Sweden?"),
    (CURRENCY, "What is the symbol of the currency of Sweden?"),
    (SUISSE, "Quelle est la plus grande ville de Suisse ?"),
    (SUISSE, "Quelle est la capitale économique de la Suisse ?"),
    (SUISSE, "Quelle est l'ancienne capitale de la Suisse ?"),
    (SUISSE, "Quelle fut la première capitale de la Suisse ?"),
    (SUISSE, "Quelle est la monnaie de la Suisse ?"),
    (ROMAN, "Qui a publié le roman Germinal ?"),
    (ROMAN, "Qui a traduit le roman Germinal ?"),
    (ROMAN, "Quand le roman Germinal a-t-il été écrit ?"),
    (ROMAN, "Quel est le titre du roman qui suit Germinal ?"),
    (HUGO, "Quand est mort Victor Hugo ?"),
    (HUGO, "En quelle année est née la fille de Victor Hugo ?"),
    (COPY, "How do I copy photos from a camera to a laptop?"),
    (BRESIL, "Qui fut le dernier président du Brésil ?"),
    (BRESIL, "Qui fut le premier empereur du Brésil ?"),
]
REWORDED = [
    (PERU, "Which city is capital of Peru?"),
    (PERU, "Can you tell me the capital of Peru?"),
    (NOVEL, "Who was the author of Middlemarch?"),
    (BIRTH, "In what year was Marie Curie born?"),
    (PRESIDENT, "Please tell me who was the first president of Brazil."),
    (SUISSE, "Peux-tu me dire quelle est la capitale de la Suisse ?"),
    (HUGO, "Victor Hugo est né en quelle année ?"),
]


@pytest.fixture
def store(tmp_path):
    store = SqliteStore(tmp_path / "cache.sqlite")
    yield store
    store.close()


def together(store: SqliteStore, judge: SameAnswer, kept: Sequence[str], text: str) -> float:
    """P(the answer that five rewordings share is right), as the cache finds it; 0 for no would-be hit."""
    by = Similar(store, Streams(store), static_encoder(), judge, lambda _: "en")

    def asked(text: str):
        body = {"model": "m", "messages": [{"role": "user", "content": text}]}
        found = by.question(receive(msgspec.json.encode(body), {}, Caller("a")), "p")
        assert found is not None
        return found

    for each in kept:
        question = by.answered(asked(each)[0], "Lima")
        store.put(each.encode(), b"Lima", scope="a", ttl_s=60, question=question)
        by.keep(each.encode(), question, scope="a")
    by.flush()
    store.flush()
    found = by.find(*asked(text), scope="a", terms=Terms())
    by.close()
    return 0.0 if found is None or found.probability is None else found.probability


@pytest.mark.parametrize(("kept", "text"), NEAR_MISSES)
def test_five_rewordings_do_not_lift_a_near_miss_over_its_best_pair(store, kept, text):
    judge = SameAnswer.default()
    alone = judge.score([(text, each) for each in kept]).max()
    assert together(store, judge, kept, text) <= alone + 1e-9


@pytest.mark.parametrize(("kept", "text"), REWORDED)
def test_five_rewordings_lift_another_one_a_little(store, kept, text):
    judge = SameAnswer.default()
    alone = judge.score([(text, each) for each in kept]).max()
    odds = LIFT * alone / (1.0 - alone)
    assert alone < together(store, judge, kept, text) <= odds / (1.0 + odds) + 1e-9


def test_what_one_word_alone_tells_apart_lifts_no_more_than_a_little(store):
    """That "où" is "where" is not seen without its accent."""
    judge, text = SameAnswer.default(), "Où est né Victor Hugo ?"
    alone = judge.score([(text, each) for each in HUGO]).max()
    odds = LIFT * alone / (1.0 - alone)
    assert together(store, judge, HUGO, text) <= odds / (1.0 + odds) + 1e-9


@pytest.mark.parametrize("count", [2, 5, 50])
def test_no_number_of_companions_lifts_beyond_the_bound(count):
    _, found = weigh(np.full(count, 0.8), [b"a"] * count, lambda *_: [], lambda _: False)
    assert found == pytest.approx(LIFT * 4 / (1 + LIFT * 4))


def test_a_question_that_differs_from_all_companions_is_not_lifted():
    _, found = weigh(np.full(5, 0.8), [b"a"] * 5, lambda *_: [], lambda _: True)
    assert found == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("text", "differs"),
    [
        ("How do I open a blue box?", False),
        ("How do I open the red box?", False),
        ("How do I open a green box?", True),
        ("How do I open a box?", False),
        ("How do I not open a blue box?", True),
        ("How do I open 2 blue boxes?", True),
        ("How do I open a blue?", True),
        ("How do I box a blue open?", True),
    ],
)
def test_what_sets_apart_is_what_none_has_or_all_have_or_another_order(text, differs):
    assert apart(text, ["How do I open a blue box?", "How do I open a red box?"]) is differs
