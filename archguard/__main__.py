"""`python -m archguard` is `archguard`."""

import os
import sys

from archguard.incremental.startup import leave_project, open_streams

TYPE_CHECKING = False  # importing `typing` takes longer than replaying a recorded result
if TYPE_CHECKING:
    from archguard.incremental.recorded_result import RecordedResult

CANNOT_CHECK = 2


def program() -> None:
    """Run `main` and exit at once: freeing all objects at interpreter shutdown takes long and has no use."""
    leave_project(sys.path)  # before any import: a `yaml.py` of the project must not shadow a library
    open_streams()
    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, int):
            os._exit(_exit_code(end.code))
        raise
    except OSError:  # stderr is not writable either
        os._exit(CANNOT_CHECK)


def main() -> None:
    """Run the command line, and end the process with its exit code.

    If no input has changed since the same command ran, its recorded result is replayed without importing a library. A
    hook of an agent is answered without one too.
    """
    arguments = sys.argv[1:]
    if arguments[:1] == ["hook"] and not {"-h", "--help"}.intersection(arguments):
        from archguard.servers.hook.run import run  # noqa: PLC0415  # after `sys.path` is corrected

        sys.exit(run(arguments[1:]))
    from archguard.incremental.replay import lookup, replay  # noqa: PLC0415  # the same
    from archguard.incremental.request_key import request_key  # noqa: PLC0415  # the same

    if "--stdin-filename" in str(arguments):
        _answer_about_unsaved_text(arguments)
    key = request_key(arguments)
    found = lookup(arguments, key) if key else None
    code = replay(*found, _rerender) if found else None
    if code is not None:
        sys.exit(code)
    _run(arguments, key, found[1] if found else None)


def _answer_about_unsaved_text(arguments: list[str]) -> None:
    """End the process with the answer of the daemon, if one runs."""
    from archguard.servers.unsaved import answer, is_about_unsaved_text  # noqa: PLC0415  # few command lines need it

    code = answer(arguments) if is_about_unsaved_text(arguments) else None
    if code is not None:
        sys.exit(code)


def _rerender(report: str, formats: list[str], added: list[int]) -> list[str]:
    from archguard.reporters.rerender import rerender  # noqa: PLC0415  # 40 ms, needed by few replays

    return rerender(report, formats, added)


def _run(arguments: list[str], key: str | None, before: "RecordedResult | None") -> None:
    from archguard import cli  # noqa: PLC0415  # 50 ms, not needed by a replay
    from archguard.incremental.input_recorder import recording  # noqa: PLC0415  # the same

    with recording(key, by_content="--checksum" in arguments, before=before):
        cli.main()


def _exit_code(code: int) -> int:
    """Flush the output and return `code`; if the report could not be written, return 2 instead of 0 or 1."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        if code < CANNOT_CHECK:
            code = CANNOT_CHECK
            _write_error(f"error: the report could not be written: {getattr(error, 'strerror', None) or error}\n")
    _write_error("")
    return code


def _write_error(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):  # there is nowhere left to report it
        pass


if __name__ == "__main__":
    program()
