"""What users' type checkers see. Checked by mypy, never run."""

from typing import assert_type

import numpy as np
from numpy.typing import NDArray

from sobrio import AsyncSobrio, Model, Sobrio
from sobrio.impact import Estimator
from sobrio.sdk import AsyncStream, ChatCompletion, Stream
from sobrio.terms.impacts import Impacts
from sobrio.terms.receipt import Receipt
from sobrio.understand import Predictor


def synchronous(client: Sobrio) -> None:
    answer = client.chat.completions.create(messages=[{"role": "user", "content": "hello"}])
    assert_type(answer, ChatCompletion)
    assert_type(answer.choices[0].message.content, str | None)
    assert_type(
        client.chat.completions.create(messages=[{"role": "user", "content": "hello"}], stream=True), Stream
    )
    assert_type(client.receipt("rcpt_1"), Receipt | None)


async def asynchronous(client: AsyncSobrio) -> None:
    turns = [{"role": "user", "content": "hello"}]
    assert_type(await client.chat.completions.create(messages=turns), ChatCompletion)
    assert_type(await client.chat.completions.create(messages=turns, stream=True), AsyncStream)


def estimates(model: Model) -> None:
    assert_type(Estimator().estimate(model=model, input_tokens=1, output_tokens=1), Impacts)


def predictions(predictor: Predictor) -> None:
    assert_type(predictor.quality(["hello"], ["gpt-5"]), NDArray[np.float64])
