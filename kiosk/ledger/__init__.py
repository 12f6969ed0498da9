"""What the library writes down: titles and copies, visits, members, loans, reservations, messages; and how what people write is read."""
