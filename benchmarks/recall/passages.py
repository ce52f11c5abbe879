"""Passages: how well they are found, weighed and read. `passages.py STEP`, and `write` comes last:

    retrieval          recall and reciprocal rank over the whole collection
    fit                the weights of src/sobrio/recall/passages/data/evidence.json
    answers [SECONDS [SEED]]  the local model, alone and with passages, on the hundred questions that the
                       seed draws; goes on where it was when the time ran out
    scale              the index at 10,000 passages: seconds to build it, milliseconds to ask it, memory
    choices            the chooser, with and without passages
    write              all of it into benchmarks/results/passages.json

The collection is `rag/qa.parquet` of the data folder (SOBRIO_DATA, else ../shared/data): 792 paragraphs,
PIAF in French and XQuAD in English, German and Spanish. Each is one text file without its title, taken in
as `sobrio cache ingest` does, and all languages lie in one scope. A passage is the right one when it comes
from the paragraph the question was asked about, in the question's own language: XQuAD's translations of
that paragraph count as wrong. Articles are parted in two halves by a hash of their title: what is fitted
or tuned here saw one half; answers, choices and P(answer) are reported on the other.

An answer is right when it holds the expected one as whole words (accents, capitals, punctuation and
articles aside), or shares at least half of its words with it (F1 of words >= 0.5). Answers end after
24 tokens, so that reciting the passage does not count.
"""

from __future__ import annotations

import json
import math
import os
import platform
import random
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from itertools import zip_longest
from pathlib import Path
from typing import Any

from sobrio.assemble import open_rooms
from sobrio.encode import static_encoder
from sobrio.recall.passages import Library, Shelf, ingest
from sobrio.recall.passages.evidence import SIGNS, signs_of
from sobrio.recall.passages.lexemes import words_of
from sobrio.recall.passages.packing import Pack, pack
from sobrio.route import explain, receive
from sobrio.route.added import added
from sobrio.terms.passage import Passage
from sobrio.terms.request import Caller

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("SOBRIO_DATA", ROOT.parent / "shared" / "data")) / "rag" / "qa.parquet"
RESULT = ROOT / "benchmarks" / "results" / "passages.json"
EVIDENCE = ROOT / "src" / "sobrio" / "recall" / "passages" / "data" / "evidence.json"
WORK = Path(tempfile.gettempdir()) / "sobrio-benchmark-passages"
SCOPE = "collection"
LANGUAGES = ("fr", "en", "de", "es")
REPORTED = {"en": 50, "fr": 50}
SEEDS = (7, 8)
"""Each draws another hundred questions; 7 is the one that was looked at while this was made."""
MOST_TOKENS = 170
"""Of passages in a request: one of them, cut to the sentences nearest the question."""
ANSWER_TOKENS = 24
BRIEFLY = {"en": "Answer in a few words.", "fr": "Réponds en quelques mots."}
ARTICLES = frozenset({"the", "a", "an", "le", "la", "les", "l", "un", "une", "des", "de", "du", "d"})


@dataclass(frozen=True)
class Question:
    lang: str
    title: str
    source: str
    """File of the paragraph it was asked about."""
    text: str
    answer: str

    @property
    def prompt(self) -> str:
        """What the user sends, with passages or without."""
        return f"{self.text}\n{BRIEFLY[self.lang]}"

    @property
    def half(self) -> int:
        """0 = for fitting and tuning, 1 = for reporting."""
        return blake2b(self.title.encode(), digest_size=1).digest()[0] % 2


def collection() -> tuple[dict[str, str], list[Question], dict[str, str]]:
    """Paragraphs by file name, the questions, and the title of each file."""
    import pandas as pd

    rows = pd.read_parquet(DATA)
    first = rows.drop_duplicates(["lang", "context"]).reset_index(drop=True)
    names = {
        (lang, text): f"{lang}/{place:04d}.txt"
        for place, (lang, text) in enumerate(zip(first.lang, first.context, strict=True))
    }
    columns = zip(rows.lang, rows.title, rows.context, rows.question, rows.answers, strict=True)
    questions = [
        Question(lang, title, names[lang, context], question, answers[0])
        for lang, title, context, question, answers in columns
    ]
    return (
        {name: text for (_, text), name in names.items()},
        questions,
        {each.source: each.title for each in questions},
    )


