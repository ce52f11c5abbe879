"""Calling upstreams: the lean path and litellm, behind one port."""
