"""When: one file per scheduled job."""
