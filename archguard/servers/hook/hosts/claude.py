"""Claude Code.

Follows the types `PreToolUseHookInput`, `PostToolUseHookInput`, `PostToolBatchHookInput`, `StopHookInput`,
`SubagentStopHookInput` and `SyncHookJSONOutput` of the npm package `@anthropic-ai/claude-agent-sdk` 0.3.332.
"""

from archguard.servers.hook.event import AFTER, BEFORE, START, STOP
from archguard.servers.hook.hosts.host import Host


class Claude(Host):
    """Claude Code."""

    events = {
        "SessionStart": START,
        "PreToolUse": BEFORE,
        "PostToolUse": AFTER,
        "PostToolBatch": AFTER,
        "Stop": STOP,
        "SubagentStop": STOP,
    }
