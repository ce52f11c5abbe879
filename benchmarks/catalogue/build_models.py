"""Builds src/sobrio/catalog/data/models.json from hand-kept facts and three public packages.

    pip install genai-prices==0.2.3 pyyaml
    pip install --no-deps ecologits==0.11.3 litellm==1.109.1
    python benchmarks/catalogue/build_models.py

`models/*.yaml` holds the facts read from model cards, papers and announcements. From the packages
come context windows and abilities of hosted models (litellm, MIT), list prices in force on the day
(genai-prices, MIT, which knows when prices change; else litellm), and the published size guesses of
undisclosed models (ecologits, MPL-2.0).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import yaml
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ConditionalPrice, ModelPrice, TimeOfDateConstraint

HERE = Path(__file__).parent
TARGET = HERE.parents[1] / "src" / "sobrio" / "catalog" / "data" / "models.json"
AS_OF = date(2026, 11, 22)

# A publisher's single guess of a total size is given this much room on both sides.
GUESS_SPREAD = 1.5

SOURCES = {
    "ecologits": {
        "title": "EcoLogits 0.11.3, model sizes: guesses where undisclosed",
        "url": "https://ecologits.ai/latest/methodology/proprietary_models/",
        "year": 2026,
        "licence": "MPL-2.0",
    },
    "litellm": {
        "title": "litellm 1.109.1, model prices and context windows",
        "url": "https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json",
        "year": 2026,
        "licence": "MIT",
    },
}
SOURCES["genai-prices"] = {
    "title": "genai-prices 0.2.3",
    "url": "https://github.com/pydantic/genai-prices",
    "year": 2026,
    "licence": "MIT",
}
# litellm's word for a host: genai-prices' word.
HOSTS = {
    "openai": "openai", "anthropic": "anthropic", "gemini": "google", "mistral": "mistral",
    "xai": "x-ai", "deepseek": "deepseek", "cohere_chat": "cohere", "cohere": "cohere",
}  # fmt: skip
ABILITIES = {
    "supports_function_calling": "tools",
    "supports_vision": "vision",
    "supports_response_schema": "json",
    "supports_audio_input": "audio",
    "supports_pdf_input": "documents",
    "supports_video_input": "video",
}
COPIED = (
    "kind", "provider", "family", "weight_bits", "context_tokens", "abilities", "specialised",
    "reasoning", "released", "licence", "scores", "notes",
)  # fmt: skip

Json = dict[str, Any]


def packaged(package: str, path: str) -> Json:
    return json.loads(Path(str(distribution(package).locate_file(path))).read_bytes())  # type: ignore[no-any-return]


class Packages:
    """What the packages say, by the names they use."""

    def __init__(self) -> None:
        self.hosted = packaged("litellm", "litellm/model_prices_and_context_window_backup.json")
        models = packaged("ecologits", "ecologits/data/models.json")["models"]
        self.sized = {f"{each['provider']}/{each['name']}": each for each in models}


def widened(guess: Any) -> list[float]:
    if isinstance(guess, dict):
        return [guess["min"], guess["max"]]
    return [float(f"{guess / GUESS_SPREAD:.3g}"), float(f"{guess * GUESS_SPREAD:.3g}")]


def tabulated_size(entry: Json) -> Json:
    """Disclosed sizes as they are; a guess is a pair, from and to. Dense models are active as a whole."""
    architecture = entry["architecture"]
    parameters = architecture["parameters"]
    if architecture["type"] == "dense":
        parameters = {"total": parameters, "active": parameters}
    disclosed = "model-arch-not-released" not in (entry["warnings"] or ())
    total, active = parameters["total"], parameters["active"]
    return {
        "architecture": architecture["type"],
        "total_params_b": total if disclosed else widened(total),
        "active_params_b": active if disclosed else widened(active),
        "evidence": "official" if disclosed else "estimate",
    }


def known_size(fact: Json) -> Json:
    total = fact.get("total")
    if total is None:
        return {}
    active = fact.get("active", total)
    default = "dense" if active == total else "moe"
    return {
        "architecture": fact.get("architecture", default),
        "total_params_b": total,
        "active_params_b": active,
    }


def price(name: str, hosted: Json) -> Json | None:
    """In US dollars per million tokens; None where neither package has an output price."""
    host = hosted["litellm_provider"]
    offers = {"genai-prices": dated_price(name, HOSTS.get(host)), "litellm": listed_price(hosted)}
    for source, offer in offers.items():
        if "output" in offer:
            return {**offer, "host": host, "as_of": AS_OF.isoformat(), "source": source}
    return None


def listed_price(hosted: Json) -> dict[str, float]:
    costs = {
        "input": hosted.get("input_cost_per_token"),
        "output": hosted.get("output_cost_per_token"),
        "cached": hosted.get("cache_read_input_token_cost"),
    }
    return {name: float(f"{cost * 1e6:.6g}") for name, cost in costs.items() if cost is not None}


def dated_price(name: str, host: str | None) -> dict[str, float]:
    """What genai-prices says is in force; nothing unless it knows the very name."""
    if host is None:
        return {}
    try:
        _, model = get_snapshot().find_provider_model(name, None, host, None)
    except LookupError:
        return {}
    if model.id != name:
        return {}
    prices = in_force(model.prices)
    values = {"input": prices.input_mtok, "output": prices.output_mtok, "cached": prices.cache_read_mtok}
    return {key: float(getattr(each, "base", each)) for key, each in values.items() if each is not None}


def in_force(prices: ModelPrice | list[ConditionalPrice]) -> ModelPrice:
    """The last price that has begun; none where it depends on the hour of the day."""
    if not isinstance(prices, list):
        return prices
    dates = [getattr(each.constraint, "start_date", date.min) for each in prices]
    if any(isinstance(each.constraint, TimeOfDateConstraint) for each in prices):
        return ModelPrice()
    return [each.prices for each, start in zip(prices, dates, strict=True) if start <= AS_OF][-1]


def each_fact(groups: list[Json]) -> Iterator[Json]:
    """Every model with its group's defaults; a null takes a default away."""
    for group in groups:
        for line in group["models"]:
            fact = {name: value for name, value in (group["defaults"] | line).items() if value is not None}
            yield {"name": str(fact.get("hub", "")).split("/")[-1].lower(), **fact}


