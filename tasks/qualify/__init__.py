"""Determine which codes qualify: pure functions on frames."""
