"""What payers answered: 835 files read, balanced, matched to claims and posted; denials traced, with what to do."""
