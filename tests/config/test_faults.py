"""Each fault of a configuration has its place, an excerpt with a caret, and a hint; all of them in one run."""

import pytest
from project import Project

from archguard.errors import ConfigError
from archguard.model import Problem, Severity

CODE = {"shop/__init__.py": "", "shop/a.py": "import shop.b\n", "shop/b.py": "", "shop/sub/__init__.py": ""}
CONTRACT = "contracts: [{id: x, kind: forbidden, modules: shop.a, must_not_import: shop.sub}]\n"


@pytest.fixture(autouse=True)
def _code(project: Project) -> None:
    project.write_all(CODE)


def faults(project: Project) -> list[Problem]:
    """What the configuration or its meeting with the code has to complain of."""
    try:
        return [problem for problem in project.check().problems if problem.severity is Severity.ERROR]
    except ExceptionGroup as group:
        return [error.problem("configuration") for error in group.exceptions if isinstance(error, ConfigError)]


def described(problem: Problem) -> tuple[str, str, str]:
    """Place, message and hint; that there is an excerpt is asserted here, for all."""
    assert problem.location is not None
    assert problem.excerpt
    assert problem.location.column <= len(problem.excerpt) + 1
    return f"{problem.location.line}:{problem.location.column}", problem.message, problem.hint


FAULTS = {
    "an unknown key": ("componets: {}\n" + CONTRACT, "1:1", "unknown key `componets`", "did you mean 'components'?"),
    "an unknown key of the project": (
        "project: {packges: shop}\n" + CONTRACT,
        "1:11",
        "unknown key `packges`",
        "did you mean 'packages'?",
    ),
    "an unknown key of a contract": (
        "contracts:\n  - {id: x, kind: layers, layer: [shop.a, shop.b]}\n",
        "2:27",
        "unknown key `layer`",
        "did you mean 'layers'?",
    ),
    "an unknown key of a service": (
        "services: {a: {rot: x}}\n" + CONTRACT,
        "1:16",
        "unknown key `rot`",
        "did you mean 'root'?",
    ),
    "no list": ("contracts: 3\n", "1:12", "`contracts`: input should be a list, not '3'", ""),
    "no mapping": ("contracts: [shop]\n", "1:13", "`contracts.0`: input should be a mapping, not 'shop'", ""),
    "nothing": (
        "contracts: [{id: , kind: external, modules: shop, deny: requests}]\n",
        "1:18",
        "`id`: input should be a valid string, not nothing",
        "",
    ),
    "neither yes nor no": (
        "contracts: [{id: x, kind: layers, layers: [shop.a, shop.b], closed: maybe}]\n",
        "1:69",
        "`closed`: input should be a valid boolean, unable to interpret input, not 'maybe'",
        "",
    ),
    "another word than one of three": (
        CONTRACT.replace("}]", ", severity: fatal}]"),
        "1:92",
        "`severity`: input should be 'error', 'warning' or 'info', not 'fatal'",
        "",
    ),
    "another word than one of three or a fourth": (
        "project: {coverage: {unassigned: warn}}\n" + CONTRACT,
        "1:34",
        "`project.coverage.unassigned`: input should be 'error', 'warning', 'info' or 'ignore', not 'warn'",
        "",
    ),
    "a key that stands twice": ("version: 1\nversion: 1\n", "2:1", "`version` stands twice in one mapping", ""),
    "another version": ("version: 2\n" + CONTRACT, "1:10", "`version`: input should be 1, not '2'", ""),
    "a contract without a kind": (
        "contracts:\n  - {id: x}\n",
        "2:5",
        "the contract has no `kind`",
        "one of layers, forbidden, independence, protected, acyclic, external",
    ),
    "an unknown kind": (
        "contracts:\n  - {id: x, kind: layer}\n",
        "2:19",
        "unknown kind 'layer'",
        "did you mean 'layers'?",
    ),
    "a contract without an id": (
        "contracts:\n  - {kind: external, modules: shop, deny: requests}\n",
        "2:5",
        "`id` is missing",
        "",
    ),
    "two contracts with one id": (
        "contracts:\n  - {id: x, kind: external, modules: shop, deny: a}\n  - {id: x, kind: acyclic}\n",
        "3:5",
        "'x' is declared twice",
        "first at archguard.yaml:2:5",
    ),
    "an unknown component": (
        "components: {services: shop.a}\ncontracts: [{id: x, kind: layers, layers: [service, shop.b]}]\n",
        "2:44",
        "'service' is neither a component nor a module",
        "did you mean 'services'?",
    ),
    "a pattern that matches nothing": (
        "contracts: [{id: x, kind: layers, layers: [shop.subb, shop.b]}]\n",
        "1:44",
        "'shop.subb' matches no module",
        "did you mean 'shop.sub'?",
    ),
    "a component that matches nothing": (
        "components: {a: shop.suub}\n" + CONTRACT,
        "1:17",
        "'shop.suub' matches no module",
        "did you mean 'shop.sub'?",
    ),
    "an exclude that matches nothing": (
        "project: {exclude: shop.suub}\n" + CONTRACT,
        "1:20",
        "'shop.suub' matches no module",
        "did you mean 'shop.sub'?",
    ),
    "no pattern": (
        CONTRACT.replace("shop.a,", "shop..a,"),
        "1:47",
        "there is nothing between two dots, or before the first or after the last one",
        "",
    ),
    "a module in two layers": (
        "contracts: [{id: x, kind: layers, layers: [shop, shop.sub]}]\n",
        "1:43",
        "shop.sub is in two layers: shop and shop.sub",
        "",
    ),
    "one layer": (
        "contracts: [{id: x, kind: layers, layers: [shop]}]\n",
        "1:43",
        "can never apply: there is only one layer",
        "",
    ),
    "a rule that can never apply": (
        CONTRACT.replace("shop.a,", "shop.sub,"),
        "1:74",
        "can never apply: `must_not_import` holds all of its modules",
        "",
    ),
    "a package that is not there": (
        "project: {packages: [shop, shopp]}\n" + CONTRACT,
        "1:28",
        "package 'shopp' is not there",
        "did you mean 'shop'?",
    ),
    "a source root that is not there": (
        "project: {source_roots: [., srcc]}\n" + CONTRACT,
        "1:29",
        "source root 'srcc' is not a folder",
        "",
    ),
    "a root of a service that is not there": (
        "services: {a: {root: nowhere}}\n" + CONTRACT,
        "1:22",
        "source root 'nowhere' is not a folder",
        "",
    ),
    "a root of a service that is not there, and so what is below it": (
        "services: {a: {root: nowhere, packages: [sub]}}\n" + CONTRACT,
        "1:22",
        "source root 'nowhere' is not a folder",
        "",
    ),
    "a package that is below another root": (
        "services: {a: {root: ., packages: [sub]}}\n" + CONTRACT,
        "1:36",
        "package 'sub' is not there",
        "it is below 'shop': say `root: shop`",
    ),
    "a package of a service that is not there": (
        "services: {a: {root: shop, packages: [sup]}}\n" + CONTRACT,
        "1:39",
        "package 'sup' is not there",
        "did you mean 'sub'?",
    ),
    "a host that is none": (
        "services: {a: {root: shop, hosts: [orders, the orders]}}\nproject: {packages: shop}\n" + CONTRACT,
        "1:44",
        "'the orders' is not a host",
        "write a name",
    ),
    "a port for a host": (
        "services: {a: {root: shop, hosts: 8000}}\nproject: {packages: shop}\n" + CONTRACT,
        "1:35",
        "'8000' is not a host",
        "write a name",
    ),
    "a root of two services": (
        "services: {a: {root: shop}, b: {root: shop}}\nproject: {packages: [shop]}\n" + CONTRACT,
        "1:39",
        "service 'b' has the same files as service 'a'",
        "give each its own `root` or `packages`",
    ),
    "a file to extend that is not there": (
        "extends: [nope.yaml]\n" + CONTRACT,
        "1:11",
        "there is no file 'nope.yaml'",
        "packs are written 'archguard:name'",
    ),
    "a pack that is not there": (
        "extends: 'archguard:layred'\n" + CONTRACT,
        "1:10",
        "there is no pack 'layred'",
        "did you mean 'layered'?",
    ),
    "a file that extends itself": (
        "extends: archguard.yaml\n" + CONTRACT,
        "1:10",
        "`extends` goes round in a circle: 'archguard.yaml' extends this file",
        "",
    ),
    "an ignore of an unknown contract": (
        CONTRACT + "ignore: [{contract: y, import: shop.a -> shop.b, reason: z}]\n",
        "2:21",
        "there is no contract 'y'",
        "there is: x",
    ),
    "an ignore that is no import": (
        CONTRACT + "ignore: [{contract: x, import: shop.a, reason: z}]\n",
        "2:32",
        "an import is written 'importer -> imported'",
        "",
    ),
    "an ignore without a reason": (
        CONTRACT + "ignore:\n  - {contract: x, import: shop.a -> shop.b}\n",
        "3:5",
        "`reason` is missing",
        "",
    ),
    "an ignore whose reason is empty": (
        CONTRACT + "ignore: [{contract: x, import: shop.a -> shop.b, reason: ''}]\n",
        "2:58",
        "`ignore.0.reason`: string should have at least 1 character, not ''",
        "",
    ),
    "an ignore that expires on no day": (
        CONTRACT + "ignore: [{contract: x, import: shop.a -> shop.b, reason: z, expires: soon}]\n",
        "2:70",
        "`ignore.0.expires`: input should be a valid date or datetime, input is too short, not 'soon'",
        "",
    ),
    "an ignore that matches nothing": (
        CONTRACT + "ignore:\n  - {contract: x, import: shop.b -> shop.a, reason: z}\n",
        "3:5",
        "no import matches the ignored 'shop.b -> shop.a' (contract x)",
        "take it out",
    ),
    "a name of a component and a service": (
        "components: {sub: shop.sub}\nservices: {sub: {modules: shop.a}}\n" + CONTRACT,
        "1:19",
        "'sub' is a service as well as a component",
        "",
    ),
}