def record(fact: Json, packages: Packages, sources: Json) -> Json:
    """One line of the catalogue; `sources` gains what the line cites."""
    cited: Json = {}
    made: Json = {"name": fact["name"], **{name: fact[name] for name in COPIED if name in fact}}
    made |= size(fact, packages, sources, cited)
    if key := fact.get("litellm"):
        made |= hosted_facts(packages.hosted[key], made, cited)
    for field in ("context_tokens", "abilities", "scores", "released"):
        if made.get(field) and field not in cited:
            cited[field] = origin(fact.get("from", {}).get(field), fact, sources)
    made["sources"] = {name.removesuffix("_tokens"): source for name, source in cited.items()}
    return made | {"aliases": aliases(fact)}


def size(fact: Json, packages: Packages, sources: Json, cited: Json) -> Json:
    if key := fact.get("ecologits"):
        cited["size"] = "ecologits"
        return tabulated_size(packages.sized[key])
    known = known_size(fact)
    if not known:
        return {}
    cited["size"] = origin(fact.get("from", {}).get("size"), fact, sources)
    return known | {"evidence": "estimate" if isinstance(fact["total"], list) else "official"}


def hosted_facts(hosted: Json, made: Json, cited: Json) -> Json:
    """What the hand-kept line leaves open."""
    found: Json = {}
    if "context_tokens" not in made and (context := hosted.get("max_input_tokens")):
        found["context_tokens"] = int(context)
    abilities = [ours for theirs, ours in ABILITIES.items() if hosted.get(theirs)]
    if "abilities" not in made and abilities:
        found["abilities"] = abilities
    cited |= dict.fromkeys(found, "litellm")
    if cost := price(made["name"], hosted):
        found["price"] = cost
    return found


def origin(named: str | None, fact: Json, sources: Json) -> str:
    """The id of the source: named in the file, else the model's own card or announcement."""
    if named:
        return named
    year = int(str(fact["released"])[:4])
    identifier = f"card:{fact['name']}"
    if hub := fact.get("hub"):
        own = {"title": f"Model card of {hub}", "url": f"https://huggingface.co/{hub}"}
    else:
        own = {"title": f"Announcement of {fact['name']}", "url": fact["url"]}
    sources[identifier] = own | {"year": year, "licence": "facts, cited"}
    return identifier


def aliases(fact: Json) -> list[str]:
    names = list(fact.get("aliases", ()))
    if hub := fact.get("hub"):
        names += [hub, hub.split("/")[-1]]
    if key := fact.get("litellm"):
        names.append(key)
    return [name for name in dict.fromkeys(names) if name != fact["name"]]


def main() -> None:
    packages = Packages()
    sources: Json = dict(SOURCES)
    models: list[Json] = []
    for path in sorted((HERE / "models").glob("*.yaml")):
        facts = yaml.safe_load(path.read_text())
        sources |= facts.get("sources", {})
        models += [record(fact, packages, sources) for fact in each_fact(facts["groups"])]
    write(sources, models)


def write(sources: Json, models: list[Json]) -> None:
    """One source and one model per line."""
    cited = {name for model in models for name in model["sources"].values()}
    cited |= {model["price"]["source"] for model in models if "price" in model}
    table = ",\n".join(f"{json.dumps(name)}: {_line(sources[name])}" for name in sources if name in cited)
    lines = ",\n".join(map(_line, models))
    TARGET.write_text(
        f'{{"as_of": "{AS_OF.isoformat()}",\n"sources": {{\n{table}\n}},\n"models": [\n{lines}\n]}}\n',
        encoding="utf-8",
    )
    scored = sum(bool(model.get("scores")) for model in models)
    print(f"{len(models)} models, {scored} with scores, {TARGET.stat().st_size / 1000:.0f} kB")


def _line(fact: Json) -> str:
    return json.dumps(fact, ensure_ascii=False, default=str)


if __name__ == "__main__":
    main()
