"""The least expected impact among the adequate."""

from sobrio.choose.choice import Allowed, choose
from sobrio.choose.price import Price, price
from sobrio.choose.uplift import Aid

__all__ = ["Aid", "Allowed", "Price", "choose", "price"]
