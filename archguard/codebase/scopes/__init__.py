"""The scopes of a file: what each name is bound to, in which order, and which expressions stand where."""
