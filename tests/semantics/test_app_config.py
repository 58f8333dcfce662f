"""`app.config["TOPIC"]` is what any module of the service sets it to, however it does so."""

import ast
from pathlib import Path

import pytest

from archguard.codebase import Source
from archguard.codebase.facts import Call
from archguard.semantics import ExternalModels, FileIndex, SemanticModel
from archguard.semantics.app_config import by_service, configures

READS = 'import flask\napp = flask.Flask(__name__)\ndef f():\n    send(app.config["TOPIC"])'


def topic(folder: Path, files: dict[str, str], reads: str = "reads", unreadable: str = "") -> str:
    """The string that the argument of `send` in the module `reads` evaluates to; `?` for what is not known."""
    sources = {unreadable: Source(unreadable, str(folder / f"{unreadable}.py"), "")} if unreadable else {}
    for module, text in {reads: READS, **files}.items():
        path = folder / f"{module.replace('::', '_')}.py"
        path.write_text(text)
        sources[module] = Source(module, str(path), path.name)
    configuring = by_service(module for module, source in sources.items() if configures(source))
    names = SemanticModel(FileIndex(sources), ExternalModels(), configuring=lambda: configuring)
    call = next(
        call
        for call in Call.within(names.scope(reads), names.files.source(reads))
        if isinstance(call.node.func, ast.Name) and call.node.func.id == "send"
    )
    return names.string_value(call.node.args[0], call.at).filled("?")


@pytest.mark.parametrize(
    "settings",
    [
        'from reads import app\napp.config["TOPIC"] = "paid"',
        'from reads import app\napp.config.update(TOPIC="paid")',
        'from reads import app\napp.config.update({"OTHER": "x", "TOPIC": "paid"})',
        'from reads import app\napp.config.from_mapping({"TOPIC": "paid"}, OTHER="x")',
        'from reads import app\nclass Config:\n    TOPIC = "paid"\napp.config.from_object(Config)',
        'from reads import app\nclass Config:\n    TOPIC = "paid"\napp.config.from_object("settings.Config")',
        'from reads import app\nTOPIC = "paid"\napp.config.from_object("settings")',
        'from reads import app\nTOPIC = "paid"\napp.config.from_object(__name__ + "")\napp.config["TOPIC"] = "paid"',
    ],
)
def test_every_way_to_set_an_entry_is_followed(tmp_path: Path, settings: str) -> None:
    assert topic(tmp_path, {"settings": settings}) == "paid"


@pytest.mark.parametrize(
    "settings",
    [
        'from reads import app\napp.config["OTHER"] = "paid"',
        'from reads import app\napp.config.setdefault("TOPIC", "paid")',
        'from reads import app\napp.extensions.update(TOPIC="paid")',
        'from reads import app\nclass Config:\n    TOPIC = "paid"\napp.config.from_mapping(Config)',
    ],
)
def test_other_entries_and_other_calls_set_nothing(tmp_path: Path, settings: str) -> None:
    assert topic(tmp_path, {"settings": settings}) == "?"


def test_a_file_that_cannot_be_read_configures_nothing(tmp_path: Path) -> None:
    (tmp_path / "locked.py").mkdir()

    assert (
        topic(tmp_path, {"sets": 'from reads import app\napp.config["TOPIC"] = "paid"'}, unreadable="locked") == "paid"
    )


def test_services_have_configurations_of_their_own(tmp_path: Path) -> None:
    sets = 'from reads import app\napp.config["TOPIC"] = "{}"'

    found = topic(tmp_path, {"a::sets": sets.format("paid"), "b::sets": sets.format("sent")}, "a::reads")

    assert found == "paid"


@pytest.mark.parametrize(("owner", "expected"), [("make()", "paid"), ("Shop()", "?"), ("Shop", "?"), ("settings", "?")])
def test_the_configuration_of_a_class_of_the_project_is_none_of_an_application(
    tmp_path: Path, owner: str, expected: str
) -> None:
    reads = f"import settings\nclass Shop: ...\napp = {owner}\ndef f():\n    send(app.config['TOPIC'])"
    sets = 'from reads import app\napp.config["TOPIC"] = "paid"'

    assert topic(tmp_path, {"reads": reads, "sets": sets, "settings": ""}) == expected
