"""Queries about contracts and code: `why`, `where`, `explain`, `list`, `ignores`, diagrams and documentation pages."""
