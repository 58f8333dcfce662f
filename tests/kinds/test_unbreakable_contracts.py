"""A contract that no code could break is refused; one that some code could break tomorrow is not."""

import pytest
from project import Project

SHOP = {
    "shop/__init__.py": "",
    "shop/api.py": "import httpx\n",
    "shop/db.py": "",
    "shop/errors/__init__.py": "",
    "shop/errors/data_error.py": "",
    "lone.py": "",
}


def check(project: Project, contract: str, more: str = "") -> tuple[bool, str]:
    """Whether it could be checked, and the problems."""
    project.write_all(SHOP)
    project.configure(f"{more}\ncontracts:\n- {{id: c, {contract}}}\n")
    run = project.call("check", "--format", "json")
    return run.returncode in (0, 1), run.stdout + run.stderr


@pytest.mark.parametrize(
    "contract",
    [
        "kind: layers, layers: [shop.api]",
        'kind: layers, layers: ["shop.api : shop.db"]',
        "kind: layers, may_import: {shop.api: shop.db, shop.db: shop.api}",
        "kind: layers, may_import: {shop.api: [shop.db, lone], shop.db: [shop.api, lone], lone: [shop.api, shop.db]}",
        "kind: independence, modules: shop.api",
        "kind: independence, children_of: lone",
        "kind: acyclic, modules: shop.api",
        "kind: acyclic, modules: [shop]",
        "kind: acyclic, children_of: lone",
        "kind: acyclic, children_of: shop, depth: -1",
        "kind: forbidden, modules: shop.api, must_not_import: shop",
        "kind: forbidden, modules: shop.api, must_not_import: []",
        "kind: forbidden, modules: [], must_not_import: shop.api",
        "kind: protected, modules: shop.db, only_imported_by: [shop, lone]",
        "kind: protected, modules: shop.errors, interface: [shop.errors]",
        "kind: protected, modules: shop.errors, interface: [/.*/]",
        "kind: protected, modules: shop.errors, interface: [.data_error, shop]",
        'kind: external, modules: shop, allow: ["*"]',
        'kind: external, modules: shop, allow: ["**", stdlib]',
        "kind: external, modules: shop, deny: [shop.db]",
        "kind: external, modules: shop, deny: [httpx, shop]",
        "kind: external, modules: shop, allow: []",
        "kind: database, allowed_in: [shop, lone]",
        "kind: database, modules: shop.api, allowed_in: shop",
        "kind: database, modules: shop, detect: []",
        "kind: database, modules: shop, channels: []",
        "kind: database, modules: shop, channels: cache, detect: sql",
        "kind: database, modules: shop, allow: [read, write, transaction, build]",
        "kind: database, modules: shop, allow: transaction, deny: commit",
        "kind: database, modules: shop, deny: commit, detect: imports",
        "kind: gateway, allowed_in: [shop, lone]",
        "kind: gateway, modules: shop, detect: []",
        "kind: gateway, modules: shop, channels: []",
        "kind: gateway, hosts: []",
        'kind: gateway, hosts: ["*"]',
        'kind: gateway, hosts: [a.example, "*"]',
        "kind: gateway, require: []",
        "kind: gateway, routes_in: [shop, lone]",
        "kind: gateway, modules: shop, routes_in: []",
        "kind: metrics, modules: shop.*, max: {}",
        "kind: metrics, modules: shop.*, max: {distance: 1}",
        "kind: structure, rules: []",
        "kind: structure, rules: [{must_not: {call: []}}]",
        "kind: structure, rules: [{calls: [], must: {reside_in: shop}}]",
        'kind: structure, rules: [{functions: "get_*", must: {named: "*"}}]',
        "kind: structure, rules: [{functions: {}, must: {be: function}}]",
        "kind: structure, rules: [{modules: shop.errors, must: {reside_in: shop.errors}}]",
        'kind: structure, rules: [{modules: "shop.errors.**", must: {reside_in: shop.errors}}]',
        "kind: structure, rules: [{modules: shop.errors, must_not: {reside_in: shop.db}}]",
        "kind: structure, rules: [{must: {reside_in: [shop, lone]}}]",
    ],
)
def test_what_no_code_could_break_is_an_error(project: Project, contract: str) -> None:
    could_be_checked, told = check(project, contract)

    assert not could_be_checked, told


