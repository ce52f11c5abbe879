"""What the gateway costs above the floor: `python benchmarks/gateway/run.py [cost|latency|memory|litellm]`.

Everything is on loopback and bounded. The floor is the same server and the same upstream client with nothing
in between. Processor microseconds per request are those of the server's process tree, read from /proc; each
round measures the floor and the gateway one after the other, and ratios are taken within a round and then
their median. Other load on the machine raises all rows alike: compare ratios. `litellm` needs
`--litellm-bin`, the command of an installation of litellm[proxy] in an environment of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from load import KEY, Load, abandon, arrive, connect, cpu_seconds, drive, lateness, request, resident_mb, warm

HERE = Path(__file__).parent
RESULTS = HERE.parent / "results" / "gateway.json"
SATURATED = 32
_WARM = 500
"""Requests of a lane before it is measured."""
QUESTIONS = (
    "What is the capital of France, and since when?",
    "Write a Python function that merges two sorted lists.",
    "Translate 'good morning' into German and explain the grammar.",
    "Prove that the square root of two is irrational.",
)
LITELLM = """
model_list:
  - model_name: gpt-5-mini
    litellm_params: {{model: openai/loopback, api_base: "{url}", api_key: none}}
general_settings: {{master_key: {key}}}
"""


@dataclass(frozen=True, slots=True)
class Subject:
    pid: int
    url: str
    ready_s: float


@contextmanager
def process(*command: str) -> Iterator[tuple[subprocess.Popen[str], str, float]]:
    """The first line it prints, and the seconds until then."""
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        try:
            yield started, started.stdout.readline().strip(), time.perf_counter() - begun
        finally:
            started.terminate()


@contextmanager
def subjects(*names: str) -> Iterator[dict[str, Subject]]:
    """The servers by name, and `direct`: the upstream itself."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        enter = stack.enter_context
        upstream, port, _ = enter(process(sys.executable, str(HERE / "upstream.py")))
        base = f"http://127.0.0.1:{port}/v1"
        running = {"direct": Subject(upstream.pid, base, 0.0)}
        for name in names:
            command = (sys.executable, str(HERE / "subject.py"), name, base, folder)
            server, url, ready_s = enter(process(*command))
            running[name] = Subject(server.pid, url, ready_s)
        yield running


def bodies(model: str, *, distinct: bool = True, **more: Any) -> Iterator[bytes]:
    """Distinct prompts miss every cache; equal ones hit it from the second on."""
    for number in itertools.count():
        question = QUESTIONS[number % len(QUESTIONS)] + (f" ({number})" if distinct else "")
        document = {"model": model, "messages": [{"role": "user", "content": question}], **more}
        yield json.dumps(document, separators=(",", ":")).encode()


def image() -> Iterator[bytes]:
    """One megabyte that nobody needs to look into."""
    part = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 1_000_000}}
    for number in itertools.count():
        content = [{"type": "text", "text": f"What is in picture {number}?"}, part]
        document = {"model": "gpt-5-mini", "messages": [{"role": "user", "content": content}]}
        yield json.dumps(document, separators=(",", ":")).encode()


Bodies = Callable[[], Iterator[bytes]]
LANES: dict[str, tuple[Bodies, Bodies]] = {
    "full": (lambda: bodies("x"), lambda: bodies("sobrio/auto")),
    "pinned": (lambda: bodies("x"), lambda: bodies("gpt-5-mini")),
    "cached": (lambda: bodies("x"), lambda: bodies("sobrio/auto", distinct=False)),
    "stream": (lambda: bodies("x", stream=True), lambda: bodies("gpt-5-mini", stream=True)),
    "image": (image, image),
}
"""What the floor is asked and what the gateway is asked."""


async def cost(seconds: float, rounds: int) -> dict[str, Any]:
    """Processor time of each lane beside the floor's."""
    with subjects("floor", "sobrio") as running:
        found: dict[str, Any] = {}
        for lane, (plain, ours) in LANES.items():
            made = {"floor": plain(), "sobrio": ours()}
            for name, each in made.items():
                await warm(running[name].url, each, requests=_WARM if lane != "image" else 50)
            found[lane] = {
                label: await _rounds(running, made, connections, seconds, rounds)
                for label, connections in (("one", 1), ("saturated", SATURATED))
            }
            print(lane, json.dumps(found[lane]), file=sys.stderr)
        return found


