"""Proof of the books: what must hold between rows, check by check."""
