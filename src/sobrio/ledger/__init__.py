"""Where receipts are kept."""

from sobrio.ledger.ledger import Counts, SqliteLedger
from sobrio.ledger.verification import Verification

__all__ = ["Counts", "SqliteLedger", "Verification"]
