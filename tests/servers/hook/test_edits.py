"""What files would hold after an edit, as the host would make it."""

import os
from pathlib import Path

import pytest

from archguard.servers.hook.edits import MOST_BYTES, replaced, text_of
from archguard.servers.hook.event import BEFORE, Event
from archguard.servers.hook.patch import PatchError, patched
from archguard.servers.hook.tools import drafts

ORDERS = "import db\n\n\ndef show():\n    return db.rows\n\n\ndef hide():\n    return []\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "orders.py"
    path.write_text(ORDERS, encoding="utf-8")
    return path


def called(tool: str, tool_input: object, folder: Path) -> dict[str, str | None]:
    """The drafts of a call, by paths relative to `folder`."""
    found = drafts(Event({"cwd": str(folder), "tool_name": tool, "tool_input": tool_input}, "PreToolUse", BEFORE))
    return {os.path.relpath(path, folder): text for path, text in found.items()}


class TestReplacing:
    def test_the_only_place_of_the_old_text_gets_the_new_one(self) -> None:
        assert replaced("a b c", "b", "x") == "a x c"

    def test_a_text_that_is_not_there_is_replaced_nowhere(self) -> None:
        assert replaced("a b c", "d", "x") is None

    def test_a_text_that_is_there_twice_is_replaced_only_if_all_places_are_meant(self) -> None:
        assert replaced("a b a", "a", "x") is None
        assert replaced("a b a", "a", "x", everywhere=True) == "x b x"

    def test_no_old_text_makes_a_new_file_but_replaces_nothing_in_one_with_a_content(self) -> None:
        assert replaced(None, "", "new") == "new"
        assert replaced("", "", "new") == "new"
        assert replaced("old", "", "new") is None

    def test_the_ends_of_lines_do_not_matter(self) -> None:
        assert replaced("a\nb\nc\n", "a\r\nb", "x\r\ny") == "x\ny\nc\n"


