"""Answers already known."""
