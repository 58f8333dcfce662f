"""`python -m archguard` is `archguard`."""

import os
import sys

from archguard.snapshot.answer import answer, find
from archguard.snapshot.question import question
from archguard.snapshot.snapshot import Snapshot


def program() -> None:
    """`main`, after which the process is gone: to take apart what it has read takes long, and serves nobody."""
    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, int) and _is_said():
            os._exit(end.code)
        raise


def main() -> None:
    """Run the command line, and end the process with its exit code.

    Where nothing has changed since the same was asked, no library is imported to answer it.
    """
    arguments = sys.argv[1:]
    asked = question(arguments)
    found = find(arguments, asked) if asked else None
    code = answer(*found, _again) if found else None
    if code is not None:
        sys.exit(code)
    _run(arguments, asked, found[1] if found else None)


def _again(report: str, formats: list[str], added: list[int]) -> list[str]:
    from archguard.reporters.again import again  # noqa: PLC0415  # 40 ms that most answers need not wait for

    return again(report, formats, added)


def _run(arguments: list[str], asked: str | None, before: Snapshot | None) -> None:
    from archguard import cli  # noqa: PLC0415  # 50 ms that an answer need not wait for
    from archguard.snapshot.journal import keeping  # noqa: PLC0415  # the same

    with keeping(asked, by_content="--hash" in arguments, before=before):
        cli.main()


def _is_said() -> bool:
    """Whether all that was written has arrived."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):  # whoever reads it has gone
        return False
    return True


if __name__ == "__main__":
    program()
