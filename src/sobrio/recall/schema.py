"""The tables of the embedded store."""

from __future__ import annotations

import sqlite3
from typing import Final

READING: Final = """
PRAGMA journal_mode = WAL;
"""
WRITING: Final = """
PRAGMA synchronous = NORMAL;
PRAGMA secure_delete = ON;
"""
TABLES: Final = """
CREATE TABLE IF NOT EXISTS entries (
    key BLOB PRIMARY KEY,
    scope TEXT NOT NULL,
    expires_at REAL NOT NULL,
    used_at REAL NOT NULL,
    size INTEGER NOT NULL,
    value BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS entries_by_scope ON entries (scope);
CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires_at);
CREATE INDEX IF NOT EXISTS entries_by_use ON entries (used_at, size);

CREATE TABLE IF NOT EXISTS totals (entries INTEGER NOT NULL, size INTEGER NOT NULL);
INSERT INTO totals SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM totals);
CREATE TRIGGER IF NOT EXISTS count_in AFTER INSERT ON entries
    BEGIN UPDATE totals SET entries = entries + 1, size = size + new.size; END;
CREATE TRIGGER IF NOT EXISTS count_out AFTER DELETE ON entries
    BEGIN UPDATE totals SET entries = entries - 1, size = size - old.size; END;

CREATE TABLE IF NOT EXISTS questions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key BLOB NOT NULL UNIQUE,
    context BLOB NOT NULL,
    expires_at REAL NOT NULL,
    vector BLOB NOT NULL,
    text BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS questions_by_context ON questions (context, number);
CREATE TRIGGER IF NOT EXISTS question_out AFTER DELETE ON entries
    BEGIN DELETE FROM questions WHERE key = old.key; END;

CREATE TABLE IF NOT EXISTS salt (salt BLOB NOT NULL);
INSERT INTO salt SELECT randomblob(32) WHERE NOT EXISTS (SELECT 1 FROM salt);

CREATE TABLE IF NOT EXISTS labels (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    scope TEXT NOT NULL,
    stream TEXT NOT NULL,
    probability REAL NOT NULL,
    right INTEGER NOT NULL,
    source TEXT NOT NULL,
    pair TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS labels_by_stream ON labels (scope, stream, number);
"""


def add_what_is_new(database: sqlite3.Connection) -> None:
    """To a file made before labels told which answer they are about."""
    with database:
        database.execute("BEGIN IMMEDIATE")  # of several workers that begin at once one adds it
        columns = [name for _, name, *_ in database.execute("PRAGMA table_info(labels)")]
        if "pair" not in columns:
            database.execute("ALTER TABLE labels ADD COLUMN pair TEXT NOT NULL DEFAULT ''")