@contextmanager
def shelf(texts: dict[str, str]) -> Iterator[Shelf]:
    with tempfile.TemporaryDirectory() as home:
        docs = Path(home) / "docs"
        for name, text in texts.items():
            (docs / name).parent.mkdir(parents=True, exist_ok=True)
            (docs / name).write_text(text)
        library = Library(Path(home) / Library.FILE)
        ingest(library, docs, scope=SCOPE, encoder=static_encoder())
        opened = Shelf(library, static_encoder())
        try:
            yield opened
        finally:
            opened.close()


def retrieval() -> dict[str, Any]:
    texts, questions, _ = collection()
    with shelf(texts) as whole:
        together = ranks(whole, questions)
    apart: list[float] = []
    for lang in LANGUAGES:
        with shelf({name: text for name, text in texts.items() if name.startswith(lang)}) as one:
            asked = [each for each in questions if each.lang == lang]
            apart += ranks(one, asked)
    ordered = sorted(questions, key=lambda each: LANGUAGES.index(each.lang))
    return {
        "paragraphs": len(texts),
        "questions": len(questions),
        "all_languages_in_one_index": by_language(questions, together),
        "one_index_per_language": by_language(ordered, apart),
        "reporting_half_of_the_articles": by_language(
            [each for each in questions if each.half],
            [rank for each, rank in zip(questions, together, strict=True) if each.half],
        ),
    }


def ranks(where: Shelf, questions: Sequence[Question]) -> list[float]:
    """The reciprocal rank of the right passage among the first five; 0 where it is not among them."""
    found: list[float] = []
    begun = time.process_time()
    for each in questions:
        sources = [passage.source for passage in where.find(each.text, scope=SCOPE, limit=5)]
        found.append(1 / (sources.index(each.source) + 1) if each.source in sources else 0.0)
    took = (time.process_time() - begun) / len(questions) * 1000
    print(f"{len(questions)} questions, {took:.2f} ms of processor time each", file=sys.stderr)
    return found


def by_language(questions: Sequence[Question], found: Sequence[float]) -> dict[str, dict[str, float]]:
    table = {}
    for lang in LANGUAGES:
        mine = [rank for each, rank in zip(questions, found, strict=True) if each.lang == lang]
        table[lang] = {
            "questions": len(mine),
            "recall_at_5": round(sum(rank > 0 for rank in mine) / len(mine), 4),
            "mrr_at_5": round(sum(mine) / len(mine), 4),
        }
    return table


def scale(count: int = 10_000) -> dict[str, Any]:
    """Passages of random sentences out of the collection, as long as real ones."""
    from sobrio.recall.passages.chunk import sentences_of
    from sobrio.recall.passages.hybrid import build

    texts, questions, _ = collection()
    chance = random.Random(0)
    sentences = [each for text in texts.values() for each in sentences_of(text)]
    made = [" ".join(chance.sample(sentences, 5)) for _ in range(count)]
    vectors = static_encoder().encode(made)
    begun = time.process_time()
    index = build([str(number) for number in range(count)], made, vectors, static_encoder())
    built = time.process_time() - begun
    kept = sum(
        each.places.nbytes
        + each.weights.nbytes
        + each.starts.nbytes
        + sum(map(sys.getsizeof, each.vocabulary))
        for each in (index.words, index.runs)
    )
    took = []
    for each in chance.sample(questions, 300):
        begun = time.process_time()
        index.find(each.text, 5)
        took.append((time.process_time() - begun) * 1000)
    return {
        "passages": count,
        "build_s": round(built, 1),
        "find_ms_p50": round(sorted(took)[150], 2),
        "find_ms_p95": round(sorted(took)[285], 2),
        "bytes_per_passage_beside_vectors": round(kept / count),
        "bytes_per_vector": vectors[0].nbytes,
    }


