"""Who covers it: the register, the order of payers, recorded answers and eligibility answers."""
