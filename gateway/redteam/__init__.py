"""
Red-team scans: attacks on a model and its system prompt, what came of each, and what it comes to.

Knows no HTTP: calls go through `chat.Send`. To add an attack: an entry in a file of `attacks/`.
"""
