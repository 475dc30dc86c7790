"""Each detector we ship. To add one: one file here, one line below, one table in tests/detectors."""
