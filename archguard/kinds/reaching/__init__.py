"""How modules reach databases and what else is outside, and where they are reached from there."""