@pytest.mark.parametrize(("text", "place", "message", "hint"), FAULTS.values(), ids=FAULTS)
def test_a_fault_has_its_place_an_excerpt_and_a_hint(
    project: Project, text: str, place: str, message: str, hint: str
) -> None:
    project.configure(text)

    (found,) = map(described, faults(project))

    assert found[:2] == (place, message)
    assert found[2].startswith(hint) if hint else not found[2]


def test_all_faults_are_found_in_one_run(project: Project) -> None:
    project.configure("""\
        extends: nope.yaml
        version: 2
        components: {a: shop.a, b: {module: shop.b}, c: shop.zzz.*}
        contracts:
          - {id: one, kind: layers, layers: [a, shop.subb]}
          - {id: two, kind: forbiden}
          - {id: three, kind: forbidden, modules: shop, must_not_import: }
          - {id: one, kind: external, modules: shop, deny: requests}
        ignore:
          - {contract: four, import: shop.a -> shop.b, reason: later}
          - {contract: one, import: shop.a, reason: later}
    """)

    lines = [problem.location.line for problem in faults(project) if problem.location]

    assert sorted(set(lines)) == [1, 2, 3, 5, 6, 7, 8, 10, 11]


def test_the_faults_that_show_with_the_code_are_found_in_the_same_run(project: Project) -> None:
    project.configure("""\
        components: {a: shop.a, b: {module: shop.b}, c: shop.zzz.*}
        contracts:
          - {id: one, kind: layers, layers: [a, shop.subb]}
          - {id: two, kind: forbiden}
        ignore:
          - {contract: one, import: shop.a, reason: later}
    """)

    places = {problem.location.line: problem.message for problem in faults(project) if problem.location}

    assert sorted(places) == [1, 3, 4, 6]
    assert places[3] == "'shop.subb' matches no module"


