"""Source files and their syntax trees."""
