"""The life of a request."""

from sobrio.route.explain import explain, explain_aside
from sobrio.route.failure import error_body
from sobrio.route.life import live
from sobrio.route.receive import receive
from sobrio.route.reply import Reply
from sobrio.route.rooms import Rooms

__all__ = ["Reply", "Rooms", "error_body", "explain", "explain_aside", "live", "receive"]
