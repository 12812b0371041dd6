"""Tell the care team and billing what they need to know."""
