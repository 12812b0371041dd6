"""Who covers it: the order of payers, what each answers, and what must be asked."""
