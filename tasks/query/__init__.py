"""What billing asks the care team about a patient-month, and what the answers change."""
