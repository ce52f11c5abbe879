"""Texts that training could not know are told apart, whatever their length; ordinary ones are not."""

from __future__ import annotations

import base64
import random
import string

import pytest

from sobrio.understand import Predictor
from sobrio.understand.features import features_of
from sobrio.understand.legible import legible
from sobrio.understand.reading import read

_dice = random.Random(7)


def _word() -> str:
    return "".join(_dice.choices(string.ascii_lowercase, k=_dice.randint(3, 9)))


STRANGE = {
    "random words": " ".join(_word() for _ in range(60)),
    "very many random words": " ".join(_word() for _ in range(20_000)),
    "an unknown word": "xq",
    "emoji": "🧿🪬" * 30,
    "one emoji": "🧿",
    "punctuation": "!!!???" * 20,
    "numbers": " ".join(str(_dice.randint(0, 99_999)) for _ in range(80)),
    "base64": base64.b64encode(_dice.randbytes(450)).decode(),
    "much base64": base64.b64encode(_dice.randbytes(1_500)).decode(),
    "hexadecimal": _dice.randbytes(600).hex(),
    "one word again and again": "the " * 20_000,
    "one sentence again and again": "the cat sat on the mat " * 500,
    "keyboard": "asdf jkl; qwer uiop zxcv bnm, " * 10,
    "bases": "".join(_dice.choices("ACGT", k=2_000)),
    "chess": "1. e4 e5 2. Nf3 Nc6 3. Bb5 a6 4. Ba4 Nf6 5. O-O Be7 6. Re1 b5 7. Bb3 d6 8. c3 O-O",
    "Russian": "Докажите, что существует бесконечно много простых чисел вида 4k+3, и объясните каждый шаг.",
    "Japanese": "素数が無限に存在することを証明し、さらにゼータ関数を用いた別証明も与えよ。",
    "Polish": "Udowodnij, że istnieje nieskończenie wiele liczb pierwszych postaci 4k+3.",
}
ORDINARY = (
    "hi",
    "15 + 27",
    "What is the capital of France?",
    "Écris une dissertation sur la Révolution française, avec des sources.",
    "Schreibe bitte einen kurzen Brief an meinen Vermieter wegen der Heizung.",
    "Escribe una carta a mi casero sobre la calefacción.",
    "Evaluate $\\lceil (3.6)^2 \\rceil$ and explain each of your steps.",
    "What does this return?\ndef f(xs):\n    return [x for x in xs if x % 2 == 0]",
    "Two trains are 300 km apart and drive towards each other at 60 and 90 km/h. When do they meet?",
)


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_what_nobody_could_learn_from_is_called_out_of_distribution(text: str) -> None:
    assessed = Predictor.default().assess(text, [])
    assert assessed.confidence < 0.3
    assert "out-of-distribution" in assessed.caveats


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_requests_keep_the_confidence_that_their_neighbourhood_gives(text: str) -> None:
    predictor = Predictor.default()
    view = predictor.view([features_of(text)])
    assert view.confidence[0] == pytest.approx(
        predictor.parameters.located(view.prompts.hashed[0]).confidence
    )


FORMAL = (
    "$$\\sum 1/n^2=\\pi^2/6$$",
    "$$\\sum_{n=1}^\\infty \\frac{1}{n^2} = \\frac{\\pi^2}{6}$$",
    "sqrt(144)",
    "A=[[1,2],[3,4]]; det?",
    "Haskell",
    "fibonacci",
    "NaCl",
    "Paris",
    "gm",
    "ty",
    "hmm",
    "np.array([1, 2]).sum()",
)


@pytest.mark.parametrize("text", FORMAL)
def test_formulas_code_and_single_words_are_not_strange(text: str) -> None:
    assessed = Predictor.default().assess(text, [])
    assert assessed.confidence >= 0.3
    assert not assessed.caveats


TABLES = {
    "reviews": "Classify each review as positive or negative.\n"
    + "\n".join(f"Review {n}: The food was {'good' if n % 3 else 'awful'}." for n in range(40)),
    "invoice": "\n".join(f"Item {n}: Widget, quantity {n}, price {n}.50 EUR" for n in range(40))
    + "\nWhat is the total?",
    "CSV": "name,age,city\n" + "\n".join(f"Bob{n},{n},Rome" for n in range(30)),
    "numbers to sum": "Sum the column:\n" + "\n".join(f"{n * 1.37:.2f}" for n in range(60)),
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_rows_that_differ_by_their_numbers_are_legible(text: str) -> None:
    assert legible(read(text)) > 0.9


@pytest.mark.parametrize(
    ("strange", "said"),
    [
        ("random words", "hardly any word in it is a usual one"),
        ("one sentence again and again", "it says the same again and again"),
        ("numbers", "there is no word in it"),
    ],
)
def test_what_makes_a_text_hard_to_judge_is_said(strange: str, said: str) -> None:
    reasons = Predictor.default().assess(STRANGE[strange], []).reasons
    assert reasons[0] == f"hard to judge: {said}"
    assert not any("unlike every kind" in each for each in reasons)


@pytest.mark.parametrize("text", ["", " ", "    ", "\n\n\n\n\n\n", "\t" * 9, "\u3000" * 5, " " * 1_000])
def test_a_prompt_without_a_word_is_assessed_and_called_so(text: str) -> None:
    assessed = Predictor.default().assess(text, ["gpt-5.4"])
    assert assessed.confidence == 0.0
    assert "out-of-distribution" in assessed.caveats
    assert assessed.reasons == ("hard to judge: there is no word in it",)


def test_what_a_prompt_without_a_word_asks_is_taken_for_usual() -> None:
    """Not for something brief and easy: nobody knows what is asked."""
    predictor = Predictor.default()
    blank, *others = predictor.quality(["", " " * 1_000, "\n" * 6], ["qwen3-4b-instruct-2507", "gpt-5.4"])
    assert blank[0] < blank[1] < 0.99
    for other in others:
        assert other.tolist() == blank.tolist()


@pytest.mark.parametrize("text", ["こんにちは", "안녕하세요", "नमस्ते", "สวัสดี", "explain"])
def test_nobody_is_expected_to_write_at_length_for_what_says_little(text: str) -> None:
    tokens = Predictor.default().output_tokens([text], ["gpt-5.4-mini", "gpt-5.4", "gpt-oss-20b"])[0]
    assert tokens[:2].max() < 300
    assert tokens[2] < 2_000
