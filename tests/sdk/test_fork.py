"""Clients that were opened before a fork, in both processes after it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BEGINNING = """
import asyncio, json, os, sys
from functools import partial
from pathlib import Path
from sobrio import sdk
from sobrio.assemble import open_rooms
from sobrio.errors import SobrioError

policy, folder, url = sys.argv[1:]
ids = Path(folder, "ids")

class Here(sdk.Sobrio):
    _open_rooms = staticmethod(partial(open_rooms))

class AsyncHere(sdk.AsyncSobrio):
    _open_rooms = staticmethod(partial(open_rooms))

def user(text):
    return [{"role": "user", "content": text}]

def ask(client, text):
    answer = client.chat.completions.create(messages=user(text), sobrio={"cache": "off"}, timeout=60)
    with ids.open("a") as file:
        print(answer.to_dict()["sobrio"]["receipt"], file=file)
    return answer.choices[0].message.content

def here():
    return Here(Path(policy), data_dir=Path(folder)) if url == "here" else sdk.Sobrio(base_url=url)

def tell(**said):
    os.write(1, json.dumps(said).encode() + b"\\n")

def forked(act):
    pid = os.fork()
    if pid == 0:
        try:
            act()
        except SobrioError as error:
            tell(raised=type(error).__name__)
        os._exit(0)
    return pid
"""

PREFORK = """
client = here()

def work():
    tell(child=ask(client, "in the child"))
    client.close()

def two_children():
    for pid in [forked(work), forked(work)]:
        os.waitpid(pid, 0)

two_children()  # before the client was ever used
tell(parent=ask(client, "in between"))
two_children()
tell(parent=ask(client, "afterwards"))
tell(booked=[client.receipt(each).outcome for each in ids.read_text().split()])
client.close()
os.waitpid(forked(work), 0)
"""

IN_A_STREAM = """
client = here()
stream = client.chat.completions.create(model="endless", messages=user("a b c"), stream=True)
next(stream)

def work():
    tell(child=ask(client, "meanwhile"))
    stream.close()
    next(stream)

pid = forked(work)
os.waitpid(pid, 0)
tell(parent=[next(stream).choices[0].delta.content is not None for _ in range(20)])
stream.close()
client.close()
"""

ASYNC = """
client = AsyncHere(Path(policy), data_dir=Path(folder)) if url == "here" else sdk.AsyncSobrio(base_url=url)

async def talk(who):
    answer = await client.chat.completions.create(messages=user("hello"))
    tell(**{who: answer.choices[0].message.content})

asyncio.run(talk("parent"))
pid = forked(lambda: asyncio.run(talk("child")))
os.waitpid(pid, 0)

async def end():
    await talk("parent")
    await client.close()

asyncio.run(end())
"""

ASYNC_FORKS = """
import gc
from sobrio.call.connection import Connection

def connections():
    return sum(isinstance(each, Connection) and not each.closed for each in gc.get_objects())

async def main():
    here = url == "here"
    opened = AsyncHere(Path(policy), data_dir=Path(folder)) if here else sdk.AsyncSobrio(base_url=url)
    async with opened as client:
        for _ in range(3):
            await client.chat.completions.create(messages=user("hello"), sobrio={"cache": "off"})
            tell(open=connections())
            os.waitpid(forked(lambda: None), 0)
        await client.receipt("unknown")
    tell(open=connections())

asyncio.run(main())
"""


@pytest.fixture(params=["in process", "over HTTP"])
def told(request: pytest.FixtureRequest, policy: Path, tmp_path: Path):
    where = "here" if request.param == "in process" else request.getfixturevalue("url")

    def run(script: str) -> list[dict[str, Any]]:
        command = [sys.executable, "-c", BEGINNING + script, str(policy), str(tmp_path), where]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        assert ended.stderr == ""
        return [json.loads(line) for line in ended.stdout.splitlines()]

    return run


def test_a_client_opened_before_a_fork_works_in_every_process(told) -> None:
    assert told(PREFORK) == [
        *[{"child": "in the child"}] * 2,
        {"parent": "in between"},
        *[{"child": "in the child"}] * 2,
        {"parent": "afterwards"},
        {"booked": ["routed"] * 6},
        {"raised": "InputError"},  # closed is closed
    ]


def test_a_stream_goes_on_in_the_process_that_began_it_and_only_there(told) -> None:
    assert told(IN_A_STREAM) == [
        {"child": "meanwhile"},
        {"raised": "UpstreamBroken"},
        {"parent": [True] * 20},
    ]


def test_an_async_client_works_in_the_child_too(told) -> None:
    assert told(ASYNC) == [{"parent": "hello"}, {"child": "hello"}, {"parent": "hello"}]


def test_an_async_client_keeps_no_connection_of_before_a_fork(told) -> None:
    assert told(ASYNC_FORKS) == [{"open": 1}, {"open": 1}, {"open": 1}, {"open": 0}]