def fit() -> dict[str, Any]:
    """Logistic regression over the signs; a third of the packs as found, the rest without the answer.

    It is taken away in two ways: the right paragraph alone, or every paragraph of its article.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    signs, right, half, kind = evidence()
    weights = np.where(kind == "found", 2.0, 1.0)
    fitting, reporting = half == 0, half == 1
    model = LogisticRegression(C=10, max_iter=1000)
    model.fit(signs[fitting], right[fitting], sample_weight=weights[fitting])
    fitted = {"bias": float(model.intercept_[0]), "weights": [float(each) for each in model.coef_[0]]}
    EVIDENCE.write_text(json.dumps(fitted, indent=2) + "\n")
    said = model.predict_proba(signs)[:, 1]
    bins = [(low / 5, said[(said >= low / 5) & (said < (low + 1) / 5) & reporting],
             right[(said >= low / 5) & (said < (low + 1) / 5) & reporting]) for low in range(5)]  # fmt: skip
    return {
        "packs": int(reporting.sum()),
        "signs": dict(zip(SIGNS, fitted["weights"], strict=True)),
        "auc": round(float(roc_auc_score(right[reporting], said[reporting])), 4),
        "brier": round(float(np.mean((said[reporting] - right[reporting]) ** 2)), 4),
        "reliability": [
            {
                "from": low,
                "packs": len(p),
                "said": round(float(p.mean()), 3),
                "was": round(float(y.mean()), 3),
            }
            for low, p, y in bins
        ],
    }


def evidence() -> tuple[Any, Any, Any, Any]:
    import numpy as np

    texts, questions, titles = collection()
    chance = random.Random(3)
    rows: list[tuple[tuple[float, ...], bool, int, str]] = []
    with shelf(texts) as where:
        for lang in LANGUAGES:
            for each in chance.sample([q for q in questions if q.lang == lang], 400):
                found = where.find(each.text, scope=SCOPE, limit=20)
                rows += list(packs(each, found, titles))
    return tuple(np.array(column) for column in zip(*rows, strict=True))  # type: ignore[return-value]


def packs(
    asked: Question, found: Sequence[Passage], titles: dict[str, str]
) -> Iterator[tuple[tuple[float, ...], bool, int, str]]:
    without = [each for each in found if each.source != asked.source]
    elsewhere = [each for each in found if titles[each.source] != asked.title]
    for kind, left in (("found", found), ("without", without), ("elsewhere", elsewhere)):
        for most in (120, 400):
            packed = pack(asked.text, left[:5], max_tokens=most)
            if packed is not None:
                signs = signs_of(asked.text, [f"{each.title}\n{each.text}" for each in packed.passages])
                yield signs, holds(asked, packed), asked.half, kind


def holds(asked: Question, packed: Pack) -> bool:
    return any(each.source == asked.source and within(asked.answer, each.text) for each in packed.passages)


def words(text: str) -> list[str]:
    return [each for each in words_of(text) if each not in ARTICLES]


def within(answer: str, text: str) -> bool:
    wanted = " ".join(words(answer))
    return bool(wanted) and f" {wanted} " in f" {' '.join(words(text))} "


def is_right(answer: str, said: str) -> bool:
    expected, given = Counter(words(answer)), Counter(words(said))
    shared = 2 * (expected & given).total()
    return within(answer, said) or shared >= 0.5 * max(1, expected.total() + given.total())


def reported(questions: Sequence[Question], seed: int = SEEDS[0]) -> list[Question]:
    """A fixed sample, one language after the other in turn; each paragraph at most once."""
    chance, chosen = random.Random(seed), []
    for lang, count in REPORTED.items():
        mine = [each for each in questions if each.lang == lang and each.half]
        chance.shuffle(mine)
        once = {each.source: each for each in mine}
        chosen.append(list(once.values())[:count])
    return [each for turn in zip_longest(*chosen) for each in turn if each is not None]


def answers(seconds: float, seed: int) -> None:
    """Asks the local model until the time is over; what it said is kept, and not asked again."""
    from sobrio.demo.local_model import local_model
    from sobrio.demo.weights import weights

    texts, questions, _ = collection()
    WORK.mkdir(exist_ok=True)
    log = answers_log(seed)
    done = {(each["question"], each["aided"]) for each in lines(log)}
    until = time.monotonic() + seconds
    model_file = weights(Path("~/.local/share/sobrio/models").expanduser())
    with shelf(texts) as where, local_model(model_file, WORK / "model.log") as model, log.open("a") as out:
        for each in reported(questions, seed):
            for aided in (True, False):
                if (each.text, aided) not in done and time.monotonic() < until:
                    line = answer_line(model.base_url, where, each, aided)
                    out.write(json.dumps(line, ensure_ascii=False) + "\n")
                    out.flush()
    print(f"{len(lines(log))} answers of {2 * sum(REPORTED.values())}", file=sys.stderr)


def answers_log(seed: int) -> Path:
    return WORK / f"answers-{seed}.jsonl"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def answer_line(base_url: str, where: Shelf, asked: Question, aided: bool) -> dict[str, Any]:
    body = {
        "model": "local",
        "messages": [{"role": "user", "content": asked.prompt}],
        "max_tokens": ANSWER_TOKENS,
        "temperature": 0,
    }
    request = receive(json.dumps(body).encode(), {}, Caller())
    packed = packed_for(where, asked)
    if aided and packed is not None:
        request = added(request, packed)
    sent = {name: json.loads(raw) for name, raw in request.fields.items()}
    call = urllib.request.Request(
        f"{base_url}/chat/completions", json.dumps(sent).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(call, timeout=300) as reply:
        page = json.load(reply)
    said = page["choices"][0]["message"]["content"]
    return {
        "lang": asked.lang,
        "question": asked.text,
        "expected": asked.answer,
        "aided": aided,
        "said": said,
        "right": is_right(asked.answer, said),
        "input_tokens": page["usage"]["prompt_tokens"],
        "output_tokens": page["usage"]["completion_tokens"],
        "p_answer": None if packed is None else round(packed.p_answer, 4),
        "held": packed is not None and holds(asked, packed),
    }


def packed_for(where: Shelf, asked: Question) -> Pack | None:
    return pack(asked.prompt, where.find(asked.prompt, scope=SCOPE, limit=5), max_tokens=MOST_TOKENS)


def summary(*seeds: int) -> dict[str, Any]:
    """Of one sample, or of several together; a question that two of them drew counts once."""
    drawn = [each for seed in seeds for each in lines(answers_log(seed))]
    said = list({(each["lang"], each["question"], each["aided"]): each for each in drawn}.values())
    alone = [each for each in said if not each["aided"]]
    aided = [each for each in said if each["aided"]]
    held = [each for each in aided if each["held"]]
    return {
        "model": "smollm2-135m-instruct, Q4_1, one thread",
        "questions": len(aided),
        "right_alone": counted(alone),
        "right_with_passages": counted(aided),
        "times_as_many": round(total(aided) / max(total(alone), 1), 2),
        "passages_held_the_answer": len(held),
        "right_where_they_held_it": total(held),
        "right_where_they_did_not": total(aided) - total(held),
        "input_tokens_alone": mean(each["input_tokens"] for each in alone),
        "input_tokens_with_passages": mean(each["input_tokens"] for each in aided),
        "output_tokens_alone": mean(each["output_tokens"] for each in alone),
        "output_tokens_with_passages": mean(each["output_tokens"] for each in aided),
        "mean_p_answer": mean(each["p_answer"] or 0.0 for each in aided),
    }


def total(said: Iterable[dict[str, Any]]) -> int:
    return sum(each["right"] for each in said)


def counted(said: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """With Wilson's 90 % interval of the share."""
    right, count, z = total(said), max(len(said), 1), 1.645
    share, spread = right / count, z * z / count
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / count + spread / (4 * count)) / (1 + spread)
    by = {lang: total(each for each in said if each["lang"] == lang) for lang in REPORTED}
    return {
        "right": right,
        "of": len(said),
        **by,
        "share_90": [round(centre - half, 3), round(centre + half, 3)],
    }


