"""The least expected impact among the adequate."""

from sobrio.choose.choice import Allowed, Haste, choose
from sobrio.choose.price import Price, price, price_of
from sobrio.choose.uplift import Aid

__all__ = ["Aid", "Allowed", "Haste", "Price", "choose", "price", "price_of"]
