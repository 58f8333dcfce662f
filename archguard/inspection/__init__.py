"""Answers about contracts and code: why, where, explain, lists, and what diagrams, pages and metrics are made from."""