def mean(values: Iterable[float]) -> float:
    listed = list(values)
    return round(sum(listed) / max(len(listed), 1), 2)


POLICY = """\
version: 1
name: passages
defaults:
  baseline: {{model: llama-3.3-70b-instruct, since: 2026-11-01, reason: For this benchmark.}}
  quality_floor: {floor}
  confidence: 0.5
  fallback: large
  unbacked: show
  passages: {{enabled: {enabled}, max_tokens: 170, scopes: [collection]}}
upstreams:
  elsewhere: {{kind: openai, base_url: "http://127.0.0.1:9/v1"}}
models:
  - {{name: local, model: smollm2-135m-instruct, upstream: elsewhere, hardware: {{kind: cpu, threads: 1}}}}
  - {{name: one, model: llama-3.2-1b-instruct, upstream: elsewhere}}
  - {{name: eight, model: llama-3.1-8b-instruct, upstream: elsewhere}}
  - {{name: middle, model: mistral-small-3.2-24b-instruct-2506, upstream: elsewhere}}
  - {{name: large, model: llama-3.3-70b-instruct, upstream: elsewhere}}
"""


def choices() -> dict[str, Any]:
    """What the chooser decides for the reported questions, and the energy it expects."""
    texts, questions, _ = collection()
    asked = reported(questions)
    table: dict[str, Any] = {}
    with shelf(texts) as where:
        for floor in (0.6, 0.8, 0.9, 0.95):
            without = decided(asked, where, floor, enabled=False)
            aided = decided(asked, where, floor, enabled=True)
            table[f"quality_floor {floor}"] = {"without": without, "with": aided}
    return table


