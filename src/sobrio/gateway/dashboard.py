"""`GET /dashboard`: the report on a period as a page, for people."""

from __future__ import annotations

import asyncio
from typing import Final

from sobrio.errors import InputError
from sobrio.gateway.impact import days_of, period_of
from sobrio.gateway.routes import Visit
from sobrio.route.reply import Reply
from sobrio.route.rooms import Page

_HEADERS: Final = (
    ("content-type", "text/html; charset=utf-8"),
    ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
)
"""The page has no script and fetches nothing, and nobody may frame or keep it."""
_LANGUAGES: Final = ("en", "fr")


class Dashboard:
    """The endpoint. One caller at a time, as `Impact`."""

    def __init__(self, page: Page | None) -> None:
        self._page = page
        self._turn = asyncio.Lock()

    async def __call__(self, visit: Visit) -> Reply:
        """Of the caller's own tenant; of all for a key with the right `admin`."""
        if self._page is None:
            raise InputError("no page is kept here", status=404, code="not_found")
        given = period_of(visit.query, {"from", "to", "lang"})
        first, last = days_of(given)
        lang = given.get("lang", "en")
        if lang not in _LANGUAGES:
            raise InputError(f"there is no page in {lang[:40]!r}; use {' or '.join(_LANGUAGES)}")
        tenant = None if "admin" in visit.admission.rights else visit.caller.tenant
        async with self._turn:
            body = await asyncio.to_thread(self._page, tenant, first, last, lang)
        return Reply(200, _HEADERS, "", body=body)
