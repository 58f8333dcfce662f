"""A report from the snapshot is the one that there would be without it, whatever was done meanwhile."""

import contextlib
import os
import re
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from project import Project

from archguard.incremental import fingerprint

LAYERS = "contracts:\n  - {id: layered, kind: layers, layers: [shop.api, shop.db]}\n"
CONFIGURATIONS = (
    LAYERS,
    LAYERS.replace("shop.api, shop.db", "shop.db, shop.api"),
    "extends: [archguard:layered]\n" + LAYERS,
    "extends: [more.yaml]\n" + LAYERS,
    LAYERS + "ignore:\n  - {contract: layered, import: shop.db -> shop.api, reason: old, expires: 2020-01-01}\n",
    LAYERS + "  - {id: no-http, kind: external, modules: shop, deny: [requests]}\n",
    "project: {packages: [shop]}\n" + LAYERS,
    "version: 2\n",
)
MORE = "contracts:\n  - {id: apart, kind: independence, modules: [shop.api, shop.db]}\n"
BASELINE = """\
version: 1
contracts:
  layered: {kind: layers, violations: [{importer: shop.db, imported: shop.api}]}
"""
CODE = (
    "",
    "import shop.api\n",
    "import shop.db \n",
    "import requests\n",
    "import shop.api  # archguard: ignore[layered] x\n",
)
BODIES = (
    "def f():\n    return 1\n",
    "def f():\n    return 2  # more\n\n\n",
    "def f():\n    import shop.api\n",
    "def f():\n    return '''\n    import shop.api\n'''\n",
    "def f():\n    return 1\n\n\nimport shop.api\n",
    "def f():\n    pass\n    return 1\n\n\nimport shop.api\n",
    "def f():\n    return 3\n\n\nimport shop.api\n",
    "def f():\n    return\n  1\n",
)
CONTENTS = {
    "shop/api.py": CODE,
    "shop/db.py": (*CODE, *BODIES),
    "shop/db/__init__.py": CODE,
    "shop/__init__.py": CODE,
    "other/deep/new.py": CODE,
    "other/pyvenv.cfg": ("",),
    "src/shop/api.py": CODE,
    "src/__init__.py": CODE,
    "shop/api.pyi": ("",),
    "shop/__pycache__/api.cpython-311.pyc": ("",),
    "notes.txt": ("", "a", "b"),
    "archguard.yaml": CONFIGURATIONS,
    "archguard.yml": (MORE,),
    "more.yaml": (MORE, ""),
    "contracts/more.yaml": (MORE,),
    "pyproject.toml": ("[tool.archguard]\nversion = 1\n", ""),
    "below/archguard.yaml": CONFIGURATIONS[:2],
    "archguard-baseline.yaml": (BASELINE, BASELINE.replace("shop.db,", "shop.api,")),
}
PATHS = st.sampled_from(sorted(CONTENTS))
EDITS = st.one_of(
    PATHS.flatmap(lambda path: st.tuples(st.just("write"), st.just(path), st.sampled_from(CONTENTS[path]))),
    st.tuples(st.just("remove"), PATHS, st.just("")),
    st.tuples(st.just("touch"), PATHS, st.sampled_from(["2001", "2031"])),
    st.tuples(st.just("rename"), PATHS, PATHS),
    st.tuples(st.just("link"), PATHS, PATHS),
    st.tuples(st.just("restore"), PATHS, st.just("")),
)
ARGUMENTS = st.sampled_from(
    [
        (),
        ("--format", "json"),
        ("--checksum",),
        ("--format", "json:report.json", "--format", "github"),
        ("--contract", "layered"),
        ("shop/db.py",),
        ("--config", "below/archguard.yaml"),
    ]
)


def ask(project: Project, arguments: tuple[str, ...]) -> tuple[object, ...]:
    """All that the command line does, without how long it took."""
    report = project.root / "report.json"
    report.unlink(missing_ok=True)
    done = project.ask("check", *arguments)
    written = report.read_text() if report.exists() else ""
    return done.returncode, timeless(done.stdout), done.stderr, timeless(written)


def timeless(report: str) -> str:
    return re.sub(r'in \d+\.\d+ s\.|"seconds": [\d.]+', "", report)


def edit(project: Project, verb: str, path: str, argument: str, saved: dict[str, bytes]) -> None:
    """One edit; one that cannot be made is none."""
    file = project.root / path
    with contextlib.suppress(OSError):
        if file.is_file():
            saved[path] = file.read_bytes()
        match verb:
            case "write":
                project.write(path, argument)
            case "remove":
                file.unlink()
            case "touch":
                when = time.mktime((int(argument), 1, 1, 0, 0, 0, 0, 0, 0))
                os.utime(file, (when, when))
            case "rename":
                (project.root / argument).parent.mkdir(parents=True, exist_ok=True)
                file.rename(project.root / argument)
            case "link":
                file.unlink(missing_ok=True)
                file.symlink_to(project.root / argument)
            case "restore":
                times = file.stat().st_atime_ns, file.stat().st_mtime_ns
                project.write(path, saved[path][::-1] if len(saved[path]) % 2 else saved[path])
                os.utime(file, ns=times)


def asked_of_the_snapshot_only(answered: tuple[object, ...]) -> contextlib.AbstractContextManager[object]:
    """Nothing is looked at again, if there was a report, and git was not needed for it.

    A report on a configuration that cannot be read has no contracts, and is not kept.
    """
    report = f"{answered[1]}{answered[3]}"
    is_kept = report and "which is fixed" not in report and '"contracts": []' not in report
    return mock.patch("archguard.cli.main", side_effect=AssertionError) if is_kept else contextlib.nullcontext()


@pytest.fixture
def projects(tmp_path: Path) -> Iterator[Project]:
    def fresh() -> Iterator[Project]:
        for number in count():
            project = Project(tmp_path / str(number))
            project.write_all({"shop/__init__.py": "", "shop/api.py": "", "shop/db.py": CODE[1], ".git/HEAD": ""})
            project.configure(LAYERS)
            project.write(
                "below/archguard.yaml", LAYERS.replace("contracts", "project: {source_roots: ['..']}\ncontracts")
            )
            yield project

    return fresh()


@settings(max_examples=25)
@given(steps=st.lists(st.tuples(EDITS, ARGUMENTS), max_size=7), patience=st.sampled_from([0, 1]))
def test_a_snapshot_answers_what_a_run_from_nothing_answers(
    steps: list[tuple[tuple[str, str, str], tuple[str, ...]]],
    patience: int,
    projects: Iterator[Project],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = next(projects)
    saved: dict[str, bytes] = {}
    with monkeypatch.context() as patch:
        patch.setattr(fingerprint, "_TICK", (1 - patience) * 2_000_000_000)
        for (verb, path, argument), arguments in [(("", "shop", ""), ()), *steps]:
            edit(project, verb, path, argument, saved)
            time.sleep(0.012 * patience)  # until the clock of the file system has ticked

            answered = ask(project, arguments)

            assert answered == ask(project, (*arguments, "--no-cache"))
            with asked_of_the_snapshot_only(answered):
                assert answered == ask(project, arguments)
