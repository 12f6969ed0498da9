"""Guests: the guest book as it is used, and the members among them with their cards."""
