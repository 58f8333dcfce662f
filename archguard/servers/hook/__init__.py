"""The hooks of coding agents: what an agent is about to write is checked before it is written, and again at its stop.

How it works: the host (Claude Code, Codex, ...) starts `archguard hook HOST` and sends one JSON object. `hosts/` reads
it and writes the answer in the host's form, `tools` turns the call of an editing tool into the texts that the files
would have, `decision` asks the daemon about them, and `message` puts what it answers into few words.

Cost: a host waits for each call, so what runs with a warm daemon is standard library only, and little of it. For the
same reason the tools and the events of the hosts are Python: reading them from TOML would take 5 ms.
"""
