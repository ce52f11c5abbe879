"""`sobrio keys`: issue, list, rotate, revoke."""

from __future__ import annotations

from contextlib import closing

import pytest

from sobrio.assemble import open_keys


def test_a_key_is_shown_once_on_stdout_and_listed_without_its_secret(sobrio) -> None:
    made = sobrio("keys", "create", "ci", "--team", "research", "--expires", "90d")
    text = made.out.strip()
    assert made.code == 0
    assert text.startswith("sk-sobrio-")
    assert text not in made.err

    listed = sobrio("keys", "list", "--json").json
    assert [(key["name"], key["team"], key["rights"], key["state"]) for key in listed] == [
        ("ci", "research", ["call", "read"], "valid")
    ]
    assert text[23:] not in sobrio("keys", "list").out


def test_rotation_and_revocation(sobrio) -> None:
    old = sobrio("keys", "create", "ci", "--right", "call", "--json").json
    new = sobrio("keys", "rotate", old["id"], "--grace", "1h", "--json").json
    assert new["rights"] == ["call"] and new["key"] != old["key"]
    assert sobrio("keys", "revoke", new["id"]).out == f"{new['id']} (ci) is revoked\n"
    assert {key["state"] for key in sobrio("keys", "list", "--json").json} == {"valid", "revoked"}


@pytest.mark.parametrize("lasts_s", [1e10, 1e15, 1e300, -1e12, float("inf"), float("-inf")])
def test_keys_with_ends_that_no_calendar_shows_are_listed(sobrio, tmp_path, lasts_s: float) -> None:
    with closing(open_keys(tmp_path / "home")) as store:
        store.issue("from elsewhere", lasts_s=lasts_s)
    table, document = sobrio("keys", "list"), sobrio("keys", "list", "--json")
    assert (table.code, document.code) == (0, 0)
    assert document.json[0]["state"] == ("valid" if lasts_s > 0 else "expired")
    assert "calendar" in table.out or "T" in table.out


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("create", "x", "--right", "root"), "sobrio: --right takes call, read, admin, not 'root'\n"),
        (("create", "x", "--expires", "soon"), "sobrio: --expires takes a duration such as 90d"),
        (("create", "x", "--expires", "99999999d"), "sobrio: --expires takes at most 36500d"),
        (("create", ""), "sobrio: NAME takes 1 to 100 printable characters, not ''"),
        (("create", "a\x1b[31mb"), "sobrio: NAME takes 1 to 100 printable characters, not 'a\\x1b[31mb'"),
        (("create", "x", "--team", "a\nb"), "sobrio: --team takes 1 to 100 printable characters"),
        (("revoke", "nope"), "sobrio: there is no key 'nope'; `sobrio keys list` shows them\n"),
    ],
)
def test_mistakes_are_one_line(sobrio, arguments, line) -> None:
    said = sobrio("keys", *arguments)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert said.err.startswith(line)
