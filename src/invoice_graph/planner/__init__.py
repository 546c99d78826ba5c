"""Reads: a GraphQL selection becomes one SQL statement whose result is the answer's JSON."""
