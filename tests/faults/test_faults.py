"""Whatever breaks: a correct answer or a clear error, the other requests unharmed, no receipt lost."""

from __future__ import annotations

import json
import resource
import socket
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sobrio.assemble import open_ledger
from sobrio.recall import FILE

BROKEN = (
    "garbage",
    "reset-before",
    "reset-mid-stream",
    "truncated-json",
    "error-429",
    "error-500",
    "error-529",
)
SOUND = ("half-utf8", "wrong-content-type")


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_upstream_is_a_clear_error_with_a_receipt_and_others_are_answered(gateway, fault) -> None:
    with ThreadPoolExecutor(8) as pool:
        broken = pool.submit(gateway.ask, fault, f"{fault} alone")
        others = [pool.submit(gateway.ask, "sound", f"{fault} {number}") for number in range(6)]
    answer = broken.result()
    assert answer.status in (429, 500, 502, 503, 529)
    error = answer.json["error"]
    assert error["message"] and "\n" not in error["message"]
    assert gateway.send("GET", f"/v1/receipts/{error['receipt']}").json["status"] == answer.status
    assert all(each.result().status == 200 for each in others)


@pytest.mark.parametrize("fault", SOUND)
def test_oddities_that_harm_nothing_are_answered(gateway, fault) -> None:
    said = f"{fault}: thé ☕ noir, dix-huit €"
    assert gateway.ask(fault, said).json["choices"][0]["message"]["content"] == said


def test_a_stream_torn_inside_its_characters_arrives_whole(gateway) -> None:
    said = "thé ☕ noir à dix-huit €, 漢字 et 🌱"
    answer = gateway.ask("half-utf8", said, stream=True)
    assert "".join(words(answer.body)) == said
    assert answer.body.rstrip().endswith(b"[DONE]")


def words(stream: bytes) -> Iterator[str]:
    for line in stream.decode().splitlines():
        if line.startswith("data: {"):
            for choice in json.loads(line.removeprefix("data: "))["choices"]:
                yield choice["delta"].get("content") or ""


@pytest.mark.parametrize("fault", ["reset-mid-stream", "truncated-json"])
def test_a_stream_that_breaks_off_ends_with_an_error_and_without_done(gateway, fault) -> None:
    answer = gateway.ask(fault, "stream", stream=True)
    events = [line for line in answer.body.decode().splitlines() if line.startswith("data: ")]
    assert answer.status in (200, 502)
    if answer.status == 200:
        assert '"error"' in events[-1]
    assert b"[DONE]" not in answer.body


def test_whoever_hangs_holds_up_nobody_else_and_a_client_that_leaves_is_booked(gateway, upstream) -> None:
    before = upstream.abandoned
    with ThreadPoolExecutor(12) as pool:
        hanging = [pool.submit(_gives_up, gateway, f"hang {number}") for number in range(6)]
        others = [pool.submit(gateway.ask, "sound", f"meanwhile {number}") for number in range(6)]
        assert all(each.result().status == 200 for each in others)
        assert all(each.result() for each in hanging)
    assert gateway.send("GET", "/healthz").status == 200
    _until(lambda: upstream.abandoned >= before + 6)


def test_a_storm_of_refusals_ends_in_a_pause_and_not_in_more_calls(gateway, upstream) -> None:
    before = len(upstream.requests)
    answers = [gateway.ask("error-529", f"storm {number}") for number in range(40)]
    assert {each.status for each in answers} <= {529, 503}
    assert answers[-1].status == 503
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert len(upstream.requests) - before <= 12


def test_a_policy_that_breaks_while_running_stays_out_of_force(served) -> None:
    with served() as gateway:
        right = gateway.policy.read_text()
        gateway.policy.write_text(right.replace("fallback: sound", "fallback: nobody"))
        _until(lambda: gateway.send("GET", "/readyz").json["status"] == "degraded")
        assert gateway.ask("sound").status == 200
        gateway.policy.write_text(right)
        _until(lambda: gateway.send("GET", "/readyz").json["status"] == "ready")


def test_a_locked_book_holds_up_nobody_and_loses_nothing(served) -> None:
    with served() as gateway:
        gateway.ask("sound", "first")
        with sqlite3.connect(gateway.folder / "data" / "ledger.sqlite", timeout=60) as other:
            other.execute("BEGIN EXCLUSIVE")
            answers = [gateway.ask("sound", f"while locked {number}") for number in range(5)]
            other.rollback()
        other.close()
    assert all(each.status == 200 for each in answers)
    _all_booked(gateway.folder, {each.headers["x-sobrio-receipt"] for each in answers})


