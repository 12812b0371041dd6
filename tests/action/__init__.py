"""Tests of what months teach."""