@pytest.mark.parametrize(
    "contract",
    [
        "kind: layers, layers: [shop.api, shop.db]",
        'kind: layers, layers: ["shop.api | shop.db"]',
        "kind: layers, layers: [shop.api], exhaustive: true",
        "kind: layers, may_import: {shop.api: shop.db, shop.db: []}",
        "kind: independence, modules: shop.*",
        'kind: independence, modules: "shop.<part>_db", id: c',
        "kind: independence, children_of: shop.errors",
        "kind: acyclic, children_of: shop.errors",
        'kind: acyclic, modules: "shop.errors.*"',
        "kind: forbidden, modules: shop.api, must_not_import: not_installed_anywhere",
        "kind: protected, modules: not_installed_anywhere, only_imported_by: shop.db",
        "kind: protected, modules: shop.db, only_imported_by: shop.api",
        "kind: protected, modules: shop.errors, interface: [.data_error]",
        "kind: protected, modules: shop.errors, interface: [/.*_error/]",
        "kind: protected, modules: shop.errors, interface: ['/shop([.][^_.][^.]*)*/']",
        'kind: external, modules: shop, allow: [stdlib, "a*"]',
        "kind: external, modules: shop, deny: httpx",
        'kind: external, modules: shop, deny: ["*"]',
        "kind: database, modules: shop, allow: [read, write, transaction]",
        "kind: database, modules: shop, allow: read, deny: write",
        "kind: database, modules: shop, channels: cache, detect: sql, check_parameters: true",
        "kind: gateway, allowed_in: [shop, lone], hosts: a.example",
        "kind: gateway, allowed_in: [shop, lone], require: timeout",
        'kind: gateway, hosts: ["https://*"]',
        'kind: gateway, modules: "shop.*.net", allowed_in: shop.api.net',
        "kind: gateway, routes_in: shop.api",
        'kind: structure, rules: [{modules: "shop.**.*_error", must: {reside_in: shop.errors}}]',
        'kind: structure, rules: [{modules: "shop.**.*_error", must_not: {reside_in: shop.db}}]',
        'kind: structure, rules: [{modules: "shop.errors.*", except: shop.errors.data_error, must_not: {call: f}}]',
        'kind: structure, rules: [{modules: "shop.*", must: {reside_in: [shop.api, shop.db, shop.errors]}}]',
        'kind: structure, rules: [{modules: "shop.*.data_*", must: {reside_in: shop.errors}}]',
    ],
)
def test_what_some_code_could_break_is_checked(project: Project, contract: str) -> None:
    project.write_all({"shop/old_db.py": "", "shop/new_db.py": "", "shop/api/net.py": ""} if "net" in contract else {})
    project.write_all({"shop/old_db.py": "", "shop/new_db.py": ""} if "part" in contract else {})
    could_be_checked, told = check(project, contract.removesuffix(", id: c"))

    assert could_be_checked, told


@pytest.mark.parametrize(
    ("policy", "could_be_checked"),
    [
        (
            'policy: {"*": {may_call: "*", channels: [http, rpc, queue, table]}}, channels: [http, rpc, queue, table]',
            False,
        ),
        ('policy: {"*": {may_call: "*", channels: http}}', True),
        ('policy: {"*": "*"}', True),
        ('policy: {"*": "*"}, channels: []', False),
        ('policy: {"*": {may_call: "*", channels: []}}', False),
    ],
)
def test_services_that_may_all_reach_each_other_are_an_error(
    project: Project,
    policy: str,
    could_be_checked: bool,  # noqa: FBT001
) -> None:
    services = "services: {api: {modules: shop.api}, db: {modules: shop.db}}"

    assert check(project, f"kind: services, {policy}", services)[0] is could_be_checked


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("'httpx,'", "did you mean 'httpx'"),
        ("httpx-client", "did you mean 'httpx'"),
        ("httpx/client", "did you mean 'httpx'"),
        ("Httpx", "did you mean 'httpx'"),
        ("scikit-learn", "is imported as sklearn"),
        ("PyYAML", "is imported as yaml"),
        ("1password", "no module can be called that"),
        ("my-own-thing", "no module can be called that"),
    ],
)
@pytest.mark.parametrize(
    "contract",
    [
        "kind: forbidden, modules: shop.api, must_not_import: {}",
        "kind: protected, only_imported_by: shop.api, modules: {}",
    ],
)
def test_a_name_that_no_package_has_is_an_error_with_a_suggestion(
    project: Project, contract: str, name: str, hint: str
) -> None:
    could_be_checked, told = check(project, contract.format(name))

    assert not could_be_checked
    assert hint in told


