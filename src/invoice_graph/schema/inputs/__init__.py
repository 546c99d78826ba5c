"""Input types. In all of them absent leaves alone and null clears."""
