"""The server as a process: ready, draining, and in the way of another."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import openai
import pytest

from sobrio.errors import InputError
from sobrio.gateway.server import listening

CHAT = "/v1/chat/completions"
SERVE = """
import sys
from pathlib import Path
from functools import partial
from sobrio.assemble import open_rooms
from sobrio.gateway import serve, to_stderr
serve(
    partial(open_rooms, Path(sys.argv[1]), data_dir=Path(sys.argv[2])),
    port=0, ready=lambda url: print(url, flush=True), log=to_stderr,
)
print("closed", flush=True)
"""


@contextmanager
def served(opened, upstream) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A gateway in a process of its own, with the policy and data of `opened`."""
    folder = opened.args[0]
    with opened():
        pass
    with begun(folder, upstream) as found:
        yield found


@contextmanager
def begun(folder: Path, upstream) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-c", SERVE, str(folder / "policy.yaml"), str(folder / "data")]
    environ = os.environ | {"LOOPBACK_URL": upstream.base_url}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
    ) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_quietly_and_the_rooms_are_closed(opened, upstream, sign):
    with served(opened, upstream) as (process, url):
        assert url.startswith("http://127.0.0.1:")
        process.send_signal(sign)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out.strip(), err) == (0, "closed", "")


def test_a_running_answer_is_finished_before_it_stops(opened, upstream, exchange):
    asked, answers = len(upstream.requests), []
    body = json.dumps({"model": "slow", "messages": [{"role": "user", "content": "last words"}]}).encode()
    with served(opened, upstream) as (process, url):
        asking = threading.Thread(
            target=lambda: answers.append(exchange(url, "POST", "/v1/chat/completions", body))
        )
        asking.start()
        assert upstream.wait_until(lambda u: len(u.requests) > asked)
        process.send_signal(signal.SIGTERM)
        asking.join(timeout=60)
        _, err = process.communicate(timeout=60)
    assert json.loads(answers[0].body)["choices"][0]["message"]["content"] == "last words"
    assert process.returncode == 0
    logged = json.loads(err)
    assert (logged["status"], logged["path"]) == (200, "/v1/chat/completions")
    assert "last words" not in err


def test_once_it_drains_nobody_new_gets_in_and_a_stream_goes_on_to_its_end(opened, upstream):
    body = json.dumps(
        {"model": "slow", "stream": True, "messages": [{"role": "user", "content": "to the very end"}]}
    )
    with served(opened, upstream) as (process, url):
        place = urlsplit(url)
        with closing(http.client.HTTPConnection(place.hostname, place.port, timeout=60)) as connection:
            connection.request("POST", CHAT, body, {"content-type": "application/json"})
            answer = connection.getresponse()
            process.send_signal(signal.SIGTERM)
            _until(lambda: _turned_away(place.hostname, place.port))
            assert answer.read().rstrip().endswith(b"[DONE]")
        process.communicate(timeout=60)
    assert process.returncode == 0


def test_a_hang_up_ends_nothing_and_the_changed_policy_comes_into_force(opened, upstream, exchange, tmp_path):
    body = json.dumps({"model": "small", "messages": [{"role": "user", "content": "hello"}]}).encode()
    with served(opened, upstream) as (process, url), openai.OpenAI(base_url=url, api_key="none") as client:
        before = exchange(url, "POST", CHAT, body).headers["x-sobrio-policy"]
        turns = [{"role": "user", "content": "hello"}]
        with client.chat.completions.create(model="endless", messages=turns, stream=True) as stream:
            events = iter(stream)
            next(events)
            policy = tmp_path / "policy.yaml"
            policy.write_text(policy.read_text() + "\n# changed\n")
            process.send_signal(signal.SIGHUP)
            _until(lambda: exchange(url, "POST", CHAT, body).headers["x-sobrio-policy"] != before)
            assert next(events).choices
    assert process.returncode == -signal.SIGKILL, "it went on until the end of the test"


MONTHLY = """
limits:
  - {name: six, each: all, requests: 6, per: month}
  - {name: bill, each: all, tokens: 100000, per: month}
"""


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_what_is_used_of_a_limit_is_not_forgotten_when_the_worker_ends(
    opened, upstream, exchange, tmp_path, sign
):
    def ask(url: str) -> int:
        return exchange(
            url, "POST", CHAT, b'{"model":"small","messages":[{"role":"user","content":"x"}]}'
        ).status

    with opened():  # writes the policy
        pass
    policy = tmp_path / "policy.yaml"
    policy.write_text(policy.read_text() + MONTHLY)
    statuses = []
    for _ in range(2):
        with begun(tmp_path, upstream) as (process, url):
            statuses += [ask(url) for _ in range(4)]
            process.send_signal(sign)
            process.communicate(timeout=60)
    assert statuses == [200] * 6 + [429] * 2


def _turned_away(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except ConnectionRefusedError:
        return True
    return False


def _until(holds: Callable[[], bool]) -> None:
    """Waits for what another process does; fails after a minute."""
    pause = threading.Event()
    for _ in range(1200):
        if holds():
            return
        pause.wait(0.05)
    raise AssertionError("it did not come about in time")


def test_a_port_in_use_is_one_clear_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=rf"cannot listen on 127.0.0.1:{port}: address already in use"):
            listening("127.0.0.1", port).__enter__()


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.1"])
def test_an_impossible_address_is_one_clear_line(host):
    with pytest.raises(InputError, match=f"cannot listen on {host}") as raised:
        listening(host, 0).__enter__()
    assert "\n" not in raised.value.message
