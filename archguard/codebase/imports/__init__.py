"""The import graph: extraction, caching, re-exports and reachability."""
