"""Read every source into typed tables that know their file and line."""
