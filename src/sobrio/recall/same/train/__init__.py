"""Fitting the scorer of pairs; needs the `train` extra."""
