"""Codex.

Follows the schemas `pre-tool-use`, `post-tool-use`, `stop` and `subagent-stop` in `codex-rs/hooks/schema/generated` of
the repository `openai/codex`, and its `output_parser.rs`, which refuses the decisions `allow` and `ask`.
"""

from archguard.servers.hook.event import AFTER, BEFORE, START, STOP
from archguard.servers.hook.hosts.host import Host


class Codex(Host):
    """Codex. An answer with `ask` is an error there, and the tool runs: what the user should decide is denied."""

    events = {"SessionStart": START, "PreToolUse": BEFORE, "PostToolUse": AFTER, "Stop": STOP, "SubagentStop": STOP}
    can_ask = False
