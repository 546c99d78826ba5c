"""The rules of invoicing: pure functions and tables of facts, on the standard library alone."""
