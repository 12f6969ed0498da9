"""The counter: what the officer sees and finds there, the papers that are handed over, and the devices they come from."""
