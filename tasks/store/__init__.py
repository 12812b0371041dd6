"""What the month leaves behind: cycles with their revisions, case numbers, co-pay cases and the outbox."""

from tasks.store.records import Cycle, Digests, OutboxMessage, Saved, StoredMessage
from tasks.store.store import Store, open_store

__all__ = ["Cycle", "Digests", "OutboxMessage", "Saved", "Store", "StoredMessage", "open_store"]
