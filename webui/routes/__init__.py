"""One blueprint per person who comes to this service."""
