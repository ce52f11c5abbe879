"""Models as the outcome files name them: release month, speciality, and one spelling per model."""

from __future__ import annotations

import re
from typing import Final

from sobrio.understand.facts import canonical

_RELEASED: Final[tuple[tuple[str, str], ...]] = (
    # First match wins. Months of the publishers' announcements or model cards.
    ("llama-3.3-nemotron|nemotron-super", "2025-03"),
    ("nemotron", "2024-09"),
    ("llama-3.3", "2024-12"),
    ("llama-3.2", "2024-09"),
    ("llama-?3.1|athene", "2024-07"),
    ("hermes-2-theta|hermes-2-pro-llama-3", "2024-05"),
    ("llama3-chatqa", "2024-05"),
    (r"(?<!code)llama-?3(?!\d)", "2024-04"),
    ("codellama-70b", "2024-01"),
    ("codellama|code-llama|codetulu", "2023-08"),
    ("wizardmath|wizardlm-70b|wizardcoder-python", "2023-08"),
    ("llama-?2|llama2|upstage|platypus|nous-hermes-llama2|wizardlm-13b-v1.2|vicuna.*v1.5", "2023-07"),
    ("tulu-2", "2023-11"),
    ("vicuna|wizardlm|wizardcoder|guanaco|nous-hermes|dolphin|llama-30b|mpt-30b", "2023-06"),
    ("pythia|llama-7b|llama-13b|alpaca|mpt-7b", "2023-05"),
    ("falcon", "2023-06"),
    ("qwen2.5-coder", "2024-11"),
    ("qwen2.5", "2024-09"),
    ("qwen2-math", "2024-08"),
    ("qwen2", "2024-06"),
    ("qwen1.5-110b", "2024-04"),
    ("qwen1.5", "2024-02"),
    ("yi-1.5", "2024-05"),
    ("yi-large|yi-lightning", "2024-06"),
    ("yi-", "2023-11"),
    ("gemma-2", "2024-07"),
    ("codegemma", "2024-04"),
    ("gemma", "2024-02"),
    ("phi-3.5", "2024-08"),
    ("phi-3", "2024-04"),
    ("phi-2", "2023-12"),
    ("mathstral", "2024-07"),
    ("phi-1", "2023-09"),
    ("deepseek-v2.5", "2024-09"),
    ("deepseek-v2-coder|deepseek-coder-v2", "2024-07"),
    ("deepseek-v2|deepseek-chat", "2024-06"),
    ("deepseek", "2023-11"),
    ("starcoder2", "2024-02"),
    ("starcoder", "2023-05"),
    ("phind", "2023-08"),
    ("magicoder", "2023-12"),
    ("wizard-34b|wizard-13b|wizard", "2023-08"),
    ("mixtral-8x22|open-mixtral-8x22", "2024-04"),
    ("mixtral", "2023-12"),
    ("mistral-large-2|mistral-large-instruct-2407|mistral-large-2407", "2024-07"),
    ("mistral-nemo", "2024-07"),
    ("mistral-(large|small|medium|tiny)", "2024-02"),
    ("mistral-7b-instruct-v0.3", "2024-05"),
    ("mistral-7b-instruct-v0.2", "2023-12"),
    ("mistral|zephyr|starling|hermes-2-pro-mistral|openchat|zamba", "2023-10"),
    ("map-neo", "2024-05"),
    ("olmo", "2024-06"),
    ("glm-4", "2024-06"),
    ("granite", "2024-06"),
    ("o1-", "2024-09"),
    ("gpt-4o-mini", "2024-07"),
    ("gpt-4o-2024-08", "2024-08"),
    ("chatgpt-4o-latest", "2024-09"),
    ("gpt-4o", "2024-05"),
    ("gpt-4-turbo", "2024-04"),
    ("gpt-4-0125", "2024-01"),
    ("gpt-4-1106", "2023-11"),
    ("gpt-4", "2023-06"),
    ("gpt-3.5-turbo-0125", "2024-01"),
    ("gpt-3.5-turbo-1106", "2023-11"),
    ("gpt-3.5", "2023-06"),
    ("claude-3-5-sonnet-20241022|claude-3-5-haiku", "2024-10"),
    ("claude-3-5|claude-3.5", "2024-06"),
    ("claude-3", "2024-03"),
    ("claude-2|claude-v2|claude-instant-1.2", "2023-07"),
    ("claude", "2023-03"),
    ("gemini-1.5.*00[12]|gemini-1.5-.*exp", "2024-09"),
    ("gemini-1.5", "2024-05"),
    ("gemini|palm|bard", "2023-12"),
    ("xlam", "2024-07"),
)
_SPECIALITIES: Final[tuple[tuple[str, str], ...]] = (
    (r"code|coder|starcoder|phind|deepseek-(base|instruct)|^wizard-", "code"),
    (r"math", "mathematics"),
    (r"xlam|gorilla|functionary|firefunction|function|raven", "agent"),
)
_BASE: Final = re.compile(
    r"((?<!chat)(?<!instruct)-hf|^llama-2-\d+b|^meta-llama-3(\.1)?-\d+b|^qwen[\d.]+-[\d.]+b|^yi-[\d.]*-?\d+b|^mistral-7b-v0.\d"
    r"|^mixtral-8x7b-v0.1|^gemma-\d?-?\d+b|^map-neo-7b|^deepseek-base-[\d.]+b|^starcoder.*|^codellama-(python-)?\d+b)$"
)
_SETTING = re.compile(r"(-fc|@\w+|\+cot|-cot)$")
_PUBLISHER = re.compile(r"^(.*/|.*--|[a-z-]+_(?=[a-z]))", re.IGNORECASE)


def spelled(name: str) -> str:
    """One spelling: no publisher, no serving host, no calling mode."""
    return _SETTING.sub("", canonical(_PUBLISHER.sub("", name)))


def released_of(name: str, stated: str) -> str:
    """The month of release, from the table above, else the first month of what the file states."""
    plain = spelled(name)
    for pattern, month in _RELEASED:
        if re.search(pattern, plain):
            return month
    found = re.match(r"(20\d\d)(-(?:0\d|1[0-2])(?!\d))?", stated)
    return (found[1] + (found[2] or "-07")) if found else ""


def specialities_of(name: str) -> tuple[str, ...]:
    return tuple(task for pattern, task in _SPECIALITIES if re.search(pattern, spelled(name)))


def is_base(name: str) -> bool:
    """A model without instruction tuning: none is ever routed to, but some outcomes are theirs."""
    return bool(_BASE.search(spelled(name)))
