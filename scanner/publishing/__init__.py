"""Publishing: what was checked is brought to its publishers, proven to be there, and shown to everybody."""
