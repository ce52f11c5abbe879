"""Anthropic's messages, to and from chat."""
