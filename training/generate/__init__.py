"""Sentences of our own: grammars that write what the data sets lack. Seeded: the same seed, the same rows."""
