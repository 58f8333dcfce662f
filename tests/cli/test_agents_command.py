"""`archguard agents` writes what hosts need, all of it or nothing, and takes it out again."""

import json
import os
import stat
import subprocess

import pytest
from project import Project

from archguard.onboarding.agents import Change, load_hosts, write_changes

HOSTS = load_hosts()
LINKS = pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege there")


@pytest.fixture
def shop(project: Project) -> Project:
    """A project with a contract."""
    project.write_all({"shop/__init__.py": "", "shop/db.py": "", "shop/web.py": ""})
    project.configure("contracts: [{id: apart, kind: forbidden, modules: shop.web, must_not_import: shop.db}]\n")
    return project


def files(project: Project) -> dict[str, bytes]:
    """All files and empty folders of the project."""
    found = [path for path in project.root.rglob("*") if path.is_file() or not any(path.iterdir())]
    return {path.relative_to(project.root).as_posix(): path.read_bytes() if path.is_file() else b"" for path in found}


@pytest.mark.parametrize("host", HOSTS)
def test_install_writes_hooks_server_instructions_and_skill_and_remove_leaves_nothing(shop: Project, host: str) -> None:
    before = files(shop)

    done = shop.call("agents", "install", host)

    written = files(shop).keys() - before.keys()
    assert written == {*HOSTS[host].settings, HOSTS[host].instructions, f"{HOSTS[host].skills}/archguard/SKILL.md"}
    assert done.stderr.splitlines()[: len(written)] == [f"written: {path}" for path in sorted(written)]
    assert f"next: {HOSTS[host].next_step}" in done.stderr
    assert (done.returncode, done.stdout) == (0, "")
    assert shop.call("agents", "install", host).stderr == "nothing to change\n"
    assert shop.call("agents", "remove", host).returncode == 0
    assert files(shop) == before


def test_install_adds_to_what_is_there_and_leaves_it_as_it_is(shop: Project) -> None:
    own = """\
{
    // of the team
    "permissions": {"allow": ["Bash(pytest)"], "deny": []},
    "hooks": {
        "PreToolUse": [
            {"matcher": "Bash", "hooks": [{"type": "command", "command": "guard"}]}, // ours
        ],
    },
}
"""
    shop.write(".claude/settings.json", own)
    shop.write("CLAUDE.md", "# Shop\n")

    shop.call("agents", "install", "claude")

    merged = (shop.root / ".claude/settings.json").read_text()
    assert '"permissions": {"allow": ["Bash(pytest)"], "deny": ["Edit(/archguard.yaml)", ' in merged
    assert "    // of the team\n" in merged
    assert '"command": "guard"}]}, // ours\n            {\n                "matcher": "Edit|' in merged
    assert (shop.root / "CLAUDE.md").read_text().startswith("# Shop\n\n<!-- archguard agents: begin -->\n")

    shop.call("agents", "remove", "claude")

    assert (shop.root / ".claude/settings.json").read_text() == own
    assert (shop.root / "CLAUDE.md").read_text() == "# Shop\n"


def test_what_the_user_adds_later_stays(shop: Project) -> None:
    shop.call("agents", "install", "claude", "codex")
    settings = shop.root / ".claude/settings.json"
    data = json.loads(settings.read_text())
    data["model"] = "opus"
    data["hooks"]["Stop"].append({"hooks": [{"type": "command", "command": "bell"}]})
    settings.write_text(json.dumps(data, indent=4))
    with (shop.root / ".codex/config.toml").open("a") as file:
        file.write('\n[tui]\ntheme = "dark"\n')

    shop.call("agents", "remove", "claude", "codex")

    assert json.loads(settings.read_text()) == {
        "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "bell"}]}]},
        "model": "opus",
    }
    assert (shop.root / ".codex/config.toml").read_text() == '\n[tui]\ntheme = "dark"\n'


def test_a_list_that_the_host_demands_and_the_user_has_filled_stays(shop: Project) -> None:
    shop.call("agents", "install", "cursor")
    permissions = shop.root / ".cursor/cli.json"
    permissions.write_text(permissions.read_text().replace('"allow": []', '"allow": ["Shell(ls)"]'))

    shop.call("agents", "remove", "cursor")

    assert json.loads(permissions.read_text()) == {"permissions": {"allow": ["Shell(ls)"]}}


def test_lists_stay_empty_in_settings_that_another_program_has_written_in_one_line(shop: Project) -> None:
    shop.call("agents", "install", "cursor")
    hooks = shop.root / ".cursor/hooks.json"
    hooks.write_text(json.dumps(json.loads(hooks.read_text())))

    shop.call("agents", "remove", "cursor")

    assert json.loads(hooks.read_text()) == {"hooks": {"sessionStart": [], "preToolUse": [], "stop": []}, "version": 1}


