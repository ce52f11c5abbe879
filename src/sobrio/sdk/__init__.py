"""sobrio from Python."""
