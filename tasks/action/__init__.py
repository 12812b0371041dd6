"""What a month taught, as items that somebody is to do: made, carried over, closed, and opened again."""
