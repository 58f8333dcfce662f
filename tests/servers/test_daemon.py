"""A resident process answers for a project, from the first client that needs it until nobody does."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from daemons import PATIENCE, Daemons
from project import Project
from repository import commit, git

from archguard.servers.protocol import MOST_BYTES, address

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a named pipe is no file")

CONTRACTS = """
    version: 1
    project: {packages: [shop]}
    contracts:
      - {id: layered, kind: layers, layers: [shop.api, shop.db], reason: Storage does not know who asks.}
      - {id: data, kind: database, allowed_in: shop.db}
"""
API = "from shop import db\n"
DB = "from sqlalchemy.orm import Session\n\nsession = Session()\n"
WRONG = "from shop import api\n"


@pytest.fixture
def shop(project: Project) -> Project:
    project.configure(CONTRACTS)
    project.write_all({"shop/__init__.py": "", "shop/api.py": API, "shop/db.py": DB})
    return project


def contracts(violations: list[dict[str, Any]]) -> list[str]:
    return [found["contract"] for found in violations]


def process_ends(process: int) -> None:
    """Wait until the child process has ended."""
    os.waitpid(process, 0)


# What it answers


def test_the_first_client_starts_it_and_the_next_ones_find_it(shop: Project, daemons: Daemons) -> None:
    assert daemons.ask(shop, "check", start=False, drafts={}) is None

    answer = daemons.check(shop, {"shop/db.py": WRONG})
    first = daemons.pid(shop)
    daemons.check(shop, {"shop/db.py": DB})

    assert contracts(answer["new"]) == ["layered"]
    assert answer["new"][0]["path"] == "shop/db.py"
    assert answer["new"][0]["reason"] == "Storage does not know who asks."
    assert (answer["fixed"], answer["unchanged"], answer["problems"]) == ([], 0, [])
    assert first == daemons.pid(shop) != os.getpid()


def test_all_kinds_of_contracts_look_at_a_draft(shop: Project, daemons: Daemons) -> None:
    query = "from shop import db\n\ndef show():\n    return db.session.execute('x')\n"

    assert contracts(daemons.check(shop, {"shop/api.py": query})["new"]) == ["data"]


def test_a_violation_that_a_draft_removes_is_fixed(shop: Project, daemons: Daemons) -> None:
    shop.write("shop/db.py", WRONG)

    answer = daemons.check(shop, {"shop/db.py": DB})

    assert contracts(answer["fixed"]) == ["layered"]
    assert answer["new"] == []


def test_new_files_removed_files_and_renamed_files_are_drafts(shop: Project, daemons: Daemons) -> None:
    shop.write_all({"shop/jobs/__init__.py": "", "shop/jobs/old.py": WRONG})
    shop.configure(CONTRACTS + "      - {id: jobs, kind: forbidden, modules: shop.jobs, must_not_import: shop.api}\n")

    added = daemons.check(shop, {"shop/jobs/new.py": WRONG})
    removed = daemons.check(shop, {"shop/jobs/old.py": None})
    renamed = daemons.check(shop, {"shop/jobs/old.py": None, "shop/jobs/new.py": WRONG})

    assert [found["importer"] for found in added["new"]] == ["shop.jobs.new"]
    assert [found["importer"] for found in removed["fixed"]] == ["shop.jobs.old"]
    assert [found["importer"] for found in renamed["new"] + renamed["fixed"]] == ["shop.jobs.new", "shop.jobs.old"]


def test_a_syntax_error_is_neither_a_pass_nor_a_violation(shop: Project, daemons: Daemons) -> None:
    answer = daemons.check(shop, {"shop/db.py": "from shop import api\ndef broken(:\n"})

    assert answer["new"] == []
    assert [(problem["code"], problem["severity"]) for problem in answer["problems"]] == [("syntax", "error")]


def test_a_file_that_is_no_module_is_told(shop: Project, daemons: Daemons) -> None:
    answer = daemons.check(shop, {"notes.txt": "x"})

    assert [problem["code"] for problem in answer["problems"]] == ["no-module"]


def test_drafts_are_compared_with_what_is_on_disk_now(shop: Project, daemons: Daemons) -> None:
    assert contracts(daemons.check(shop, {"shop/db.py": WRONG})["new"]) == ["layered"]

    shop.write("shop/db.py", WRONG)

    assert daemons.check(shop, {"shop/db.py": WRONG + "\n"}) == {"new": [], "fixed": [], "unchanged": 1, "problems": []}


def test_a_changed_configuration_counts_at_once(shop: Project, daemons: Daemons) -> None:
    assert daemons.check(shop, {"shop/api.py": "import json\n"})["new"] == []
    process = daemons.pid(shop)

    shop.configure(CONTRACTS + "      - {id: plain, kind: external, modules: shop, deny: json}\n")

    assert contracts(daemons.check(shop, {"shop/api.py": "import json\n"})["new"]) == ["plain"]
    assert daemons.pid(shop) == process


def test_a_broken_configuration_is_an_error_until_it_is_mended(shop: Project, daemons: Daemons) -> None:
    daemons.check(shop, {})
    shop.configure(CONTRACTS + "      - {id: plain, kind: extrenal, modules: shop, deny: json}\n")

    error = daemons.check(shop, {"shop/db.py": WRONG})["error"]

    assert error["code"] == "configuration"
    assert "extrenal" in error["message"]
    assert "external" in error["hint"]
    assert [(each["path"], each["line"]) for each in error["problems"]] == [("archguard.yaml", 7)]

    shop.configure(CONTRACTS)
    assert contracts(daemons.check(shop, {"shop/db.py": WRONG})["new"]) == ["layered"]


def test_a_configuration_may_be_named(shop: Project, daemons: Daemons) -> None:
    shop.configure(CONTRACTS.replace("layered", "other"), "other.yaml")

    done = shop.run("serve", "--config", "other.yaml", "--status")

    assert "nothing runs" in done.stdout


def test_a_report_is_what_is_on_disk_with_baseline_and_ignores(shop: Project, daemons: Daemons) -> None:
    shop.write("shop/db.py", WRONG)
    assert [found["status"] for found in daemons.ask(shop, "report")["violations"]] == ["new"]

    assert shop.call("baseline").returncode == 0
    report = daemons.ask(shop, "report")

    assert [found["status"] for found in report["violations"]] == ["known"]
    assert report["passed"]


def test_a_report_since_a_revision_knows_what_was_there(shop: Project, daemons: Daemons) -> None:
    shop.write("shop/db.py", WRONG)
    (shop.root / ".git").rmdir()
    git(shop, "init", "--quiet")
    commit(shop)
    shop.write("shop/more.py", "from sqlalchemy.orm import Session\n")

    report = daemons.ask(shop, "report", since="HEAD")
    error = daemons.ask(shop, "report", since="no-such-revision")["error"]

    found = [(each["contract"], each["status"]) for each in report["violations"]]
    assert found == [("data", "new"), ("layered", "known")]
    assert error["code"] == "configuration"
    assert "no-such-revision" in error["message"]


def test_a_draft_through_a_link_is_the_file_itself(
    shop: Project, daemons: Daemons, tmp_path_factory: pytest.TempPathFactory
) -> None:
    link = tmp_path_factory.mktemp("links") / "project"
    link.symlink_to(shop.root)

    answer = daemons.ask(Project(link), "check", drafts={str(link / "shop/db.py"): WRONG})

    assert contracts(answer["new"]) == ["layered"]
    assert answer["problems"] == []
    assert daemons.pid(shop) == daemons.pid(Project(link))


def test_it_is_found_from_every_folder_of_the_project(shop: Project, daemons: Daemons) -> None:
    daemons.check(shop, {})

    assert daemons.pid(Project(shop.root / "shop")) == daemons.pid(shop)


# Who may ask, and what happens to those who ask badly


def test_only_the_user_can_reach_it(shop: Project, daemons: Daemons) -> None:
    daemons.check(shop, {})
    place = Path(daemons.address(shop))

    assert daemons.sockets == [place]
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can be another user")
def test_another_user_gets_no_answer_even_where_the_files_would_let_them(shop: Project, daemons: Daemons) -> None:
    daemons.check(shop, {})
    place = daemons.address(shop)
    for path, mode in ((daemons.folder, 0o755), (Path(place).parent, 0o755), (Path(place), 0o666)):
        path.chmod(mode)

    code = (
        "import os, socket, sys; os.setgid(65534); os.setuid(65534); s = socket.socket(socket.AF_UNIX);"
        's.connect(sys.argv[1]); s.sendall(b\'{"method": "status"}\\n\'); sys.stdout.buffer.write(s.recv(100))'
    )
    other = subprocess.run([sys.executable, "-c", code, place], capture_output=True, timeout=PATIENCE, check=False)

    assert other.stdout == b""
    Path(place).parent.chmod(0o700)
    assert daemons.pid(shop)


def test_a_folder_that_others_can_enter_is_not_used(shop: Project, daemons: Daemons) -> None:
    (daemons.folder / "archguard").mkdir(0o755)

    daemons.check(shop, {})

    assert [path.parent.name for path in daemons.sockets] == ["daemons"]


def test_a_path_that_is_too_long_for_a_socket_is_not_used(
    shop: Project, daemons: Daemons, monkeypatch: pytest.MonkeyPatch
) -> None:
    for length in (10, 60, 61, 120):
        folder = daemons.folder / ("x" * length)
        folder.mkdir(mode=0o700)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))

        place = address(str(shop.root), (), make_folder=True)

        assert place
        assert len(os.fsencode(place)) <= 103


BAD = [
    (b"GET / HTTP/1.1\r\n", "not JSON"),
    (b"\xff\xfe\x00\n", "not JSON"),
    (b"[" * 100_000 + b"\n", "not JSON"),
    (b"[1]\n", "not a JSON object"),
    (b"{}\n", "`method`"),
    (b'{"method": 1}\n', "`method`"),
    (b'{"method": "destroy"}\n', "no method 'destroy'"),
    (b'{"method": "check"}\n', "`drafts`"),
    (b'{"method": "check", "drafts": {"shop/db.py": "x"}}\n', "no absolute path"),
    (b'{"method": "check", "drafts": {"/x.py": 1}}\n', "no string"),
    (b'{"method": "report", "since": 1}\n', "no string"),
]


def line(connection: socket.socket) -> Any:
    return json.loads(connection.makefile("rb").readline())


def test_a_message_that_is_none_is_an_error_and_no_more(shop: Project, daemons: Daemons) -> None:
    daemons.check(shop, {})
    for sent, message in BAD:
        with daemons.connected(shop) as connection:
            connection.sendall(sent)
            error = line(connection)["error"]
            assert error["code"] == "request"
            assert message in error["message"]

            connection.sendall(b'{"method": "status"}\n')
            assert line(connection)["pid"] == daemons.pid(shop)


def test_a_message_that_is_too_long_is_refused(shop: Project, daemons: Daemons) -> None:
    daemons.check(shop, {})
    with daemons.connected(shop) as connection:
        connection.sendall(b" " * (MOST_BYTES + 1))
        assert "32 MiB" in line(connection)["error"]["message"]
    assert daemons.pid(shop)


def test_a_long_message_is_read(shop: Project, daemons: Daemons) -> None:
    answer = daemons.check(shop, {"shop/db.py": WRONG + "# ä\n" * 500_000})

    assert contracts(answer["new"]) == ["layered"]


def test_clients_that_go_in_the_middle_hurt_nobody(shop: Project, daemons: Daemons) -> None:
    daemons.check(shop, {})
    for sent in (b"", b'{"method": "che', b'{"method": "report"}\n'):
        for _ in range(40):  # more than there may be at once
            with daemons.connected(shop) as connection:
                connection.sendall(sent)

    assert contracts(daemons.check(shop, {"shop/db.py": WRONG})["new"]) == ["layered"]


def test_clients_that_say_nothing_keep_nobody_waiting(shop: Project, daemons: Daemons) -> None:
    daemons.check(shop, {})
    with daemons.connected(shop), daemons.connected(shop) as second:
        second.sendall(b'{"method": "check"')

        assert contracts(daemons.check(shop, {"shop/db.py": WRONG})["new"]) == ["layered"]


def test_several_requests_on_one_connection_are_answered_in_order(shop: Project, daemons: Daemons) -> None:
    daemons.check(shop, {})
    with daemons.connected(shop) as connection:
        connection.sendall(b'{"method": "report"}\n{"method": "status"}\n')
        answers = connection.makefile("rb")

        assert "violations" in json.loads(answers.readline())
        assert "pid" in json.loads(answers.readline())


# How it begins and ends


def test_clients_that_start_it_at_once_get_one(shop: Project, daemons: Daemons) -> None:
    code = (
        "import sys; from archguard.servers.client import ask\n"
        f"drafts = {{sys.argv[1] + '/shop/db.py': {WRONG!r}}}\n"
        f"answer = ask(sys.argv[1], {{'method': 'check', 'drafts': drafts}}, start=True, timeout={PATIENCE})\n"
        f"print(len(answer['new']), ask(sys.argv[1], {{'method': 'status'}}, start=False, timeout={PATIENCE})['pid'])"
    )
    command = [sys.executable, "-c", code, str(shop.root)]
    clients = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]

    answers = {client.communicate(timeout=PATIENCE)[0] for client in clients}

    assert answers == {f"1 {daemons.pid(shop)}\n"}


def test_the_socket_of_one_that_was_killed_is_no_obstacle(shop: Project, daemons: Daemons) -> None:
    daemons.check(shop, {})
    killed = daemons.pid(shop)
    assert killed
    os.kill(killed, signal.SIGKILL)
    process_ends(killed)
    assert daemons.sockets

    assert daemons.ask(shop, "status", start=False) is None
    assert contracts(daemons.check(shop, {"shop/db.py": WRONG})["new"]) == ["layered"]
    assert daemons.pid(shop) not in (killed, None)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_and_leaves_no_socket(shop: Project, daemons: Daemons, number: signal.Signals) -> None:
    daemons.check(shop, {})
    process = daemons.pid(shop)
    assert process

    os.kill(process, number)
    process_ends(process)

    assert daemons.sockets == []
    assert f"ended by {number.name}" in daemons.log


def test_it_ends_when_nobody_asks(shop: Project, daemons: Daemons) -> None:
    done = shop.run("serve", "--idle", "0.1")

    assert done.returncode == 0
    assert done.stdout == f"serving {shop.root}\n"
    assert "idle for 0.1 seconds" in done.stderr
    assert daemons.sockets == []


def test_it_ends_when_it_is_told_to(shop: Project, daemons: Daemons) -> None:
    assert "nothing runs" in shop.call("serve", "--stop").stdout
    daemons.check(shop, {})
    process = daemons.pid(shop)
    assert process
    assert f"pid: {process}" in shop.call("serve", "--status").stdout

    assert "stopped" in shop.call("serve", "--stop").stdout
    process_ends(process)

    assert daemons.sockets == []
    assert "nothing runs" in shop.call("serve", "--status").stdout


def test_a_second_one_for_the_same_project_says_so(shop: Project, daemons: Daemons) -> None:
    daemons.check(shop, {})

    done = shop.run("serve")

    assert done.returncode == 2
    assert "a daemon runs for this project already" in done.stderr
    assert daemons.pid(shop)


def test_another_archguard_replaces_it(
    shop: Project, daemons: Daemons, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = Path(__file__).parents[2]
    copy = tmp_path_factory.mktemp("copy")
    for name in ("archguard", "contracts"):
        shutil.copytree(own / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "import sys; from archguard.servers.client import ask\n"
        f"ask(sys.argv[1], {{'method': 'check', 'drafts': {{}}}}, start=True, timeout={PATIENCE})['new']\n"
        f"print(ask(sys.argv[1], {{'method': 'status'}}, start=False, timeout={PATIENCE})['pid'])"
    )

    def process() -> str:
        command = [sys.executable, "-P", "-c", code, str(shop.root)]
        environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=True
        ).stdout

    first = process()
    assert process() == first

    with (copy / "archguard/errors.py").open("a", encoding="utf-8") as file:
        file.write("\n# another version\n")

    assert process() != first
    assert "archguard has been replaced" in daemons.log
    assert daemons.pid(shop) is None  # that of another installation is not asked


def test_no_file_of_the_project_is_run(shop: Project, daemons: Daemons, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("yaml", "click", "socket", "queue", "networkx"):
        shop.write(f"{name}.py", f"open({str(shop.root / 'ran')!r}, 'a').write(__name__)\n")
    monkeypatch.setenv("PYTHONPATH", str(shop.root))
    monkeypatch.chdir(shop.root)

    assert contracts(daemons.check(shop, {"shop/db.py": WRONG})["new"]) == ["layered"]
    assert not (shop.root / "ran").exists()


def test_the_folder_of_the_project_can_be_removed(shop: Project, daemons: Daemons) -> None:
    daemons.check(shop, {})
    process = daemons.pid(shop)
    assert process
    if sys.platform == "linux":
        assert not Path(f"/proc/{process}/cwd").resolve().is_relative_to(shop.root)
        open_files = [path.resolve() for path in Path(f"/proc/{process}/fd").iterdir()]
        assert not [path for path in open_files if path.is_relative_to(shop.root)]

    shutil.rmtree(shop.root / "shop")
    error = daemons.check(shop, {})["error"]

    assert "shop" in error["message"]
    assert daemons.pid(shop) == process
