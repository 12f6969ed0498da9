"""Digitisation: from signed paper to a published document (the station comes with its own issues)."""
