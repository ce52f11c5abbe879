"""The semantic cache: a like question's answer, where it is sound and the stream's labels vouch for it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np

from sobrio.recall.agreement import VERSION, weigh
from sobrio.recall.ahead import Ahead
from sobrio.recall.comparison import same_answer_text
from sobrio.recall.eligible import may_recall_similar
from sobrio.recall.key import context_key
from sobrio.recall.same.apart import apart
from sobrio.recall.same.reading import gist
from sobrio.recall.streams import Streams
from sobrio.recall.vector import quantised
from sobrio.terms.ports import AnswerStore, Encoder, Judge
from sobrio.terms.question import Label, Near, Question, Recalled, Source, Use
from sobrio.terms.request import Request

_CANDIDATES: Final = 5
"""Judged per look-up."""
_FLOOR: Final = 0.6
"""Cosine below which no candidate is looked at closer, where the judge has nothing better to go by."""
_POOL: Final = 20
"""Nearest ones of which a judge that reads ahead takes those its own readings find nearest: on traffic of
intents, that serves up to one and a half times as much at the same error (docs/same-answer.md)."""
_POOL_FLOOR: Final = 0.4
_GATE: Final = 0.5
"""Cosine that one of the pool must have: reading the question costs some ten times the search."""
_WOULD_BE: Final = 0.5
"""Probability below which a candidate is no hit that anybody could want, and teaches nothing."""
_ON_THE_WAY: Final = 1
"""Candidates the judge has not read yet that it reads for a look-up; the others wait for the next one."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the policy asks of semantic hits."""

    max_false_hit_rate: float = 0.01
    shadow_rate: float = 0.05
    """Share of the hits that could be served for which the model is asked all the same, to check."""


class Similar:
    """Finds, judges and learns. It never calls a model: whoever asks it does, when it says so."""

    def __init__(
        self,
        store: AnswerStore,
        streams: Streams,
        encoder: Encoder,
        judge: Judge,
        language: Callable[[str], str],
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`language` gives a text's ISO 639-1 code; `chance` is uniform in [0, 1)."""
        self._store = store
        self._streams = streams
        self._encoder = encoder
        self._judge = judge
        self._ahead = Ahead(judge, store) if judge.reads_ahead else None
        self._language = language
        self._chance = chance
        self._judged_by = f"{encoder.fingerprint} {judge.fingerprint}"

    def question(self, request: Request, policy_version: str) -> tuple[Question, str] | None:
        """The question and its stream; `None` where a like question's answer will not do."""
        if not may_recall_similar(request):
            return None
        text = request.messages[-1].text.strip()
        language = self._language(text)
        context = context_key(
            request, policy_version, language=language, judged_by=self._judged_by, salt=self._store.salt
        )
        vector = quantised(self._encoder.encode([text])[0])
        return Question(context, text, vector), f"{language} {self._judged_by} {VERSION}"

    def find(self, question: Question, stream: str, *, scope: str, terms: Terms) -> Recalled | None:
        """The likeliest would-be hit and what to make of it. Raises `CacheError`."""
        near = self._candidates(question, scope)
        if not near:
            return None
        readings = {each.text: each.reading for each in near if each.reading}
        scores = self._judge.score([(question.text, each.text) for each in near], readings)

        def same(one: int, others: Sequence[int]) -> list[bool]:
            pairs = [(near[one].text, near[other].text) for other in others]
            return [bool(score >= _WOULD_BE) for score in self._judge.score(pairs, readings)]

        def set_apart(some: Sequence[int]) -> bool:
            return apart(question.text, [near[place].text for place in some])

        best, probability = weigh(scores, [each.answer for each in near], same, set_apart)
        if probability < _WOULD_BE:
            return None
        threshold = self._streams.threshold(stream, scope=scope, max_false_hit_rate=terms.max_false_hit_rate)
        return Recalled(
            entry=near[best].key.hex(),
            use=self._use(probability, threshold, terms),
            similarity=near[best].similarity,
            probability=probability,
            threshold=threshold,
            max_false_hit_rate=terms.max_false_hit_rate,
            stream=stream,
            pair=self._pair(near[best], question),
        )

    def answered(self, question: Question, answer: str) -> Question:
        """The question with what the answer about to be kept says, which others may say too."""
        words = " ".join(answer.split()).encode("utf-8", "surrogatepass")
        told = blake2b(words, digest_size=8).digest() if words else b""
        return Question(question.context, question.text, question.vector, told)

    def keep(self, key: bytes, question: Question, *, scope: str) -> None:
        """Comes after the store's `put`: has the judge read the question before it is a candidate."""
        if self._ahead is not None:
            self._ahead.add(Near(key, question.text, 1.0, answer=question.answer), scope=scope)

    def flush(self) -> None:
        """Waits until the judge has read everything kept so far."""
        if self._ahead is not None:
            self._ahead.flush()

    def close(self) -> None:
        if self._ahead is not None:
            self._ahead.close()

    def compare(self, found: Recalled, kept: str, given: str, *, scope: str) -> bool | None:
        """Learns from the model's answer to a would-be hit. `None` where it does not show what is right."""
        right = same_answer_text(kept, given)
        if right is not None:
            self._learn(found, right, "shadow" if found.use == "shadow" else "learning", scope)
            if not right and found.use == "shadow":
                self._store.drop(bytes.fromhex(found.entry), scope=scope)
        return right

    def told(self, found: Recalled, right: bool, *, scope: str) -> None:
        """Learns from feedback on a served hit. An answer that was wrong once is not served again."""
        if found.probability is not None:
            self._learn(found, right, "feedback", scope)
        if not right:
            self._store.drop(bytes.fromhex(found.entry), scope=scope)

    def _candidates(self, question: Question, scope: str) -> list[Near]:
        """What is worth the judge's while, at most `_CANDIDATES`."""
        if self._ahead is None:
            return [*self._store.near(question, scope=scope, limit=_CANDIDATES, floor=_FLOOR)]
        pool = self._store.near(question, scope=scope, limit=_POOL, floor=_POOL_FLOOR)
        if not pool or pool[0].similarity < _GATE:
            return []
        unread = [each for each in pool if not each.reading]
        for each in unread:
            self._ahead.add(each, scope=scope)
        found = unread[:_ON_THE_WAY]
        return found + self._nearest(question.text, pool)[: _CANDIDATES - len(found)]

    def _nearest(self, text: str, pool: Sequence[Near]) -> list[Near]:
        """What the judge has read, by its own likeness."""
        read = [each for each in pool if each.reading]
        alike = self._judge.likeness(text, [each.reading for each in read])
        return [read[place] for place in np.argsort(-alike, kind="stable")]

    def _pair(self, kept: Near, question: Question) -> str:
        told = b"\0".join([kept.key, gist(question.text).encode("utf-8", "surrogatepass")])
        return blake2b(told, digest_size=12, key=self._store.salt).hexdigest()

    def _use(self, probability: float, threshold: float | None, terms: Terms) -> Use:
        if threshold is None or probability < threshold:
            return "learning"
        return "shadow" if self._chance() < terms.shadow_rate else "served"

    def _learn(self, found: Recalled, right: bool, source: Source, scope: str) -> None:
        assert found.probability is not None
        label = Label(found.probability, right, source, found.pair)
        self._streams.learn(label, found.stream, scope=scope)
