"""Hold the tables against their expectations; set rows aside with every reason."""
