"""The library: who visits, what it holds, who borrowed what."""
