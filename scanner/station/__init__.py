"""What staff do at the scanner station, until a stack or a PDF that came in is a product's document."""
