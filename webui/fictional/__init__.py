"""Offices, people and papers that do not exist: what is tried on, measured with and shown where nothing real may be."""
