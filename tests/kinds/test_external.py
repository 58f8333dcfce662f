"""`external`: what its reference page does not show."""

import pytest
from project import Project, broken

IMPORTS = "import os.path\nimport yaml\nfrom google.cloud import storage\nimport shop.b\nimport nobody_knows\n"


def found(project: Project, text: str) -> list[str]:
    project.write_all({"shop/a.py": IMPORTS, "shop/b.py": ""})
    project.configure(f"contracts: [{{id: x, kind: external, modules: shop, {text}}}]\n")
    return [imported for _, imported, _ in broken(project.check())]


@pytest.mark.parametrize(
    ("text", "imported"),
    [
        ("deny: yaml", ["yaml"]),
        ("deny: PyYAML", ["yaml"]),
        ("deny: google", ["google"]),
        ("deny: google.cloud", ["google.cloud"]),
        ("deny: google.cloud.storage", ["google.cloud.storage"]),
        ("deny: google.cloud.pubsub", []),
        ("deny: google.*.storage", ["google.cloud.storage"]),
        ("deny: stdlib", ["os"]),
        ("deny: os.path", ["os.path"]),
        ("allow: [stdlib, yaml, google]", ["nobody_knows"]),
        ("allow: [stdlib, yaml, google.cloud.storage]", ["nobody_knows"]),
        ("allow: [os, yaml, nobody_knows]", ["google"]),
    ],
)
def test_a_package_is_told_by_its_names(project: Project, text: str, imported: list[str]) -> None:
    assert found(project, text) == imported


@pytest.mark.parametrize(
    ("statement", "violations"),
    [
        ("from google.cloud.storage.blob import Blob", 1),
        ("import google.cloud.storage.a.b", 1),
        ("from google.cloud import storage", 1),
        ("from google.cloud.firestore.a import b", 0),
        ("import google.cloud", 0),
    ],
)
def test_what_is_deep_in_a_denied_module_is_denied(project: Project, statement: str, violations: int) -> None:
    project.write_all({"shop/a.py": statement})
    project.configure("contracts: [{id: x, kind: external, modules: shop, deny: google.cloud.storage}]\n")

    assert broken(project.check()) == [("shop.a", "google.cloud.storage", 1)] * violations


def test_a_package_that_is_allowed_in_part_is_denied_in_the_rest(project: Project) -> None:
    project.write_all({"shop/a.py": "import google.cloud.storage\nimport google.auth\n"})
    project.configure("contracts: [{id: x, kind: external, modules: shop, allow: google.cloud.storage}]\n")

    assert broken(project.check()) == [("shop.a", "google.auth", 2)]


@pytest.mark.parametrize("text", ["allow: [yaml], deny: [os]", "reason: none"])
def test_just_one_list_is_needed(project: Project, text: str) -> None:
    found(project, text)

    assert [problem.message for problem in project.check().problems] == ["needs one of `allow` and `deny`"]


def test_a_module_of_the_project_is_none_from_outside_though_it_is_called_like_one(project: Project) -> None:
    project.write_all({"yaml.py": "", "shop/a.py": "import yaml\n"})
    project.configure("contracts: [{id: x, kind: external, modules: shop, deny: [requests], reason: r}]\n")

    assert project.check().passed


def test_a_slip_of_the_pen_is_told_from_a_package_that_nobody_imports_yet(project: Project) -> None:
    project.write_all({"shop/a.py": "", "shop/repositories.py": ""})
    project.configure("""\
        components: {repositories: shop.repositories}
        contracts:
          - {id: slip, kind: forbidden, modules: shop.a, must_not_import: repositorys}
          - {id: later, kind: forbidden, modules: shop.a, must_not_import: sqlalchemy}
    """)

    assert [outcome.status for outcome in project.check().outcomes] == ["error", "kept"]