def decided(asked: Sequence[Question], where: Shelf, floor: float, *, enabled: bool) -> dict[str, Any]:
    from dataclasses import replace

    picks, energy, quality, used = Counter[str](), 0.0, 0.0, 0
    with tempfile.TemporaryDirectory() as home:
        policy = Path(home) / "policy.yaml"
        policy.write_text(POLICY.format(floor=floor, enabled=str(enabled).lower()))
        with open_rooms(policy, data_dir=Path(home) / "data", environ={}) as rooms:
            for each in asked:
                body = {"model": "sobrio/auto", "messages": [{"role": "user", "content": each.prompt}]}
                request = receive(json.dumps(body).encode(), {}, Caller())
                shown = explain(request, replace(rooms, retriever=where))
                chosen = taken(shown)
                picks[shown["decision"]["deployment"]] += 1
                energy += chosen["energy_wh"]
                quality += chosen["expected_quality"]
                used += "passage_tokens" in chosen
    return {
        "picks": dict(sorted(picks.items())),
        "with_passages": used,
        "energy_wh_per_request": float(f"{energy / len(asked):.4g}"),
        "expected_quality": round(quality / len(asked), 3),
    }


def taken(shown: dict[str, Any]) -> dict[str, Any]:
    name, tokens = shown["decision"]["deployment"], shown["decision"]["passage_tokens"]
    return next(
        each for each in shown["candidates"]
        if each["deployment"] == name and each.get("passage_tokens", 0) == tokens
    )  # fmt: skip


def write() -> None:
    document = {
        "command": "python benchmarks/recall/passages.py retrieval, fit, answers, choices, write",
        "environment": {
            "python": platform.python_version(),
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "encoder": static_encoder().fingerprint,
        },
        **{
            name: json.loads((WORK / f"{name}.json").read_text())
            for name in ("retrieval", "scale", "fit", "choices")
        },
        "answers": summary(SEEDS[0]) | {"said": lines(answers_log(SEEDS[0]))},
        "answers_to_other_questions": {f"seed {seed}": summary(seed) for seed in SEEDS[1:]},
        "answers_in_all": summary(*SEEDS),
    }
    RESULT.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def main() -> None:
    WORK.mkdir(exist_ok=True)
    step, *rest = sys.argv[1:] or ["write"]
    if step == "answers":
        seed = int(rest[1]) if rest[1:] else SEEDS[0]
        answers(float(rest[0]) if rest else 1e9, seed)
        print(json.dumps(summary(seed), indent=2))
    elif step == "write":
        write()
    else:
        found = {"retrieval": retrieval, "scale": scale, "fit": fit, "choices": choices}[step]()
        (WORK / f"{step}.json").write_text(json.dumps(found))
        print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
