"""Documents: which file a URI names, and the bytes that saving would write."""

from pathlib import Path

import pytest

from archguard.servers.lsp.documents import Document, lines_on_disk, path_of, uri_of


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///shop/web.py", "/shop/web.py"),
        ("file:///my%20shop/gr%C3%BC%C3%9Fe%23.py", "/my shop/grüße#.py"),
        ("file:///shop/../web.py", "/web.py"),
    ],
)
def test_a_uri_names_a_file(uri: str, path: str) -> None:
    assert path_of(uri) == Path(path)


@pytest.mark.parametrize("uri", ["untitled:Untitled-1", "git:/shop/web.py?HEAD", "vscode-notebook-cell:/a.ipynb#1", ""])
def test_other_uris_name_none(uri: str) -> None:
    assert path_of(uri) is None


def test_a_file_has_a_uri_that_leads_back() -> None:
    path = Path("/my shop/grüße#.py")

    assert path_of(uri_of(path)) == path


@pytest.mark.parametrize(
    ("text", "draft"),
    [
        ("x = 'é'\n", "x = 'é'\n".encode()),
        ("# coding: latin-1\nx = 'é'\n", "# coding: latin-1\nx = 'é'\n".encode("latin-1")),
        ("# coding: latin-1\nx = '\u20ac'\n", "# coding: latin-1\nx = '\u20ac'\n".encode()),
        ("# coding: unheard-of\n", b"# coding: unheard-of\n"),
        ("x = '\ud83d'\n", "x = '\ud83d'\n".encode("utf-8", "surrogatepass")),
    ],
)
def test_a_draft_has_the_bytes_that_saving_would_write(text: str, draft: bytes) -> None:
    assert Document("", Path("web.py"), 1, text).draft == draft


def test_a_document_is_saved_if_the_file_has_its_text(tmp_path: Path) -> None:
    file = tmp_path / "web.py"
    file.write_bytes(b"\xef\xbb\xbfx = 1\r\n")

    assert Document("", file, 1, "x = 1\r\n").is_saved
    assert not Document("", file, 1, "x = 1\n").is_saved
    assert not Document("", tmp_path / "new.py", 1, "").is_saved


def test_lines_of_a_file_follow_its_changes(tmp_path: Path) -> None:
    file = tmp_path / "web.py"
    assert lines_on_disk(file) == ()
    file.write_text("a\n")
    assert lines_on_disk(file) == ("a", "")
    file.write_text("a\nbc\n")
    assert lines_on_disk(file) == ("a", "bc", "")
