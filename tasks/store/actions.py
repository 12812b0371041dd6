"""What months taught, in the database: action items by number, and the moves of each in their order."""

from __future__ import annotations

from tasks.store.action_tables import action_items, action_moves
from tasks.store.numbered import Numbered

kept = Numbered(action_items, action_moves, "A", "action item", "actions.csv")
