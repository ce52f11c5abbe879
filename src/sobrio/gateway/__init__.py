"""The OpenAI-compatible gateway: HTTP in, the life of a request inside."""

from sobrio.gateway.access import Access, AccessLog, to_stderr
from sobrio.gateway.application import application
from sobrio.gateway.asgi import Limits
from sobrio.gateway.background import running
from sobrio.gateway.keys import Keys, keys_from
from sobrio.gateway.logs import log_lines
from sobrio.gateway.server import PORT, serve

__all__ = [
    "PORT",
    "Access",
    "AccessLog",
    "Keys",
    "Limits",
    "application",
    "keys_from",
    "log_lines",
    "running",
    "serve",
    "to_stderr",
]
