"""Replay of stored reports: record what a run depends on, and reuse its report while all of that is unchanged.

Standard library only. The path from the command line to a replayed report imports no module that takes time to load:
no `re`, `pathlib`, `dataclasses` or `typing`.
"""
