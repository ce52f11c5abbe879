"""`sobrio cache ingest` takes documents in, says what it did, and says what it could not read."""

from __future__ import annotations


def test_what_was_taken_in_is_counted_and_again_nothing_changes(sobrio, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("# Leave\n\nTwenty-five days.")

    first = sobrio("cache", "ingest", "docs", "--scope", "acme", "--json")
    second = sobrio("cache", "ingest", "docs", "--scope", "acme")

    assert (first.code, first.json["added"], first.json["passages"]) == (0, ["a.md"], 1)
    assert second.out.startswith("0 added, 0 changed, 0 dropped, 1 unchanged")
    assert sobrio("cache", "stats", "--json").json["passages"][0]["scope"] == "acme"


def test_a_file_that_cannot_be_read_is_one_line_and_exit_code_1(sobrio, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("# Leave\n\nTwenty-five days.")
    (tmp_path / "docs" / "b.pdf").write_text("broken")

    said = sobrio("cache", "ingest", "docs")

    assert said.code == 1
    assert [line.split(":")[0] for line in said.err.splitlines()] == ["b.pdf"]
    assert "1 added" in said.out
    assert "1 not read" in said.out


def test_a_folder_that_is_not_there_is_bad_input(sobrio):
    said = sobrio("cache", "ingest", "nowhere")

    assert said.code == 2
    assert said.err == "sobrio: nowhere: no such file or folder\n"


def test_what_came_from_a_folder_that_is_gone_is_dropped_when_asked(sobrio, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("# Leave\n\nTwenty-five days.")
    sobrio("cache", "ingest", "docs", "--scope", "acme")
    (tmp_path / "docs").rename(tmp_path / "elsewhere")

    said = sobrio("cache", "ingest", "docs", "--scope", "acme")
    dropped = sobrio("cache", "ingest", "--drop", "docs", "--scope", "acme")

    assert said.code == 2
    assert said.err.endswith("to drop them: sobrio cache ingest --drop docs --scope acme\n")
    assert (dropped.code, dropped.out.split(",")[2]) == (0, " 1 dropped")
    assert sobrio("cache", "stats", "--json").json["passages"] == []


def test_folders_taken_in_before_there_was_a_key_are_named_until_they_are_sealed(
    sobrio, tmp_path, monkeypatch
):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").write_text("# Leave\n\nTwenty-five days.")
        sobrio("cache", "ingest", name)
    monkeypatch.setenv("SOBRIO_CACHE_KEY", "k" * 32)

    first, second = (sobrio("cache", "ingest", name) for name in ("one", "two"))

    assert first.err.startswith("1 documents were taken in without SOBRIO_CACHE_KEY")
    assert first.err.count("\n") == 1
    assert second.err == ""


def test_files_of_other_kinds_are_named_and_one_asked_for_by_name_is_bad_input(sobrio, tmp_path):
    (tmp_path / "docs").mkdir()
    for name in ("a.md", "b.csv", "c.csv", "d.docx"):
        (tmp_path / "docs" / name).write_text("Twenty-five days.")

    assert sobrio("cache", "ingest", "docs").out.endswith("skipped: 2 .csv, 1 .docx\n")
    said = sobrio("cache", "ingest", "docs/b.csv")
    assert (said.code, said.err.count("\n")) == (2, 1)


def test_a_scope_that_no_key_can_read_is_bad_input(sobrio, tmp_path):
    (tmp_path / "a.txt").write_text("Twenty-five days.")

    said = sobrio("cache", "ingest", "a.txt", "--scope", "globex/")

    assert said.code == 2
    assert said.err == (
        "sobrio: scope 'globex/': no key can read it; name TENANT or TENANT/TEAM, percent-encoded, "
        "such as 'globex'\n"
    )


def test_clearing_a_team_leaves_its_tenant_alone(sobrio, tmp_path):
    (tmp_path / "a.txt").write_text("Twenty-five days.")
    sobrio("cache", "ingest", "a.txt", "--scope", "acme")
    sobrio("cache", "ingest", "a.txt", "--scope", "acme/legal")

    assert "1 passages removed" in sobrio("cache", "clear", "--scope", "acme/legal").out
    assert [each["scope"] for each in sobrio("cache", "stats", "--json").json["passages"]] == ["acme"]
