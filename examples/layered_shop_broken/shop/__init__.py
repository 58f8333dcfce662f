"""A shop that sells what it has in stock."""
