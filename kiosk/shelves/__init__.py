"""The collection: how titles are described and found, what becomes of copies, their labels, and going through the shelves."""
