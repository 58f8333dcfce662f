"""What was found out before, kept on disk: standard library only, so that asking for it costs nothing.

On the way to an answer nothing is imported that takes time: no `re`, `pathlib`, `dataclasses` or `typing`.
"""
