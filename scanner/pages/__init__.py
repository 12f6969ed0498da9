"""From a stack of paper to pages in the store: batches, runs of a scanner, and what is done with each page beside them."""
