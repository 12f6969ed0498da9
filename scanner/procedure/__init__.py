"""The publication procedure: what people do to a product from the agenda book to the check before it is published."""
