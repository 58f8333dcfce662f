"""Servers for agents and editors: each keeps a project in memory, and answers before an edit is written."""
