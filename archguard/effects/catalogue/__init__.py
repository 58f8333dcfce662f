"""Facts about client libraries, one TOML file per channel, naming conventions, and the lookups on them."""
