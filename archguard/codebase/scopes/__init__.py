"""The scopes of a file: bindings of names and their order, and the expressions that facts are extracted from."""
