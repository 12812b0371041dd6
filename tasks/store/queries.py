"""What billing asks the care team, in the database: questions by number, and the moves of each in their order."""

from __future__ import annotations

from tasks.store.numbered import Numbered
from tasks.store.query_tables import queries, query_moves

_kept = Numbered(queries, query_moves, "Q", "query", "queries.csv")

query_text = _kept.text
query_number = _kept.number
alone = _kept.alone
practice_of = _kept.practice_of
rows = _kept.rows
moves = _kept.moves
add = _kept.add
add_moves = _kept.add_moves
