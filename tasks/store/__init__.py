"""The database: cycles, decisions, evidence, outbox."""
