"""The least expected impact among the adequate."""
