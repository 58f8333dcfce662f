"""Books, and how many of each there are."""