def test_a_fault_of_a_component_is_not_followed_by_those_of_its_users(project: Project) -> None:
    project.configure("""\
        components: {a: {module: shop.a}, b: shop.b}
        contracts: [{id: x, kind: layers, layers: [a, b]}]
    """)

    messages = {problem.message for problem in faults(project)}

    assert messages == {"`modules` is missing", "unknown key `module`"}


def test_a_fault_is_shown_with_a_caret_below_its_column(project: Project) -> None:
    project.configure("contracts:\n  - {id: x, kind: layers, layer: [shop.a]}\n")

    run = project.run("check")

    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr == (
        "archguard.yaml:2:27: error: unknown key `layer`\n"
        "  2 |   - {id: x, kind: layers, layer: [shop.a]}\n"
        "    |                           ^^^^^\n"
        "    = hint: did you mean 'layers'?\n"
    )


def test_a_package_below_another_folder_is_found_for_the_hint(project: Project) -> None:
    project.write_all({"services/orders/app/__init__.py": "", "services/orders/app/api.py": ""})
    project.configure("project: {packages: app}\n" + CONTRACT)

    hints = [problem.hint for problem in faults(project)]

    assert hints == ["it is below 'services/orders': add `source_roots: [services/orders]`"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "version: 1\n", "components: {a: shop.a}\n", "contracts: []\n"])
def test_a_configuration_that_asks_for_nothing_is_not_kept(project: Project, text: str) -> None:
    project.configure(text)

    report = project.check()

    assert not report.passed
    assert [problem.message for problem in report.problems] == ["there are no contracts"]


def test_faults_are_in_the_order_of_their_lines(project: Project) -> None:
    components = "".join(f"  c{number}: shop.zzz{number}.*\n" for number in range(12))
    project.configure("components:\n" + components + CONTRACT)

    lines = [problem.location.line for problem in faults(project) if problem.location]

    assert lines == list(range(2, 14))
