"""What: one folder per step of the month."""
