"""First steps of the process: remove the project from the search path, and open closed standard streams."""

import os
import sys


def leave_project(path: list[str]) -> None:
    """Remove from the search `path` the entries by which the working directory or `PYTHONPATH` adds the project.

    A module of the project must not shadow a library that archguard imports. Only entries before the standard library
    go: installed packages, editable ones too, come after it and shadow nothing. archguard's own folder stays.
    """
    library, own = (
        os.path.realpath(os.path.dirname(os.__file__)),
        os.path.dirname(os.path.dirname(os.path.dirname(__file__))),
    )
    first = next((at for at, each in enumerate(path) if os.path.realpath(each or ".") == library), 0)
    try:
        project = project_around(os.getcwd())
    except OSError:  # the working directory has been deleted
        return
    path[:first] = [each for each in path[:first] if not _is_in(each, project) or _is_same(each, own)]


def inherited_path(folder: str) -> str:
    """The `PYTHONPATH` for a process that works for the project around `folder` from outside of it.

    That is the caller's without the project, and archguard's own folder, if only the working directory leads to it.
    """
    library, own = (
        os.path.dirname(os.__file__),
        os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
    )
    given = [os.path.abspath(each) for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each]
    after = sys.path[sys.path.index(library) :] if library in sys.path else []
    project = project_around(folder) if given else ""
    path = [each for each in given if not _is_in(each, project) or _is_same(each, own)]
    return os.pathsep.join([*path, own] if own not in (*path, *after) else path)


def project_around(folder: str) -> str:
    """The repository around `folder`, or else `folder` itself."""
    whole = above = os.path.realpath(folder)
    while not os.path.exists(os.path.join(above, ".git")):
        if os.path.dirname(above) == above:
            return whole
        above = os.path.dirname(above)
    return above


def _is_in(entry: str, project: str) -> bool:
    """Whether `entry` of a search path is in `project`; a virtual environment in the project does not count."""
    whole = os.path.join(os.path.realpath(entry or "."), "")
    if whole.startswith(os.path.join(os.path.realpath(sys.prefix), "")):
        return False
    return whole.startswith(os.path.join(project, ""))


def _is_same(entry: str, folder: str) -> bool:
    return os.path.realpath(entry or ".") == os.path.realpath(folder)


def open_streams() -> None:
    """Open the standard streams that the caller has closed, so that no other file gets their descriptors.

    Writing to a closed stdout stays an error, since the report is lost; what goes to a closed stderr is dropped.
    """
    for number, (name, mode, flags) in enumerate(
        (("stdin", "r", os.O_RDONLY), ("stdout", "w", os.O_RDONLY), ("stderr", "w", os.O_WRONLY))
    ):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, flags)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115  # for all of the run
