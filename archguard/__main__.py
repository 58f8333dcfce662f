"""`python -m archguard` is `archguard`."""

import sys

from archguard.snapshot.answer import answer
from archguard.snapshot.question import question


def main() -> None:
    """Run the command line, and end the process with its exit code.

    Where nothing has changed since the same was asked, no library is imported to answer it.
    """
    asked = question(sys.argv[1:])
    code = answer(sys.argv[1:], asked) if asked else None
    if code is not None:
        sys.exit(code)
    _run(asked)


def _run(asked: str | None) -> None:
    from archguard import cli  # noqa: PLC0415  # 50 ms that an answer need not wait for
    from archguard.snapshot.journal import keeping  # noqa: PLC0415  # the same

    with keeping(asked, by_content="--hash" in sys.argv[1:]):
        cli.main()


if __name__ == "__main__":
    main()
