"""The least expected impact among the adequate."""

from sobrio.choose.choice import Allowed, choose
from sobrio.choose.price import Price, price

__all__ = ["Allowed", "Price", "choose", "price"]
