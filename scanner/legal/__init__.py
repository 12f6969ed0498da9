"""Legal products: what one is, how its number and its days are written, the parts of its paper, and its publications."""
