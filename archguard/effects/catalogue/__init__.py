"""Facts about client libraries, one TOML file per channel, and the lookups on them."""
