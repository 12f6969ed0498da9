"""Scanners: the port, the adapters behind it, how they fail, and where each page that comes out of one is made safe."""
