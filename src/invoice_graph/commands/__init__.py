"""Writes: plain functions that load, decide by the tables of the domain, and change rows."""