async def _rounds(
    running: dict[str, Subject],
    made: dict[str, Iterator[bytes]],
    connections: int,
    seconds: float,
    rounds: int,
) -> dict[str, Any]:
    loads: dict[str, list[Load]] = {name: [] for name in made}
    for _ in range(rounds):
        for name, each in made.items():
            subject = running[name]
            load = await drive(subject.url, subject.pid, each, connections=connections, seconds=seconds)
            loads[name].append(load)
    middle = {name: sorted(each, key=lambda load: load.cpu_us)[rounds // 2] for name, each in loads.items()}
    pairs = list(zip(loads["floor"], loads["sobrio"], strict=True))
    return {
        **{name: load.as_dict() for name, load in middle.items()},
        "ratio": round(statistics.median(ours.cpu_us / plain.cpu_us for plain, ours in pairs), 2),
        "over_floor_us": round(statistics.median(ours.cpu_us - plain.cpu_us for plain, ours in pairs)),
    }


async def latency(seconds: float, rounds: int) -> dict[str, Any]:
    """At one connection, at half of the maximum load, and of a stream that is written a chunk every 10 ms."""
    with subjects("floor", "sobrio") as running:
        alone: dict[str, list[Load]] = {name: [] for name in running}
        for _ in range(rounds):
            for name, each in running.items():
                made = bodies("sobrio/auto")
                alone[name].append(await drive(each.url, each.pid, made, connections=1, seconds=seconds / 2))
        p50 = {name: min(load.as_dict()["p50_ms"] for load in loads) for name, loads in alone.items()}
        ours = running["sobrio"]
        most = await drive(
            ours.url, ours.pid, bodies("sobrio/auto", n=1), connections=SATURATED, seconds=seconds
        )
        half = await arrive(
            ours.url,
            ours.pid,
            bodies("sobrio/auto", user="u"),
            per_second=most.per_second / 2,
            seconds=2 * seconds,
        )
        paced = {
            name: await lateness(each.url, bodies("gpt-5-mini", stream=True, user="paced"), streams=30)
            for name, each in running.items()
        }
        return {
            "one_connection_p50_ms": p50,
            "added_p50_ms": round(p50["sobrio"] - p50["direct"], 3),
            "half_load": half.as_dict(),
            "paced_stream_lateness": paced,
        }


async def memory(requests: int) -> dict[str, Any]:
    """Resident megabytes over mixed requests: half streamed, one in a hundred abandoned."""
    with subjects("sobrio") as running:
        ours = running["sobrio"]
        start = {"ready_s": round(ours.ready_s, 2), "cpu_s": round(cpu_seconds(ours.pid), 2)}
        plain, streamed = bodies("sobrio/auto"), bodies("gpt-5-mini", stream=True)
        seen = [resident_mb(ours.pid)]
        for _ in range(10):
            await _mixed(ours.url, plain, streamed, requests // 10)
            seen.append(resident_mb(ours.pid))
            print(seen, file=sys.stderr)
        return {"start": start, "requests": requests, "resident_mb": seen}


async def _mixed(url: str, plain: Iterator[bytes], streamed: Iterator[bytes], requests: int) -> None:
    numbers = iter(range(requests))

    async def work() -> None:
        connection = await connect(url)
        for number in numbers:
            if number % 100 == 0:
                await abandon(url, next(streamed))
            else:
                await connection.ask(request(next(streamed if number % 2 else plain)))
        connection.transport.close()

    await asyncio.gather(*(work() for _ in range(16)))


async def litellm(command: str, seconds: float) -> dict[str, Any]:
    """The litellm proxy before the same upstream in the same run, and the gateway's full path beside it."""
    with subjects("floor", "sobrio") as running, tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yaml"
        config.write_text(LITELLM.format(url=running["direct"].url, key=KEY))
        begun = time.perf_counter()
        environment = os.environ | {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False"}
        arguments = (command, "--config", str(config), "--port", "4017", "--host", "127.0.0.1")
        with subprocess.Popen(
            arguments, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as proxy:
            try:
                url = "http://127.0.0.1:4017/v1"
                await _until_it_answers(url)
                running["litellm"] = Subject(proxy.pid, url, time.perf_counter() - begun)
                found = await _beside(running, seconds)
                return found | {
                    "litellm_ready_s": round(running["litellm"].ready_s, 1),
                    "litellm_resident_mb": resident_mb(proxy.pid),
                }
            finally:
                proxy.terminate()


async def _until_it_answers(url: str) -> None:
    for _ in range(120):
        try:
            await (await connect(url)).ask(request(next(bodies("gpt-5-mini"))))
            return
        except (OSError, RuntimeError):
            await asyncio.sleep(1)
    raise SystemExit("litellm did not answer within two minutes")


async def _beside(running: dict[str, Subject], seconds: float) -> dict[str, Any]:
    asked = {
        "floor": lambda: bodies("x"),
        "sobrio": lambda: bodies("sobrio/auto"),
        "litellm": lambda: bodies("gpt-5-mini"),
    }
    loads: dict[str, Load] = {}
    for name, make in asked.items():
        subject, made = running[name], make()
        await warm(subject.url, made, requests=_WARM if name != "litellm" else 50)
        loads[name] = await drive(subject.url, subject.pid, made, connections=SATURATED, seconds=seconds)
    times = loads["sobrio"].per_second / loads["litellm"].per_second
    return {name: load.as_dict() for name, load in loads.items()} | {"sobrio_over_litellm": round(times, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("piece", nargs="?", default="cost", choices=("cost", "latency", "memory", "litellm"))
    parser.add_argument("--seconds", type=float, default=2.0, help="per lane, load and round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=20_000, help="of the memory piece")
    parser.add_argument("--litellm-bin", default="litellm")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    pieces: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {
        "cost": lambda: cost(options.seconds, options.rounds),
        "latency": lambda: latency(options.seconds, options.rounds),
        "memory": lambda: memory(options.requests),
        "litellm": lambda: litellm(options.litellm_bin, options.seconds),
    }
    found = asyncio.run(_piece(pieces[options.piece]))
    found["environment"] = environment()
    kept = json.loads(options.out.read_text()) if options.out.exists() else {}
    kept = {name: kept[name] for name in pieces if name in kept} | {options.piece: found}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(kept, indent=2) + "\n")
    print(json.dumps(found, indent=2))


async def _piece(measure: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    return await measure()


def environment() -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": [round(each, 2) for each in os.getloadavg()],
        "command": " ".join(["python benchmarks/gateway/run.py", *sys.argv[1:]]),
    }


if __name__ == "__main__":
    main()
