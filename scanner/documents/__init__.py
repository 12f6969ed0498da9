"""Documents: what they are made of, what their pages say, whether they are complete, and how they are found again."""
