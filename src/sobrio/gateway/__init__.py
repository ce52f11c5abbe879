"""sobrio over HTTP."""
