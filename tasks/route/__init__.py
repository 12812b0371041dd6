"""Co-pay cases with their next step."""
