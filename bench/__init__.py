"""Measures invoice-graph next to what one would build instead: `python -m bench`."""
