"""Texts the static encoder is taught on, and those it is judged on: never the same.

Half of the intents, of the titles (PIAF) and of the passages (XQuAD) are held out, by their hash. Held-out
questions are searched for among all passages of their language.
"""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sobrio.understand.train.parallel import templated

LANGUAGES = ("fr", "en", "de", "es")
_PROMPTS_PER_SOURCE = 350
_WINDOW_CHARS = 160
_UNLABELLED_CHARS = 200
_SENTENCE_CHARS = (25, 300)
_JUDGED_INTENTS = 2_000
_JUDGED_QUESTIONS = 600
_JUDGED_PARALLEL = 250
_sentence_end = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions of one language and the passages they are answered by."""

    questions: tuple[str, ...]
    passages: tuple[str, ...]
    answers: tuple[int, ...]
    """Which of the passages, per question."""


def words_from(data: Path) -> list[str]:
    """Every text, for counting words in: their labels and order play no part."""
    qa = pd.read_parquet(data / "rag" / "qa.parquet")
    asked = [prompt for prompts in _prompts(data) for prompt in prompts]
    return [*asked, *_intents(data).text, *_unlabelled(data), *qa.question, *qa.context.drop_duplicates()]


def lessons(data: Path) -> list[str]:
    """Short texts in four languages, shuffled: requests, questions, sentences, parts of prompts."""
    chance = random.Random(0)
    intents = _intents(data)
    requests = intents[~intents.held].text.tolist()
    chance.shuffle(requests)
    qa = _qa(data)
    taught = qa[~qa.held]
    texts = {*requests, *taught.question, *_sentences(taught.context.drop_duplicates())}
    texts |= {*_windows(_prompts(data), chance), *(text[:_UNLABELLED_CHARS] for text in _unlabelled(data))}
    ordered = sorted(texts)
    chance.shuffle(ordered)
    return ordered


def judged_intents(data: Path) -> tuple[list[str], list[str]]:
    """(texts, the intent of each), of held-out intents."""
    intents = _intents(data)
    chosen = intents[intents.held].sample(_JUDGED_INTENTS, random_state=0)
    return chosen.text.tolist(), (chosen.source + chosen.intent).tolist()


def judged_questions(data: Path) -> dict[str, Questions]:
    """Per language; the questions of XQuAD are the same ones in each of its languages, in the same order."""
    qa = _qa(data)
    judged = {}
    for language in LANGUAGES:
        rows = qa[qa.lang == language]
        passages = tuple(rows.context.drop_duplicates())
        places = {passage: place for place, passage in enumerate(passages)}
        held = rows[rows.held].head(_JUDGED_QUESTIONS)
        judged[language] = Questions(
            tuple(held.question), passages, tuple(places[each] for each in held.context)
        )
    return judged


def judged_pairs(data: Path) -> tuple[list[str], list[str]]:
    """Paraphrases: (one wording, the other)."""
    pairs = pd.read_parquet(data / "cache" / "pairs.parquet")
    return pairs.text_a.tolist(), pairs.text_b.tolist()


def judged_parallel() -> tuple[list[str], list[str]]:
    """(English, French): requests written for the predictor's training, none of them taught here."""
    chosen = random.Random(0).sample(list(templated()), _JUDGED_PARALLEL)
    return [english for english, *_ in chosen], [french for _, french, *_ in chosen]


def _held(key: str) -> bool:
    return hashlib.blake2b(key.encode(), digest_size=1).digest()[0] < 128


def _intents(data: Path) -> pd.DataFrame:
    intents = pd.read_parquet(data / "cache" / "intents.parquet")
    return intents.assign(held=[_held(each) for each in intents.source + intents.intent])


def _qa(data: Path) -> pd.DataFrame:
    """XQuAD is held out by its English passage, or a translation of it would be taught."""
    qa = pd.read_parquet(data / "rag" / "qa.parquet")
    qa = qa.assign(held=[_held(title) for title in qa.title])
    english = [_held(each) for each in qa[(qa.source == "xquad") & (qa.lang == "en")].context]
    for language in ("en", "de", "es"):
        qa.loc[(qa.source == "xquad") & (qa.lang == language), "held"] = english
    return qa


def _prompts(data: Path) -> list[list[str]]:
    files = sorted((data / "routing").glob("*.prompts.parquet"))
    return [pd.read_parquet(file).prompt.tolist() for file in files]


def _unlabelled(data: Path) -> list[str]:
    return pd.read_parquet(data / "prompts" / "unlabelled.parquet").prompt.tolist()


def _sentences(passages: pd.Series[str]) -> list[str]:
    shortest, longest = _SENTENCE_CHARS
    return [each[:longest] for text in passages for each in _sentence_end.split(text) if len(each) > shortest]


def _windows(sources: list[list[str]], chance: random.Random) -> list[str]:
    """The beginning or the middle of some prompts of each source."""
    windows = []
    for prompts in sources:
        chance.shuffle(prompts)
        for prompt in prompts[:_PROMPTS_PER_SOURCE]:
            start = 0 if chance.random() < 0.5 else len(prompt) // 2
            windows.append(prompt[start : start + _WINDOW_CHARS])
    return windows
