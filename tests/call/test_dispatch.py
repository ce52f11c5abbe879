from __future__ import annotations

import asyncio
from typing import Literal

import pytest

from sobrio.call import Dispatch
from sobrio.terms.answer import Call
from sobrio.terms.model import Backing
from sobrio.testing import CannedUpstream


@pytest.mark.parametrize(("kind", "answer"), [("openai", b"direct"), ("litellm", b"litellm")])
def test_each_kind_of_backing_has_its_upstream(kind: Literal["openai", "litellm"], answer: bytes) -> None:
    dispatch = Dispatch(openai=CannedUpstream(b"direct"), litellm=CannedUpstream(b"litellm"))

    async def scenario() -> bytes:
        answered = await dispatch.call(Backing(kind, "m"), Call("/chat/completions", b"{}", False))
        return b"".join([chunk async for chunk in answered.chunks])

    assert asyncio.run(scenario()) == answer