class TestReading:
    def test_a_file_has_plain_ends_of_lines(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_bytes(b"a\r\nb\r\n")
        assert text_of(str(tmp_path / "a.py")) == "a\nb\n"

    def test_what_is_no_text_or_not_there_is_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_bytes(b"\xff")
        assert text_of(str(tmp_path / "a.py")) is None
        assert text_of(str(tmp_path / "b.py")) is None
        assert text_of(str(tmp_path)) is None

    def test_a_file_is_read_up_to_a_limit(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_bytes(b"#" * MOST_BYTES)
        assert text_of(str(tmp_path / "a.py")) == "#" * MOST_BYTES
        (tmp_path / "a.py").write_bytes(b"#" * (MOST_BYTES + 1))
        assert text_of(str(tmp_path / "a.py")) is None


class TestTools:
    def test_a_relative_path_starts_from_the_folder_of_the_session(self, tmp_path: Path) -> None:
        assert called("write_file", {"file_path": "a/b.py", "content": "x"}, tmp_path) == {"a/b.py": "x"}

    def test_a_tool_that_is_not_known_edits_nothing(self, tmp_path: Path) -> None:
        assert called("Read", {"file_path": "a.py", "content": "x"}, tmp_path) == {}

    @pytest.mark.parametrize(
        "tool_input", [None, [], "text", "{", 3, {}, {"file_path": None, "content": "x"}, {"command": [1]}]
    )
    def test_a_call_without_the_fields_of_its_tool_edits_nothing(self, tool_input: object, tmp_path: Path) -> None:
        assert called("Write", tool_input, tmp_path) == {}

    def test_a_file_in_another_encoding_is_left_to_the_host(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_bytes(b"\xff")
        assert called("Edit", {"file_path": "a.py", "old_string": "", "new_string": "x"}, tmp_path) == {}

    def test_later_replacements_of_a_list_see_the_earlier_ones(self, file: Path) -> None:
        first = {"old_string": "import db", "new_string": "import cache"}
        second = {"old_string": "import cache", "new_string": "import store"}
        made = called("MultiEdit", {"file_path": str(file), "edits": [first, second]}, file.parent)
        assert made == {"orders.py": ORDERS.replace("import db", "import store")}

    def test_a_removal_leaves_no_text(self, file: Path) -> None:
        assert called("Delete", {"file_path": str(file)}, file.parent) == {"orders.py": None}

    def test_a_tool_with_several_commands_is_the_one_that_is_named(self, file: Path) -> None:
        replacement = {"command": "str_replace", "path": "orders.py", "old_str": "import db", "new_str": "import x"}
        assert called("str_replace_editor", replacement, file.parent) == {"orders.py": ORDERS.replace("db", "x", 1)}
        assert called("str_replace_editor", {**replacement, "command": "view"}, file.parent) == {}

    def test_a_shell_command_edits_nothing_unless_it_is_given_a_patch(self, file: Path) -> None:
        patch = "*** Begin Patch\n*** Delete File: orders.py\n*** End Patch"
        assert called("Bash", {"command": f"cat <<EOF\n{patch}\nEOF"}, file.parent) == {}
        assert called("Bash", {"command": f"apply_patch <<EOF\n{patch}\nEOF"}, file.parent) == {"orders.py": None}

    def test_a_shell_command_may_enter_a_folder_before_it_applies_a_patch(self, tmp_path: Path) -> None:
        patch = "*** Begin Patch\n*** Add File: orders.py\n+x\n*** End Patch"
        for folder in ("shop", "'shop'", str(tmp_path / "shop")):
            command = f"cd {folder} && apply_patch <<'EOF'\n{patch}\nEOF"
            assert called("Bash", {"command": command}, tmp_path) == {"shop/orders.py": "x\n"}


class TestPatches:
    def patch(self, body: str, folder: Path) -> dict[str, str | None]:
        text = f"*** Begin Patch\n{body}\n*** End Patch\n"
        return {
            os.path.relpath(path, folder): made for path, made in patched(text, lambda path: str(folder / path)).items()
        }

    def test_files_are_added_and_removed(self, file: Path) -> None:
        body = "*** Add File: new.py\n+import db\n+\n*** Delete File: orders.py"
        assert self.patch(body, file.parent) == {"new.py": "import db\n\n", "orders.py": None}

    def test_chunks_replace_lines_in_their_order(self, file: Path) -> None:
        body = (
            "*** Update File: orders.py\n@@\n-import db\n+import cache\n@@ def hide():\n-    return []\n+    return ()"
        )
        made = ORDERS.replace("import db", "import cache").replace("[]", "()")
        assert self.patch(body, file.parent) == {"orders.py": made}

    def test_a_chunk_without_a_mark_is_the_first_one(self, file: Path) -> None:
        body = "*** Update File: orders.py\n import db\n+import cache"
        assert self.patch(body, file.parent) == {"orders.py": ORDERS.replace("db\n", "db\nimport cache\n", 1)}

    def test_the_named_line_says_which_of_two_places_is_meant(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_text("def a():\n    x\n\ndef b():\n    x\n", encoding="utf-8")
        body = "*** Update File: a.py\n@@ def b():\n-    x\n+    y"
        assert self.patch(body, tmp_path) == {"a.py": "def a():\n    x\n\ndef b():\n    y\n"}

    def test_two_named_lines_lead_to_a_method(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_text("class A:\n  def f():\n    x\nclass B:\n  def f():\n    x\n", encoding="utf-8")
        body = "*** Update File: a.py\n@@ class B:\n@@   def f():\n-    x\n+    y"
        assert self.patch(body, tmp_path) == {"a.py": "class A:\n  def f():\n    x\nclass B:\n  def f():\n    y\n"}

    @pytest.mark.parametrize("line", ["    return db.rows  ", "return db.rows", "\u00a0   return db.rows"])
    def test_spaces_need_not_be_the_same(self, line: str, file: Path) -> None:
        body = f"*** Update File: orders.py\n@@\n-{line}\n+    return 1"
        assert self.patch(body, file.parent) == {"orders.py": ORDERS.replace("return db.rows", "return 1")}

    def test_typographic_characters_need_not_be_the_same(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_text("# a \u2013 b\n", encoding="utf-8")
        assert self.patch("*** Update File: a.py\n@@\n-# a - b\n+# c", tmp_path) == {"a.py": "# c\n"}

    def test_lines_at_the_end_are_found_there(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_text("x\ny\nx\n", encoding="utf-8")
        body = "*** Update File: a.py\n@@\n-x\n+z\n*** End of File"
        assert self.patch(body, tmp_path) == {"a.py": "x\ny\nz\n"}

    def test_lines_without_a_place_are_added_at_the_end(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_text("x\n", encoding="utf-8")
        assert self.patch("*** Update File: a.py\n@@\n+y", tmp_path) == {"a.py": "x\ny\n"}

    def test_a_file_is_moved(self, file: Path) -> None:
        body = "*** Update File: orders.py\n*** Move to: shop/orders.py\n@@\n-import db\n+import cache"
        made = ORDERS.replace("import db", "import cache")
        assert self.patch(body, file.parent) == {"orders.py": None, "shop/orders.py": made}

    @pytest.mark.parametrize(
        "body",
        [
            "*** Update File: orders.py\n@@\n-not there\n+x",
            "*** Update File: orders.py\n@@ not there\n-import db\n+x",
            "*** Update File: orders.py\n@@\n-import db\n+x\n@@\n-not there\n+x",
            "*** Update File: orders.py\n@@\n    return []\n@@\n-import db\n+x",
            "*** Update File: gone.py\n@@\n-x\n+y",
            "*** Update File: orders.py",
            "*** Rename File: orders.py",
            "*** Update File: orders.py\n@@\nneither added nor removed",
        ],
    )
    def test_a_patch_that_does_not_fit_is_refused_as_a_whole(self, body: str, file: Path) -> None:
        with pytest.raises(PatchError):
            self.patch(body, file.parent)

    @pytest.mark.parametrize("text", ["", "*** Begin Patch", "*** Delete File: a.py\n*** End Patch"])
    def test_a_patch_without_beginning_or_end_is_refused(self, text: str) -> None:
        with pytest.raises(PatchError):
            patched(text, str)
