"""Plays recorded examples of the invoicing API, called vectors, against a real gateway, through GraphQL.

The vectors speak the language of a REST interface. `facts` tells how its names are spelled here, `arguments` and
`answers` translate by those facts and by the schema, `operations` runs one call, and one module per kind of vector
plays it from beginning to end.
"""
