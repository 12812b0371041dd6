"""Tests mirror tasks/; scenarios/ holds tables that a biller can read."""