@pytest.mark.parametrize(
    ("name", "imported"),
    [("scikit-learn", "sklearn"), ("PyYAML", "yaml"), ("Pillow", "PIL"), ("beautifulsoup4", "bs4")],
)
def test_external_takes_names_of_distributions(project: Project, name: str, imported: str) -> None:
    project.write_all({"shop/__init__.py": "", "shop/api.py": f"import {imported}\n"})
    project.configure(f"contracts: [{{id: c, kind: external, modules: shop, deny: {name}}}]\n")

    report = project.check()

    assert report.complete, report.problems
    assert len(report.violations) == 1


@pytest.mark.parametrize("name", ["httpx", "not_yet_installed", "google.cloud.storage", "'attr*'", "stdlib"])
def test_a_name_that_a_package_could_have_is_checked(project: Project, name: str) -> None:
    assert check(project, f"kind: external, modules: shop, deny: {name}")[0]


@pytest.mark.parametrize(
    "clients",
    [
        "{databse: {functions: mydb.go}}",
        "{database: {}}",
        "{database: {modules: 'mydb,'}}",
        "{database: {modules: my-db}}",
        "{database: {modules: 'mydb.*'}}",
        "{database: {functions: go}}",
        "{database: {functions: shop.db.misspelt}}",
        "{database: {methods: {'mydb.*': [run]}}}",
        "{database: {methods: {Conn: [run]}}}",
        "{database: {methods: {mydb.Conn: []}}}",
        "{database: {methods: {mydb.Conn: ['run(']}}}",
        "{database: {methods: {shop.db.Conn: [run]}}}",
        "{http: {modules: mydb}}",
        "{database: {modules: mydb, timeouts: {'mydb.*': {}}}}",
        "{database: {modules: mydb, timeouts: {mydb: {seconds: 5}}}}",
        "{database: {modules: mydb, timeouts: {shop.misspelt: {}}}}",
    ],
)
def test_a_client_that_can_mean_nothing_is_an_error(project: Project, clients: str) -> None:
    could_be_checked, told = check(project, f"kind: database, modules: shop.api, clients: {clients}")

    assert not could_be_checked, told


def test_a_misspelt_channel_of_clients_for_all_contracts_is_an_error(project: Project) -> None:
    _, told = check(project, "kind: database, modules: shop.api", "clients: {databse: {functions: mydb.go}}")

    assert "there is no channel 'databse'" in told
    assert "did you mean 'database'?" in told


def test_clients_for_all_contracts_reach_those_that_know_their_channel(project: Project) -> None:
    clients = "clients: {database: {modules: mydb}, http: {modules: myhttp}}"

    assert check(project, "kind: database, modules: shop.api", clients)[0]
    assert check(project, "kind: gateway, modules: shop.api", clients)[0]


@pytest.mark.parametrize("name", ['""', '" "'])
def test_an_empty_id_is_an_error(project: Project, name: str) -> None:
    project.write_all(SHOP)
    project.configure(f"contracts: [{{id: {name}, kind: forbidden, modules: shop.db, must_not_import: shop.api}}]\n")

    run = project.call("check")

    assert run.returncode == 2
    assert "the contract's `id` is empty" in run.stderr


@pytest.mark.parametrize(
    ("code", "take", "could_be_checked"),
    [
        ("def f(session): ...\n", "session", False),
        ("def f(session: Session): ...\n", "[Session, session]", False),
        ("def f(session: session): ...\n", "session", True),
        ("from datetime import date\n\ndef f(day: date): ...\n", "date", True),
        ("def f(other): ...\n", "session", True),
    ],
)
def test_the_name_of_a_parameter_is_no_type(
    project: Project,
    code: str,
    take: str,
    could_be_checked: bool,  # noqa: FBT001
) -> None:
    project.write_all({"shop/__init__.py": "", "shop/work.py": code})
    project.configure(
        f"contracts: [{{id: c, kind: structure, rules: [{{modules: shop, must_not: {{take: {take}}}}}]}}]\n"
    )

    assert (project.call("check").returncode in (0, 1)) is could_be_checked
