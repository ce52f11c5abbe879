"""Every mistake in a policy file is one line that names the place and the remedy."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sobrio.catalog import Catalog
from sobrio.errors import PolicyError
from sobrio.policy import Policy, load_policy
from sobrio.terms.model import Timeouts
from sobrio.terms.request import Caller

Load = Callable[..., Policy]


def problem(load: Load, more: str, **options: str) -> str:
    with pytest.raises(PolicyError) as caught:
        load(more, **options)
    message = str(caught.value)
    assert "\n" not in message
    return re.sub(r"^.*policy\.yaml:", "", message)


MISTAKES = {
    "rules:\n  - name: code\n    why: w\n    use: {qualty_floor: 0.9}\n": (
        "16: unknown key 'qualty_floor' in rule 'code'; did you mean 'quality_floor'?"
    ),
    "rules: [{name: code, wen: {task: code}}]": "13: unknown key 'wen' in rule 'code'; did you mean 'when'?",
    "rulez: []": "13: unknown key 'rulez'; did you mean 'rules'?",
    "rules: [{why: w}]": "13: key 'name' is missing in rule number 1",
    "rules: [{name: a, when: {task: cod}}]": "13: 'task' in rule 'a' should be 'chat', 'question answering'",
    "rules: [{name: a, when: {difficulty_at_most: 7}}]": (
        "13: 'difficulty_at_most' in rule 'a' should be less than or equal to 1"
    ),
    "rules: [{name: a, when: {alias: fsat}}]": "13: unknown alias 'fsat'",
    "rules: [{name: a, use: {candidates: [smal]}}]": "13: unknown deployment 'smal'; did you mean 'small'?",
    "rules: [{name: a, use: {pin: nobody}}]": (
        "13: unknown deployment 'nobody'; known here: tiny, small, middle, large"
    ),
    "rules: [{name: a, use: {baseline: larg}}]": "13: unknown model 'larg'; did you mean large",
    "rules: [{name: a, use: {zones: [FRX]}}]": "13: unknown zone 'FRX'; did you mean 'FR",
    "caches: {exact: {ttl: 3 weeks}}": "13: 'ttl' in 'caches': write a duration such as 90s, 30m, 24h or 7d",
    "aliases: {small: {why: w}}": "13: alias 'small' is also the name of a deployment",
    "aliases: {quick: {why: w, candidate: [small]}}": (
        "13: unknown key 'candidate' in alias 'quick'; did you mean 'candidates'?"
    ),
    "callers: {references: {'*': [larje]}}": "13: unknown model 'larje'; did you mean large",
    "rules: [": "13: not valid YAML: ",
    "version: 1": "13: not valid YAML: key 'version' is written twice",
}


@pytest.mark.parametrize("more", MISTAKES)
def test_a_mistake_is_named_with_its_line(policy_of: Load, more: str) -> None:
    assert problem(policy_of, more).startswith(MISTAKES[more])


DEFAULTS = {
    "  confidense: 0.9\n": "5: unknown key 'confidense' in 'defaults'; did you mean 'confidence'?",
    "  objective: money\n": "5: 'objective' in 'defaults' should be 'energy' or 'ghg'",
    "  zone: Atlantis\n": "5: unknown zone 'Atlantis'",
}


@pytest.mark.parametrize("defaults", DEFAULTS)
def test_a_mistake_in_the_defaults(policy_of: Load, defaults: str) -> None:
    assert problem(policy_of, "", defaults=defaults).startswith(DEFAULTS[defaults])


def test_the_same_deployment_twice_asks_for_a_name(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(
        "version: 1\ndefaults: {fallback: small}\nupstreams: {u: {kind: openai, base_url: http://h}}\n"
        "models:\n  - {model: small, upstream: u}\n  - {model: small, upstream: u}\n"
    )
    with pytest.raises(PolicyError, match=r":6: deployment 'small' is declared twice; give one a 'name'"):
        load_policy(path, catalog, {})


LAUGHS = b"a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]\n" + b"".join(
    b"%c: &%c [%s]\n" % (name, name, b", ".join([b"*%c" % (name - 1)] * 9)) for name in b"bcdefghijk"
)
"""Ten billion numbers in half a kilobyte."""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "a policy is a mapping that begins with 'version: 1'"),
        (b"- just\n- a list\n", "a policy is a mapping"),
        (b"version: 1\nname: \xff\n", r":2: not UTF-8 text"),
        (b"version: 1\nname: a\x01b\n", r":2: not valid YAML: unacceptable character #x0001"),
        (b"version: 1\nname: a\x00b\n", r":2: not valid YAML: unacceptable character #x0000"),
        (b"name: x\nversion: " + b"1" * 5_000, r":2: not valid YAML: a value that cannot be read"),
        (b"name: x\nversion: !!int ''\n", r":2: not valid YAML: a value that cannot be read"),
        (b'name: "\\UFFFFFFFF"\n', "not valid YAML"),
        (LAUGHS, "it has more than 100,000 values"),
        (b"a: &a [*a]\n", "an anchor contains itself"),
        (b"[" * 1500, "nested too deeply"),
        (b"? [1]\n: 2\n", "unhashable key|a policy is a mapping|unknown key"),
        (b"version: 2\n", "'version' should be 1|key 'defaults' is missing"),
    ],
)
def test_a_file_that_is_no_policy(tmp_path: Path, catalog: Catalog, content: bytes, message: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_bytes(content)
    with pytest.raises(PolicyError, match=message):
        load_policy(path, catalog, {})


def test_a_missing_file_and_a_directory(tmp_path: Path, catalog: Catalog) -> None:
    with pytest.raises(PolicyError, match=r"nowhere\.yaml: no such policy file"):
        load_policy(tmp_path / "nowhere.yaml", catalog, {})
    with pytest.raises(PolicyError, match="cannot be read"):
        load_policy(tmp_path, catalog, {})


def test_an_openai_upstream_needs_an_address(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("version: 1\ndefaults: {fallback: a}\nupstreams:\n  u: {kind: openai}\nmodels: []\n")
    with pytest.raises(PolicyError, match=r":4: 'u'.*needs base_url or base_url_env"):
        load_policy(path, catalog, {})


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://[::1/v1", "has a host and a port that there can be"),
        ("http://h:99999/v1", "has a host and a port that there can be"),
        ("http://h:0/v1", "names a host"),
        ("http:///v1", "names a host"),
        ("http://a b/v1", "has no spaces"),
        ("http://user:secret@h/v1", "the key goes into api_key_env"),
        ("http://h/v1?key=1", "paths are added to it"),
        ("http://h/v1#x", "paths are added to it"),
        ("ftp://h/v1", "http"),
    ],
)
def test_an_address_that_can_never_work_is_told(
    tmp_path: Path, catalog: Catalog, address: str, said: str
) -> None:
    path = tmp_path / "policy.yaml"
    head = "version: 1\ndefaults: {fallback: a}\nupstreams:\n"
    path.write_text(f'{head}  u: {{kind: openai, base_url: "{address}"}}\nmodels: []\n')
    with pytest.raises(PolicyError, match=rf":4: 'base_url' in upstream 'u'.*{said}"):
        load_policy(path, catalog, {})
    path.write_text(
        f"{head}  u: {{kind: openai, base_url_env: PLACE}}\n"
        "models:\n  - {model: small, name: a, upstream: u}\n"
    )
    lacking = load_policy(path, catalog, {"PLACE": address}).deployments["a"].unbacked
    assert lacking is not None and lacking.startswith("set PLACE to an address that ")


def test_an_answer_is_not_kept_for_ages(policy_of: Load) -> None:
    with pytest.raises(PolicyError, match="'ttl' in 'caches'"):
        policy_of("caches: {exact: {ttl: 99999999d}}")


def test_a_day_that_does_not_exist(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(
        "version: 1\ndefaults:\n  fallback: a\n  baseline: {model: small, since: 2026-13-45, reason: r}\n"
    )
    with pytest.raises(PolicyError, match=r":4: 'since' in 'defaults' should be a valid date"):
        load_policy(path, catalog, {})


def test_norway_is_no_boolean(policy_of: Load) -> None:
    policy = policy_of("rules: [{name: a, why: w, when: {language: no}, use: {zones: [NOR]}}]")
    assert policy.rules[0].when.language == frozenset({"no"})


def test_the_address_may_come_from_the_environment(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(
        "version: 1\ndefaults: {fallback: small}\nupstreams: {u: {kind: openai, base_url_env: WHERE}}\n"
        "models: [{model: small, upstream: u, upstream_model: 's:8b'}]\n"
    )
    absent = load_policy(path, catalog, {}).deployments["small"]
    wrong = load_policy(path, catalog, {"WHERE": "h:11434"}).deployments["small"]
    present = load_policy(path, catalog, {"WHERE": "http://h/v1"}).deployments["small"]
    assert (absent.backing, absent.unbacked) == (None, "set WHERE to call it")
    assert wrong.unbacked == (
        "set WHERE to an address that begins with http:// or https:// and names a host, to call it"
    )
    assert present.backing is not None
    assert (present.backing.base_url, present.backing.model) == ("http://h/v1", "s:8b")


def test_a_key_is_never_shown(policy_of: Load) -> None:
    assert "sk-secret" not in repr(policy_of(environ={"THERE_KEY": "sk-secret"}))


def test_the_version_follows_the_bytes(policy_of: Load) -> None:
    one, same, other = policy_of(), policy_of(), policy_of("# a word\n")
    assert one.version == same.version != other.version


def test_zones_are_known_by_any_exact_name(policy_of: Load) -> None:
    policy = policy_of("rules: [{name: a, why: w, use: {zones: [FR]}}]")
    assert policy.rules[0].use.zones == frozenset({"FRA"})


def test_a_policy_in_force_does_without_pydantic() -> None:
    code = "import sys, sobrio.policy; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_limit_is_read_with_its_account(policy_of) -> None:
    policy = policy_of("limits: [{name: pace, each: team, teams: hr, ghg_g: 50, per: month}]")
    (limit,) = policy.limits
    assert (limit.measure, limit.amount, limit.per, limit.each) == ("ghg_g", 50.0, "month", "team")
    assert limit.holder(Caller(team="hr")) == "hr"
    assert limit.holder(Caller(team="sales")) is None


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ("[{name: a, per: day}]", "takes exactly one of requests, tokens, usd, energy_wh, ghg_g"),
        ("[{name: a, per: day, usd: 1, tokens: 2}]", "takes exactly one of"),
        ("[{name: a, per: day, usd: 0}]", "greater than 0"),
        ("[{name: a, per: week, usd: 1}]", "per"),
        ("[{name: a, per: day, usd: 1}, {name: a, per: day, usd: 2}]", "two limits are named 'a'"),
        ("[{name: a, per: second, requests: 0.5}]", "no request fits into 0.5 requests; name a longer span"),
    ],
)
def test_a_limit_that_makes_no_sense_is_told(policy_of, limits, said) -> None:
    with pytest.raises(PolicyError, match=said):
        policy_of(f"limits: {limits}")


def test_what_is_recalled_is_said_in_the_defaults_and_in_rules(policy_of) -> None:
    policy = policy_of("rules: [{name: hr, when: {team: hr}, use: {cache: exact}}]")
    assert policy.defaults.cache == "semantic"
    assert policy.rules[0].use.cache == "exact"


@pytest.mark.parametrize("when", ["{task: code}", "{language: fr, team: hr}", "{needs: tools}"])
def test_a_rule_that_needs_an_assessment_cannot_say_what_is_recalled(policy_of, when) -> None:
    with pytest.raises(PolicyError, match="'cache' is decided before"):
        policy_of(f"rules: [{{name: late, when: {when}, use: {{cache: off}}}}]")


@pytest.mark.parametrize("pair", ["[-1, 2]", "[0, 0]", "[12, 5]", "[.nan, 1]", "[1, .inf]"])
@pytest.mark.parametrize("name", ["watts_per_core", "joules_per_output_token"])
def test_power_and_energy_are_declared_from_low_to_high(policy_of: Load, name: str, pair: str) -> None:
    more = f"  - {{model: small, upstream: here, name: odd, hardware: {{kind: cpu, {name}: {pair}}}}}\n"
    with pytest.raises(PolicyError, match="P5 and P95, above 0"):
        policy_of(more)


@pytest.mark.parametrize(
    ("upstream", "said"),
    [
        ('{kind: openai, base_url: "http://127.0.0.1:9/v1", options: {api_version: "1"}}', "of kind litellm"),
        ("{kind: litellm, options: {aws_region: eu-west-3}}", "did you mean 'aws_region_name'"),
        ("{kind: litellm, options: {aws_secret_access_key: abc}}", "aws_secret_access_key"),
        ('{kind: litellm, options: {vertex_credentials: "{\\"private_key\\": 1}"}}', "vertex_credentials"),
    ],
)
def test_options_of_a_place_are_litellms_and_hold_no_secret(
    policy_of: Load, tmp_path: Path, catalog: Catalog, upstream: str, said: str
) -> None:
    policy_of()
    path = tmp_path / "policy.yaml"
    path.write_text(path.read_text().replace("models:", f"  place: {upstream}\nmodels:"))
    with pytest.raises(PolicyError, match=said):
        load_policy(path, catalog, {})


def placed(path: Path, upstream: str) -> None:
    path.write_text(path.read_text().replace("models:", f"  place: {upstream}\nmodels:"))


def test_each_upstream_has_timeouts_of_its_own(policy_of: Load, tmp_path: Path, catalog: Catalog) -> None:
    policy_of("  - {name: slow, model: large, upstream: here}\n")
    path = tmp_path / "policy.yaml"
    path.write_text(path.read_text().replace("model: large, upstream: here", "model: large, upstream: place"))
    upstream = (
        '{kind: openai, base_url: "http://127.0.0.1:9/v1", timeouts: {first_token_s: 900, total_s: 7200}}'
    )
    placed(tmp_path / "policy.yaml", upstream)
    deployments = load_policy(tmp_path / "policy.yaml", catalog, {}).deployments
    slow, usual = deployments["slow"].backing, deployments["tiny"].backing
    assert slow is not None and usual is not None
    assert slow.timeouts == Timeouts(5.0, 900.0, 7200.0)
    assert usual.timeouts == Timeouts()


@pytest.mark.parametrize("timeouts", ["{total_s: 0}", "{first_token_s: -1}", "{first_byte_s: 3}"])
def test_timeouts_that_allow_nothing_are_refused(
    policy_of: Load, tmp_path: Path, catalog: Catalog, timeouts: str
) -> None:
    policy_of()
    upstream = f'{{kind: openai, base_url: "http://127.0.0.1:9/v1", timeouts: {timeouts}}}'
    placed(tmp_path / "policy.yaml", upstream)
    with pytest.raises(PolicyError, match="_s' in"):
        load_policy(tmp_path / "policy.yaml", catalog, {})


@pytest.mark.parametrize(
    ("timeouts", "said"),
    [
        ("{total_s: .inf}", "'total_s' in upstream 'place' should be a finite number"),
        ("{connect_s: .nan}", "'connect_s' in upstream 'place' should be"),
        ("{total_s: true}", "'total_s' in upstream 'place': write a number of seconds, such as 30"),
        (
            "{first_token_s: 90, total_s: 60}",
            "'timeouts' in upstream 'place': first_token_s (90) is above total_s (60); raise total_s",
        ),
        (
            "{connect_s: 2000}",
            "'timeouts' in upstream 'place': connect_s (2000) is above total_s (1800); raise total_s",
        ),
    ],
)
def test_timeouts_that_mean_nothing_are_told(
    policy_of: Load, tmp_path: Path, catalog: Catalog, timeouts: str, said: str
) -> None:
    policy_of()
    upstream = f'{{kind: openai, base_url: "http://127.0.0.1:9/v1", timeouts: {timeouts}}}'
    placed(tmp_path / "policy.yaml", upstream)
    with pytest.raises(PolicyError) as caught:
        load_policy(tmp_path / "policy.yaml", catalog, {})
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_short_total_bounds_what_is_left_to_the_defaults(
    policy_of: Load, tmp_path: Path, catalog: Catalog
) -> None:
    policy_of()
    placed(tmp_path / "policy.yaml", '{kind: openai, base_url: "http://h/v1", timeouts: {total_s: 2}}')
    assert load_policy(tmp_path / "policy.yaml", catalog, {})
