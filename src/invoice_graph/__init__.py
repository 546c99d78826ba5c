"""invoice-graph: a GraphQL gateway over the invoicing domain."""

__version__ = "0.1.0"
