"""Texts that training could not know are told apart, whatever their length; ordinary ones are not."""

from __future__ import annotations

import base64
import random
import string

import pytest

from sobrio.understand import Predictor
from sobrio.understand.features import features_of

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
