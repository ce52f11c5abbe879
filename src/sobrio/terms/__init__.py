"""The nouns of sobrio: frozen facts with no behaviour beyond what their own numbers say."""
