"""Text and its views: what detectors read, and the way back to the original characters."""
