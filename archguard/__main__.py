"""`python -m archguard` is `archguard`."""

import os
import sys

from archguard.incremental.startup import leave_project, open_streams

TYPE_CHECKING = False  # importing `typing` takes longer than many an answer
if TYPE_CHECKING:
    from archguard.incremental.recorded_result import RecordedResult

CANNOT_CHECK = 2


def program() -> None:
    """`main`, after which the process is gone: to take apart what it has read takes long, and serves nobody."""
    leave_project(sys.path)  # before anything is imported: a `yaml.py` of the project must not be taken for a library
    open_streams()
    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, int):
            os._exit(_final(end.code))
        raise
    except OSError:  # not even stderr can be written to
        os._exit(CANNOT_CHECK)


def main() -> None:
    """Run the command line, and end the process with its exit code.

    Where nothing has changed since the same was asked, no library is imported to answer it.
    """
    from archguard.incremental.replay import lookup, replay  # noqa: PLC0415  # once the search path is right
    from archguard.incremental.request_key import request_key  # noqa: PLC0415  # the same

    arguments = sys.argv[1:]
    asked = request_key(arguments)
    found = lookup(arguments, asked) if asked else None
    code = replay(*found, _again) if found else None
    if code is not None:
        sys.exit(code)
    _run(arguments, asked, found[1] if found else None)


def _again(report: str, formats: list[str], added: list[int]) -> list[str]:
    from archguard.reporters.rerender import rerender  # noqa: PLC0415  # 40 ms that most answers need not wait for

    return rerender(report, formats, added)


def _run(arguments: list[str], asked: str | None, before: "RecordedResult | None") -> None:
    from archguard import cli  # noqa: PLC0415  # 50 ms that an answer need not wait for
    from archguard.incremental.input_recorder import recording  # noqa: PLC0415  # the same

    with recording(asked, by_content="--checksum" in arguments, before=before):
        cli.main()


def _final(code: int) -> int:
    """The exit code `code`, if all that was written has arrived: else nobody knows the verdict."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        if code < CANNOT_CHECK:
            code = CANNOT_CHECK
            _complain(f"error: the report could not be written: {getattr(error, 'strerror', None) or error}\n")
    _complain("")
    return code


def _complain(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):  # there is nobody left to tell
        pass


if __name__ == "__main__":
    program()
