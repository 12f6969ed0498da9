"""Borrowing: the rules, the days they count in, loans and reservations as people use them, and what borrowers are told."""
