"""The shop's partners, one module each."""