def test_whoever_asks_for_totals_of_a_locked_book_is_told_so_soon_and_when_to_come_back(served) -> None:
    with served() as gateway:
        gateway.ask("sound", "first")
        assert gateway.send("GET", "/v1/impact").status == 200, "and what it needs is loaded"
        with sqlite3.connect(gateway.folder / "data" / "ledger.sqlite", timeout=60) as other:
            other.execute("BEGIN EXCLUSIVE")
            receipt = gateway.ask("sound", "while locked").headers["x-sobrio-receipt"]
            totals = gateway.send("GET", "/v1/impact")
            found = gateway.send("GET", f"/v1/receipts/{receipt}")
            other.rollback()
        other.close()
        again = gateway.send("GET", "/v1/impact")
    assert (totals.status, totals.headers["retry-after"]) == (503, "1")
    assert "another program holds it" in totals.json["error"]["message"]
    assert (found.status, again.status) == (200, 200)
    assert again.json["requests"]["total"] == 2


def test_a_locked_cache_is_a_miss_with_a_caveat(served) -> None:
    with served() as gateway:
        gateway.ask("sound", "kept")
        with sqlite3.connect(gateway.folder / "data" / FILE, timeout=60) as other:
            other.execute("BEGIN EXCLUSIVE")
            answer = gateway.ask("sound", "another")
            other.rollback()
        other.close()
    assert answer.status == 200


def test_a_cache_server_that_is_gone_costs_an_answer_nothing_but_the_cache(served) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    with served(cache_url=f"redis://127.0.0.1:{port}/0") as gateway:
        answer = gateway.ask("sound")
        assert answer.status == 200
        assert "cache-unavailable" in answer.json["sobrio"]["caveats"]


def test_a_cache_server_that_never_answers_holds_a_request_up_for_a_bounded_time(served) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        with served(cache_url=address) as gateway:
            answer = gateway.ask("sound", timeout=60)
            assert answer.status == 200
            assert "cache-unavailable" in answer.json["sobrio"]["caveats"]


def test_memory_comes_back_to_its_level_after_many_failures(gateway) -> None:
    _fail_often(gateway, 30)
    before = _resident_kb(gateway.process.pid)
    _fail_often(gateway, 300)
    assert _resident_kb(gateway.process.pid) - before < 8_000


def test_memory_and_connections_come_back_after_many_that_left_in_the_middle(gateway, upstream) -> None:
    _leave_often(gateway, 30)
    before, files = _resident_kb(gateway.process.pid), _files(gateway.process.pid)
    _leave_often(gateway, 200)
    _until(lambda: _files(gateway.process.pid) <= files + 8)
    assert _resident_kb(gateway.process.pid) - before < 8_000
    assert gateway.ask("sound", "still there?").status == 200


def test_on_a_full_disk_requests_are_answered_and_their_receipts_kept_until_there_is_room(served) -> None:
    """Every write to a file fails from one moment to the next, the log's too."""
    with served() as gateway:
        gateway.ask("sound", "while there is room")
        _, hard = resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, (0, hard))
        answers = [gateway.ask("sound", f"without room {number}") for number in range(5)]
        streamed = gateway.ask("sound", "without room, as a stream", stream=True)
        assert {each.status for each in (*answers, streamed)} == {200}
        assert b"[DONE]" in streamed.body
        assert gateway.send("GET", "/readyz").json["status"] == "degraded"
        resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        _until(lambda: gateway.ask("sound", "with room again").status == 200)
        _until(lambda: gateway.send("GET", "/readyz").json["status"] == "ready")
    _all_booked(gateway.folder, {each.headers["x-sobrio-receipt"] for each in (*answers, streamed)})


def test_every_receipt_of_the_other_tests_is_in_the_ledger_and_it_is_whole(gateway) -> None:
    answer = gateway.ask("sound", "last")
    gateway.process.terminate()
    gateway.process.wait(60)
    _all_booked(gateway.folder, {answer.headers["x-sobrio-receipt"]})


def _gives_up(gateway, text: str) -> bool:
    try:
        gateway.ask("hang", text, timeout=1)
    except TimeoutError:
        return True
    return False


def _fail_often(gateway, times: int) -> None:
    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(gateway.ask, BROKEN[n % 4], f"again {n}") for n in range(times)]:
            each.result()


def _leave_often(gateway, times: int) -> None:
    """Half of them in the middle of a stream, half before any answer."""
    place = urlsplit(gateway.url)
    for number in range(times):
        model = "endless" if number % 2 else "hang"
        body = {"model": model, "stream": True, "messages": [{"role": "user", "content": f"a b c {number}"}]}
        sent = json.dumps(body).encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(sent)}\r\n"
        with socket.create_connection((place.hostname, place.port), timeout=60) as connection:
            connection.sendall(head.encode() + b"content-type: application/json\r\n\r\n" + sent)
            if model == "endless":
                connection.recv(4096)


def _files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def _resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def _until(holds) -> None:
    """Waits for what is told through a file or another process; fails after a minute."""
    pause = threading.Event()
    for _ in range(1200):
        if holds():
            return
        pause.wait(0.05)
    raise AssertionError("it did not come about in time")


def _all_booked(folder: Path, receipts: set[str]) -> None:
    ledger = open_ledger(folder / "data")
    try:
        assert {each for each in receipts if ledger.find(each) is None} == set()
        assert ledger.verify().whole
    finally:
        ledger.shutdown()
