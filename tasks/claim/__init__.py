"""What billing sends: claim lines."""
