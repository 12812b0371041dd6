"""What every table must fulfil: one suite per table."""
