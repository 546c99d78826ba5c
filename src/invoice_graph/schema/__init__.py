"""The GraphQL schema: Strawberry types are its only definition."""
