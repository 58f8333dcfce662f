"""The libraries through which code reaches outside, a TOML file a channel, and what they say of a name."""