def test_an_entry_that_the_user_has_adapted_is_neither_overwritten_nor_written_twice_and_goes_with_the_others(
    shop: Project,
) -> None:
    shop.call("agents", "install", "claude")
    for name in (".claude/settings.json", ".mcp.json"):
        file = shop.root / name
        file.write_text(
            file.read_text()
            .replace('"command": "archguard hook claude"', '"command": "uv run archguard hook claude"')
            .replace('"command": "archguard",', '"command": "uv", "env": {},')
        )
    adapted = files(shop)

    assert shop.call("agents", "install", "claude").stderr == "nothing to change\n"
    assert files(shop) == adapted
    shop.call("agents", "remove", "claude")
    assert not (shop.root / ".claude").exists()
    assert not (shop.root / ".mcp.json").exists()


def test_a_hook_that_stands_in_one_group_with_another_of_the_user_stays(shop: Project) -> None:
    group = '{"hooks": {"Stop": [{"hooks": [{"command": "archguard hook claude"}, {"command": "bell"}]}]}}'
    shop.write(".claude/settings.json", group)

    shop.call("agents", "install", "claude")
    shop.call("agents", "remove", "claude")

    assert (shop.root / ".claude/settings.json").read_text() == group


def test_instructions_and_skill_stay_until_the_last_host_that_reads_them_is_removed(shop: Project) -> None:
    before = files(shop)
    shop.call("agents", "install", "codex", "cursor", "gemini")

    shop.call("agents", "remove", "codex")
    assert "AGENTS.md" in files(shop)
    shop.call("agents", "remove", "cursor")
    assert "AGENTS.md" not in files(shop)
    assert ".agents/skills/archguard/SKILL.md" in files(shop)
    shop.call("agents", "remove", "gemini")

    assert files(shop) == before


def test_a_host_of_which_some_entries_are_left_is_still_installed(shop: Project) -> None:
    shop.call("agents", "install", "codex", "cursor")
    (shop.root / ".cursor/mcp.json").unlink()

    shop.call("agents", "remove", "codex")

    assert "AGENTS.md" in files(shop)
    assert "cursor   installed" in shop.call("agents", "list").stdout


def test_a_skill_that_was_changed_is_left_and_told(shop: Project) -> None:
    shop.call("agents", "install", "claude")
    skill = shop.write(".claude/skills/archguard/SKILL.md", "mine")

    told = "`.claude/skills/archguard/SKILL.md` is not what this version installs, and is left as it is"
    assert told in shop.call("agents", "install", "claude").stderr
    assert told in shop.call("agents", "remove", "claude").stderr
    assert skill.read_text() == "mine"


def test_a_skill_with_the_line_ends_of_windows_is_the_same_skill(shop: Project) -> None:
    shop.call("agents", "install", "claude")
    skill = shop.root / ".claude/skills/archguard/SKILL.md"
    skill.write_bytes(skill.read_bytes().replace(b"\n", b"\r\n"))

    assert shop.call("agents", "install", "claude").stderr == "nothing to change\n"
    shop.call("agents", "remove", "claude")
    assert not skill.exists()


def test_a_dry_run_prints_a_diff_that_git_applies_and_writes_nothing(shop: Project) -> None:
    shop.write("CLAUDE.md", "# Shop")
    before = files(shop)

    done = shop.call("agents", "install", "claude", "--dry-run")

    assert files(shop) == before
    assert done.stdout.startswith("--- /dev/null\n+++ b/.claude/settings.json\n")
    assert "\\ No newline at end of file" in done.stdout
    subprocess.run(["git", "apply"], cwd=shop.root, input=done.stdout, text=True, check=True)
    applied = files(shop)
    assert shop.call("agents", "install", "claude").stderr == "nothing to change\n"
    assert files(shop) == applied


def test_a_dry_run_of_remove_prints_what_would_go(shop: Project) -> None:
    shop.call("agents", "install", "gemini")
    before = files(shop)

    done = shop.call("agents", "remove", "gemini", "--dry-run")

    assert files(shop) == before
    assert "--- a/GEMINI.md\n+++ /dev/null\n" in done.stdout
    subprocess.run(["git", "apply"], cwd=shop.root, input=done.stdout, text=True, check=True)
    assert "GEMINI.md" not in files(shop)


