"""
Measurements of the gateway and of its detectors. Run them with scripts/bench; docs/benchmarks.md
says what they mean.
"""
