"""The language server: what contracts find, while the code is being written.

- `synchronization` what the editor tells: documents, folders, files on disk
- `diagnostics`     violations and problems
- `hover`           what an import or a name leads to, and whether it may
- `quick_fixes`     edits that remove a violation
- `code_lens`       counts in configuration files
- `completion`      names, kinds and keys in configuration files

`server` ties them together; `documents`, `positions`, `project` and `projects` are what they build on.
"""