@pytest.mark.parametrize(
    ("path", "text", "error"),
    [
        (".mcp.json", '{\n  "mcpServers": }\n', ".mcp.json:2:17: error: expecting value"),
        (".mcp.json", "[]", ".mcp.json:1:1: error: an object is expected"),
        (".mcp.json", '{"mcpServers": []}', ".mcp.json:1:16: error: `mcpServers` must be an object"),
        (".mcp.json", b"\xff", ".mcp.json:1:1: error: is not UTF-8"),
        (".claude/settings.json", "", ".claude/settings.json:1:1: error: expecting value"),
        (
            ".claude/settings.json",
            '{"hooks": {"Stop": {}}}',
            ".claude/settings.json:1:20: error: `Stop` must be a list",
        ),
        (".codex/config.toml", "a = 1\nb = = 2\n", ".codex/config.toml:2:5: error: Invalid value"),
        (
            ".codex/config.toml",
            "mcp_servers = {}\n",
            ".codex/config.toml:1:1: error: `[mcp_servers.archguard]` cannot be added: `mcp_servers` is no table",
        ),
        ("AGENTS.md", "<!-- archguard agents: begin -->\n", "AGENTS.md:1:1: error: `<!-- archguard agents: begin -->`"),
        (
            ".cursor/hooks.json",
            "{}",
            ".cursor/hooks.json:1:1: error: `version` is missing, without which the host rejects the file",
        ),
    ],
)
def test_a_file_that_cannot_be_parsed_is_an_error_with_its_place_and_nothing_is_written(
    shop: Project, path: str, text: str | bytes, error: str
) -> None:
    shop.write(path, text)
    before = files(shop)

    done = shop.call("agents", "install", *HOSTS)

    assert done.returncode == 2
    assert error in done.stderr
    assert files(shop) == before


@LINKS
def test_a_link_that_leads_out_of_the_project_is_not_followed(
    shop: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (shop.root / ".claude").symlink_to(outside)
    before = files(shop)

    done = shop.call("agents", "install", "claude")

    assert done.returncode == 2
    assert ".claude/settings.json:1:1: error: leads out of the project" in done.stderr
    assert files(shop) == before
    assert not [*outside.iterdir()]


@LINKS
def test_a_link_within_the_project_is_written_through(shop: Project) -> None:
    shop.write("AGENTS.md", "# Shop\n")
    (shop.root / "CLAUDE.md").symlink_to("AGENTS.md")

    shop.call("agents", "install", "claude", "codex")

    assert (shop.root / "CLAUDE.md").is_symlink()
    assert (shop.root / "AGENTS.md").read_text().count("archguard agents: begin") == 1
    shop.call("agents", "remove", "codex")
    assert "archguard agents: begin" in (shop.root / "AGENTS.md").read_text()
    shop.call("agents", "remove", "claude")
    assert (shop.root / "AGENTS.md").read_text() == "# Shop\n"


@pytest.mark.skipif(os.name == "nt", reason="there are no such modes")
def test_a_file_keeps_its_mode_and_a_new_one_has_that_of_any_new_file(shop: Project) -> None:
    shop.write(".mcp.json", "{}").chmod(0o600)
    usual = stat.S_IMODE((shop.root / "archguard.yaml").stat().st_mode)

    shop.call("agents", "install", "claude")

    assert stat.S_IMODE((shop.root / ".mcp.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((shop.root / ".claude/settings.json").stat().st_mode) == usual


def test_if_a_file_cannot_be_written_those_before_it_are_as_they_were(shop: Project) -> None:
    first = shop.write("a.txt", "before")
    (shop.root / "b").mkdir()
    before = files(shop)
    changes = (
        Change("a.txt", first, "before", "after"),
        Change("c/new.txt", shop.root / "c/new.txt", None, "new"),
        Change("b", shop.root / "b", None, "in place of a folder"),
    )

    with pytest.raises(OSError, match="b'"):
        write_changes(shop.root, changes)

    assert files(shop) == before


def test_what_is_no_file_is_an_error(shop: Project) -> None:
    (shop.root / "CLAUDE.md").mkdir()

    assert "CLAUDE.md:1:1: error: is no file" in shop.call("agents", "install", "claude").stderr


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["install"], "no host is named"),
        (["install", "claud"], "`claud` is no host"),
        (["remove"], "no host is named"),
        (["list", "claude"], "`list` takes no hosts"),
    ],
)
def test_hosts_are_named(shop: Project, arguments: list[str], error: str) -> None:
    done = shop.call("agents", *arguments)

    assert done.returncode == 2
    assert error in done.stderr


def test_list_tells_which_hosts_are_installed(shop: Project) -> None:
    shop.call("agents", "install", "gemini")

    lines = shop.call("agents", "list").stdout.splitlines()

    assert [line.split()[0] for line in lines] == [*HOSTS]
    assert [line.split()[0] for line in lines if line.split()[1] == "installed"] == ["gemini"]


def test_files_stand_beside_the_configuration_and_a_note_says_so_below_the_root_of_the_repository(
    shop: Project,
) -> None:
    shop.write("billing/archguard.yaml", (shop.root / "archguard.yaml").read_bytes())
    shop.write("billing/app/x.py")

    below = shop.call("agents", "install", "claude", below="billing/app")

    assert (shop.root / "billing/.claude/settings.json").is_file()
    assert "note: open the hosts in " in below.stderr
    assert "note: open the hosts in " not in shop.call("agents", "install", "claude").stderr


def test_without_a_configuration_there_is_nothing_to_install_for(project: Project) -> None:
    done = project.call("agents", "install", "claude")

    assert done.returncode == 2
    assert "no configuration" in done.stderr


def test_a_program_that_is_not_on_path_is_told(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert "note: there is no `archguard` on PATH" in shop.call("agents", "install", "claude").stderr
