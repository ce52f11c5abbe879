"""The policy file: read, checked, matched."""
