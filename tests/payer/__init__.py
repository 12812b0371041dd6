"""A payer that does not exist: it reads our claim files as a stranger would, keeps its own books and answers with 835s.

Nothing of it is imported from the program. What it holds of codes, fees and reasons it was told here, by hand.
"""
