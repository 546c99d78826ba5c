"""Revision 0001 in pieces: the tables as they were when revisions began. Nothing here changes any more."""
