from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from sobrio.call.failure import message_in, retry_after_s


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error":{"message":"too\\nlong","type":"x"}}', "too long"),
        (b'{"error":"no such model"}', "no such model"),
        (b'{"message":"busy","object":"error"}', "busy"),
        (b'{"detail":"Not Found"}', "Not Found"),
        (b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', "Overloaded"),
        (b"<html>502 Bad Gateway</html>", ""),
        (b'{"error":null}', ""),
        (b"[]", ""),
        (b"", ""),
        (b"\xff", ""),
        (b'{"error":' + b"[" * 50_000 + b"]" * 50_000 + b"}", ""),
    ],
)
def test_the_message_is_found_in_every_known_shape(body: bytes, said: str) -> None:
    assert message_in(body) == said


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "2"}, 2.0),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "soon"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "99999999999999999999"}, 86400.0),
        ({"retry-after": "9" * 400}, 86400.0),
        ({"retry-after": "Wed, 21 Oct 2099 07:28:00 GMT"}, 86400.0),
        ({"retry-after-ms": "inf"}, 86400.0),
        ({"retry-after-ms": "nan"}, None),
        ({"retry-after-ms": "-5"}, 0.0),
        ({}, None),
    ],
)
def test_retry_after_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds


def test_retry_after_may_be_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    seconds = retry_after_s({"retry-after": date})
    assert seconds is not None
    assert 55 < seconds <= 60
