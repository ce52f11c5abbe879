"""What cannot be said in another shape."""

from __future__ import annotations

from sobrio.errors import InputError


class Untranslatable(InputError):
    """The request asks for something that the upstream's shape has no word for."""

    code = "untranslatable"
