"""Facts with sources: models, sizes, prices, grids, factors."""

from sobrio.catalog.additions import default_path
from sobrio.catalog.catalog import Catalog, add
from sobrio.catalog.entry import Entry, Price, entry_as_dict
from sobrio.catalog.equivalence import Equivalence, equivalences, equivalents
from sobrio.catalog.factor import Factor, Source
from sobrio.catalog.zone import Provider, Zone

__all__ = [
    "Catalog",
    "Entry",
    "Equivalence",
    "Factor",
    "Price",
    "Provider",
    "Source",
    "Zone",
    "add",
    "default_path",
    "entry_as_dict",
    "equivalences",
    "equivalents",
]
