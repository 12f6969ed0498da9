"""Personal data: what people are told of it, what they may ask for, and when it is forgotten."""
