"""How older tables become today's: one revision after the other, run by Alembic.

`versions` has the revisions. A revision never changes once it is released, so it declares everything itself instead of
asking the program's tables, which go on changing.
"""
