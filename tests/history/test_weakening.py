"""The guard is compared before and after a change: what is weaker, stricter, or for a person to judge."""

from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, get_args, get_type_hints

import pytest
from project import Project

from archguard import Codebase, Config, Contract, Violation, Weaker
from archguard.codebase import Project as Settings
from archguard.codebase import Service
from archguard.codebase.coercion import Text
from archguard.codebase.strictness import marks_of
from archguard.history.weakening import (
    GuardChange,
    baseline_weakenings,
    comment_weakenings,
    configuration_weakenings,
    guard_changes,
    guard_in,
    read_guard,
    weakenings,
)
from archguard.kinds import kinds

RULE = "kind: forbidden, modules: shop.web, must_not_import: shop.db"
LONG = "kind: structure, rules: [{functions: '*', must_not: {exceed: {lines: 40}}}]"
CODE = {
    "shop/__init__.py": "",
    "shop/web/__init__.py": "",
    "shop/web/orders.py": "import shop.core.orders\n",
    "shop/web/admin.py": "import shop.db\n",
    "shop/core/__init__.py": "",
    "shop/core/orders.py": "import requests\n",
    "shop/core/prices.py": "",
    "shop/db.py": "import sqlalchemy\n",
}


class Change:
    """A shop before and after a change, each in a folder."""

    def __init__(self, folder: Path) -> None:
        self.before, self.after = Project(folder / "before"), Project(folder / "after")
        for project in (self.before, self.after):
            project.write_all(CODE)

    def configure(self, before: str, after: str) -> None:
        """The configurations."""
        self.before.configure(before)
        self.after.configure(after)

    def found(self, moved: dict[str, str] | None = None) -> tuple[GuardChange, ...]:
        """Every change of the guard."""
        return guard_changes(guard_in(self.before.root), guard_in(self.after.root), moved or {})

    def told(self, moved: dict[str, str] | None = None) -> list[str]:
        """The same, as `weaker: message`."""
        return [f"{found.direction}: {found.message}" for found in self.found(moved)]


@pytest.fixture
def change(tmp_path: Path) -> Change:
    return Change(tmp_path)


def one(contract: str) -> str:
    """A configuration with one contract, written as a flow mapping without its id."""
    return f"contracts: [{{id: rule, {contract}}}]\n"


WEAKER = [
    (RULE, "modules: shop.web", "modules: shop.web.orders"),
    ("kind: forbidden, modules: shop.web, must_not_import: [shop.db, shop.core]", "[shop.db, shop.core]", "shop.core"),
    (RULE, "shop.db", "shop.db, indirect: false"),
    (RULE, "shop.db", "shop.db, except_via: shop.core"),
    (RULE, "shop.db", "shop.db, severity: warning"),
    (RULE, "shop.db", "shop.db, via: shop.core"),
    (RULE, "shop.db", "shop.db, exclude_imports: [local]"),
    ("kind: layers, layers: [shop.web, shop.core, shop.db]", "shop.core, shop.db", "shop.db"),
    ("kind: layers, layers: [shop.web, shop.core, shop.db], closed: true", "closed: true", "closed: false"),
    ("kind: layers, layers: [web, core, db], within: shop, exhaustive: true", ", exhaustive: true", ""),
    (
        "kind: layers, may_import: {shop.web: shop.core, shop.core: [], shop.db: []}",
        "shop.core: []",
        "shop.core: shop.db",
    ),
    ("kind: independence, modules: [shop.web, shop.core]", "shop.core", "shop.core.orders"),
    ("kind: protected, modules: shop.db, only_imported_by: shop.core", "by: shop.core", "by: [shop.core, shop.web]"),
    ("kind: acyclic, children_of: shop", "of: shop", "of: shop, skip: shop.web"),
    ("kind: acyclic, children_of: shop", "of: shop", "of: shop, depth: 0"),
    ("kind: external, modules: shop.web, allow: stdlib", "allow: stdlib", "allow: [stdlib, requests]"),
    ("kind: external, modules: shop.web, deny: [requests, sqlalchemy]", "[requests, sqlalchemy]", "requests"),
    ("kind: database, allowed_in: shop.db", "shop.db", "[shop.db, shop.web]"),
    ("kind: database, allowed_in: shop.db", "shop.db", "shop.db, modules: shop.web"),
    ("kind: database, allowed_in: shop.db", "shop.db", "shop.db, deny: write"),
    ("kind: database, allowed_in: shop.db, deny: [read, write]", "[read, write]", "write"),
    ("kind: gateway, allowed_in: shop.core, hosts: api.shop.com", "api.shop.com", "[api.shop.com, '*.example.com']"),
    ("kind: gateway, allowed_in: shop.core, hosts: api.shop.com", ", hosts: api.shop.com", ""),
    ("kind: gateway, allowed_in: shop.core, require: timeout", ", require: timeout", ""),
    ("kind: access, guards: shop.core.user", "shop.core.user", "shop.core.user, public: [GET /health]"),
    ("kind: access, guards: shop.core.user", "shop.core.user", "shop.core.user, max_unknown: 3"),
    ("kind: effects, rules: {modules: shop.web, must_not: [query, http]}", "[query, http]", "http"),
    ("kind: effects, rules: [{must_not: query}, {must_not: http}]", ", {must_not: http}", ""),
    ("kind: effects, rules: {must_not: query}, max_unresolved: 0", ", max_unresolved: 0", ""),
    (LONG, "40", "80"),
    (
        LONG,
        "functions",
        "except: shop.db, functions",
    ),
    ("kind: metrics, modules: shop.*, max: {efferent: 3}", "3", "5"),
    ("kind: metrics, modules: shop.*, min: {abstractness: 0.2}", "0.2", "0.1"),
    ("kind: metrics, modules: shop.*, max: {efferent: 3, afferent: 3}", ", afferent: 3", ""),
]


@pytest.mark.parametrize(("contract", "old", "new"), WEAKER)
def test_a_contract_that_lets_more_code_pass_is_weaker_and_stricter_the_other_way_round(
    change: Change, contract: str, old: str, new: str
) -> None:
    change.configure(one(contract), one(contract.replace(old, new)))
    assert {found.direction for found in change.found()} == {"weaker"}

    change.configure(one(contract.replace(old, new)), one(contract))
    assert {found.direction for found in change.found()} == {"stronger"}


SAME = [
    (RULE, "shop.web", "[shop.web]"),
    (
        "kind: forbidden, modules: [shop.web, shop.core], must_not_import: shop.db",
        "shop.web, shop.core",
        "shop.core, shop.web",
    ),
    (RULE, "shop.web", "[shop.web, shop.web.orders]"),
    (RULE, "shop.web", "shop.w*"),
    (RULE, "shop.db", "shop.db, reason: Because of tests"),
    (RULE, "id: rule", "id: renamed"),
    (RULE, "shop.db", "shop.db, indirect: true"),
    (
        "kind: effects, rules: [{must_not: query}, {must_not: http}]",
        "{must_not: query}, {must_not: http}",
        "{must_not: http}, {must_not: query}",
    ),
    ("kind: external, modules: shop.web, allow: [stdlib, requests]", "[stdlib, requests]", "[requests, stdlib]"),
    (
        RULE,
        "shop.db",
        "shop.db, type_checking_imports: include",
    ),
]


@pytest.mark.parametrize(("contract", "old", "new"), SAME)
def test_what_means_the_same_in_another_form_is_no_change(change: Change, contract: str, old: str, new: str) -> None:
    change.configure(one(contract), one(contract).replace(old, new))

    assert change.told() == []


JUDGED = [
    ("kind: independence, modules: ['shop.*', shop.db]", "shop.*", "shop.**"),
    (
        "kind: protected, modules: shop.db, only_imported_by: shop.core",
        "by: shop.core",
        "by: shop.core, as_packages: false",
    ),
    ("kind: effects, rules: {must_not: query, in: loop}", "loop", "transaction"),
    ("kind: structure, rules: [{classes: '*Service', must: {inherit: Base}}]", "Base", "Other"),
]


@pytest.mark.parametrize(("contract", "old", "new"), JUDGED)
def test_what_no_rule_decides_is_left_to_a_person(change: Change, contract: str, old: str, new: str) -> None:
    change.configure(one(contract), one(contract.replace(old, new)))

    assert [found.direction for found in change.found()] == ["unknown"]
    assert change.found()[0].is_weakening
    assert change.found()[0].message.endswith("judge it")


LAYERED = one("kind: layers, layers: [shop.web, shop.core, shop.db]")


def test_layers_in_another_order_permit_what_was_denied_and_deny_what_was_permitted(change: Change) -> None:
    change.configure(LAYERED, LAYERED.replace("shop.web, shop.core", "shop.core, shop.web"))

    assert change.told() == [
        "weaker: contract rule is weaker: `layers` does not deny shop.core -> shop.web any more",
        "stronger: contract rule is stricter: `layers` also denies shop.web -> shop.core",
    ]


@pytest.mark.parametrize(
    "layers",
    [
        "layers: ['web', 'core', 'db'], within: shop",
        "layers: [shop.web, 'shop.core.orders : shop.core.prices : shop.core', shop.db]",
        "may_import: {shop.web: [shop.core, shop.db], shop.core: shop.db, shop.db: []}",
    ],
)
def test_layers_that_deny_the_same_in_another_way_are_the_same(change: Change, layers: str) -> None:
    change.configure(LAYERED, one(f"kind: layers, {layers}"))

    assert change.told() == []


def test_layers_that_need_not_be_independent_any_more_are_weaker(change: Change) -> None:
    apart = LAYERED.replace("shop.core,", "'shop.core.orders | shop.core.prices',")
    change.configure(apart, apart.replace("|", ":"))

    (told,) = change.told()
    pairs = "shop.core.orders -> shop.core.prices, shop.core.prices -> shop.core.orders"
    assert told == f"weaker: contract rule is weaker: `layers` does not deny {pairs} any more"


def test_a_layer_that_may_be_missing_is_weaker(change: Change) -> None:
    change.configure(LAYERED, LAYERED.replace("shop.core,", "(shop.core),"))

    assert change.told() == ["weaker: contract rule is weaker: `layers` lets shop.core be missing"]


def test_a_layer_that_is_renamed_with_its_modules_is_the_same(change: Change) -> None:
    change.configure(LAYERED, LAYERED.replace("shop.db", "shop.storage"))
    (change.after.root / "shop/db.py").rename(change.after.root / "shop/storage.py")

    assert change.told(moved={"shop.db": "shop.storage"}) == []


def test_a_contract_that_is_gone_is_named_with_what_it_said(change: Change) -> None:
    change.configure(
        one(RULE),
        one("kind: external, modules: shop.web, allow: stdlib").replace("rule", "other"),
    )

    assert change.told() == [
        "weaker: contract rule is gone: shop.web never import shop.db, not even through others.",
        "stronger: contract other is new: shop.web may import only stdlib from outside of the project.",
    ]


def test_a_contract_of_a_pack_that_is_no_longer_extended_is_gone(change: Change) -> None:
    change.configure("extends: archguard:safe-defaults\n", one(RULE))

    gone = [text for text in change.told() if text.startswith("weaker")]
    assert gone
    assert all(" of the pack safe-defaults is gone: " in text for text in gone)


def test_a_contract_in_another_file_is_the_same(change: Change) -> None:
    contract = one(RULE)
    change.configure(contract, "extends: rules.yaml\n")
    change.after.configure(contract, "rules.yaml")

    assert change.told() == []


def test_a_sentence_says_what_and_where(change: Change) -> None:
    change.configure(
        one(RULE),
        one("kind: forbidden, modules: shop.web.orders, must_not_import: shop.db"),
    )

    (found,) = change.found()
    assert found.message == "contract rule is weaker: `modules` does not cover shop.web, shop.web.admin any more"
    assert str(found.location) == "archguard.yaml:1:13"
    assert (found.subject, found.about) == ("rule", "contract")


def parts(web: str, data: str) -> str:
    """A contract about two components."""
    return (
        f"components: {{web: {web}, data: {data}}}\n"
        "contracts: [{id: rule, kind: database, allowed_in: data, modules: web}]\n"
    )


def test_a_component_that_shrinks_weakens_what_it_is_checked_by(change: Change) -> None:
    change.configure(parts(web="shop.web", data="shop.db"), parts(web="shop.web.orders", data="shop.db"))

    assert change.told() == [
        "weaker: contract rule is weaker: `modules` does not cover shop.web, shop.web.admin any more (by `web`)"
    ]


def test_a_component_that_grows_weakens_what_it_is_allowed_by(change: Change) -> None:
    change.configure(
        parts(web="shop.web", data="shop.db"),
        parts(web="shop.web", data="[shop.db, shop.core.orders]"),
    )

    assert change.told() == ["weaker: contract rule is weaker: `allowed_in` also permits shop.core.orders (by `data`)"]


def test_a_new_module_and_one_that_is_gone_are_no_change_of_the_patterns_that_match_them(change: Change) -> None:
    rule = one("kind: forbidden, modules: [shop.web, shop.core.prices], must_not_import: shop.db")
    change.configure(rule, rule.replace(", shop.core.prices", ""))
    change.after.write("shop/web/carts.py")
    (change.after.root / "shop/core/prices.py").unlink()

    assert change.told() == []


def test_a_pattern_that_follows_a_renamed_module_is_the_same(change: Change) -> None:
    change.configure(one("kind: database, allowed_in: shop.db"), one("kind: database, allowed_in: shop.storage"))
    (change.after.root / "shop/db.py").rename(change.after.root / "shop/storage.py")

    assert change.told(moved={"shop.db": "shop.storage"}) == []
    assert change.told() != []


def test_an_excluded_module_is_a_weakening_of_the_project(change: Change) -> None:
    rule = one("kind: forbidden, modules: shop.web.orders, must_not_import: shop.db")
    change.configure(rule, f"project: {{exclude: shop.web.admin}}\n{rule}")

    assert change.told() == ["weaker: project: `exclude` also leaves out: shop.web.admin"]
    assert change.found()[0].subject == "project"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("coverage: {unassigned: error}", "coverage: {unassigned: warning}"),
        ("vacuous_contracts: error", "vacuous_contracts: warning"),
        ("packages: [shop, tools]", "packages: [shop]"),
    ],
)
def test_a_gate_of_the_project_that_is_loosened_is_a_weakening(change: Change, old: str, new: str) -> None:
    rule = one(RULE)
    for project in (change.before, change.after):
        project.write("tools/__init__.py")
    change.configure(f"project: {{{old}}}\n{rule}", f"project: {{{new}}}\n{rule}")
    assert [(found.direction, found.subject) for found in change.found()] == [("weaker", "project")]

    change.configure(f"project: {{{new}}}\n{rule}", f"project: {{{old}}}\n{rule}")
    assert [(found.direction, found.subject) for found in change.found()] == [("stronger", "project")]


def test_source_roots_that_lead_to_the_same_files_are_the_same(change: Change) -> None:
    rule = one(RULE)
    change.configure(rule, f"project: {{source_roots: '.'}}\n{rule}")

    assert change.told() == []


def test_the_setting_of_the_project_for_type_checking_imports_weakens_each_contract_without_its_own(
    change: Change,
) -> None:
    rule = one(RULE)
    change.configure(rule, f"project: {{type_checking_imports: exclude}}\n{rule}")

    assert sorted(found.subject for found in change.found()) == ["project", "rule"]


def test_an_ignored_import_is_a_weakening_with_the_number_of_imports(change: Change) -> None:
    rule = one(RULE)
    change.configure(rule, rule.replace("shop.db}", "shop.db, ignore: ['shop.web.admin -> shop.db']}"))

    assert change.told() == ["weaker: contract rule also ignores shop.web.admin -> shop.db (1 import)"]
    assert not change.found()[0].has_reason


def test_an_ignore_for_what_is_ignored_already_is_no_weakening(change: Change) -> None:
    rule = one("kind: forbidden, modules: shop.web, must_not_import: shop.db, ignore: ['shop.web.* -> shop.db']")
    change.configure(rule, rule.replace("shop.web.*", "shop.web.admin"))

    assert all(text.startswith("stronger") for text in change.told())


def test_an_ignore_that_expires_later_is_a_weakening(change: Change) -> None:
    rule = one(
        "kind: forbidden, modules: shop.web, must_not_import: shop.db,"
        " ignore: [{import: shop.web.admin -> shop.db, expires: 2030-01-01}]"
    )
    change.configure(rule, rule.replace(", expires: 2030-01-01", ""))

    assert change.told() == [
        "weaker: contract rule ignores shop.web.admin -> shop.db for ever instead of until 2030-01-01"
    ]


def test_a_drawing_with_another_arrow_permits_more_and_one_with_other_words_does_not(change: Change) -> None:
    rule = one("kind: diagram, diagram: arch.mmd")
    change.configure(rule, rule)
    drawing = "flowchart TD\n  a[shop.web] --> b[shop.core]\n  c[shop.db]\n"
    change.before.write("arch.mmd", drawing)
    change.after.write("arch.mmd", f"%% drawn by hand\n{drawing}")
    assert change.told() == []

    change.after.write("arch.mmd", f"{drawing}  a --> c\n")
    assert [found.direction for found in change.found()] == ["weaker"]


KNOWN = """\
version: 1
contracts:
  rule:
    kind: forbidden
    violations:
      - {importer: shop.web.admin, imported: shop.db}
"""


def test_a_baseline_that_grows_is_a_weakening_and_one_that_shrinks_is_not(change: Change) -> None:
    rule = one(RULE)
    change.configure(rule, rule)
    change.after.write("archguard-baseline.yaml", KNOWN)
    assert change.told() == ["weaker: the baseline takes 1 violation more of rule as known"]
    assert change.found()[0].about == "baseline"

    change.before.write("archguard-baseline.yaml", KNOWN.replace("shop.db}", "shop.db, count: 3}"))
    assert change.told() == ["stronger: the baseline has 2 violations less of rule"]


def test_the_baseline_of_a_contract_that_is_new_is_no_weakening(change: Change) -> None:
    rule = one(RULE)
    change.configure(
        one("kind: external, modules: shop, deny: flask").replace("rule", "first"), "extends: [first.yaml, rule.yaml]\n"
    )
    change.after.configure(one("kind: external, modules: shop, deny: flask").replace("rule", "first"), "first.yaml")
    change.after.configure(rule, "rule.yaml")
    change.after.write("archguard-baseline.yaml", KNOWN)

    assert [text for text in change.told() if text.startswith("weaker")] == []


def test_a_baseline_under_the_new_name_of_a_module_or_a_contract_is_the_same(change: Change) -> None:
    rule = one(RULE)
    change.configure(rule, rule.replace("rule", "renamed"))
    change.before.write("archguard-baseline.yaml", KNOWN)
    change.after.write("archguard-baseline.yaml", KNOWN.replace("rule", "renamed").replace("admin", "staff"))
    (change.after.root / "shop/web/admin.py").rename(change.after.root / "shop/web/staff.py")

    assert change.told(moved={"shop.web.admin": "shop.web.staff"}) == []


def test_an_entry_of_the_baseline_that_holds_for_longer_is_a_weakening(change: Change) -> None:
    rule = one(RULE)
    change.configure(rule, rule)
    change.before.write("archguard-baseline.yaml", KNOWN.replace("shop.db}", "shop.db, expires: 2030-01-01}"))
    change.after.write("archguard-baseline.yaml", KNOWN)

    assert change.told() == ["weaker: the baseline takes shop.web.admin -> shop.db of rule as known for ever"]


IGNORED = "import shop.db  # archguard: ignore[rule] {}\n"


def test_a_comment_that_ignores_a_violation_is_a_weakening(change: Change) -> None:
    rule = one(RULE)
    change.configure(rule, rule)
    change.after.write("shop/web/admin.py", IGNORED.format("until the move"))

    (found,) = change.found()
    assert found.message == "a comment is new that ignores rule: until the move"
    assert (str(found.location), found.has_reason) == ("shop/web/admin.py:1:17", True)


def test_a_comment_without_a_reason_is_told_as_such(change: Change) -> None:
    rule = one(RULE)
    change.configure(rule, rule)
    change.after.write("shop/web/admin.py", IGNORED.format(""))

    (found,) = change.found()
    assert found.message == "a comment is new that ignores rule, without a reason"
    assert not found.has_reason


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("shop/web/admin.py", "\n\n" + IGNORED.format("until the move")),
        ("shop/web/admin.py", IGNORED.format("in other words")),
        ("shop/web/admin.py", "from shop import db  # archguard: ignore[rule] until the move\n"),
        ("shop/web/orders.py", IGNORED.format("until the move")),
    ],
)
def test_a_comment_that_moves_or_is_reworded_is_the_same(change: Change, path: str, text: str) -> None:
    rule = one(RULE)
    change.configure(rule, rule)
    change.before.write("shop/web/admin.py", IGNORED.format("until the move"))
    change.after.write("shop/web/admin.py", "")
    change.after.write(path, text)

    assert change.told() == []


def test_weakenings_leave_out_what_is_stricter(change: Change) -> None:
    rule = one(RULE)
    change.configure(rule, rule.replace("shop.db}", "shop.db, severity: warning, exclude_imports: []}"))
    change.before.write("shop/web/admin.py", IGNORED.format("until the move"))

    found = weakenings(guard_in(change.before.root), guard_in(change.after.root))

    assert [it.message for it in found] == ["contract rule is weaker: `severity` is warning instead of error"]


def test_the_parts_of_the_guard_can_be_compared_by_themselves_before_an_edit_is_written(change: Change) -> None:
    change.configure(one(RULE), one(RULE.replace("shop.db", "shop.db, severity: info")))
    change.after.write("archguard-baseline.yaml", KNOWN)
    before, after = guard_in(change.before.root), guard_in(change.after.root)

    (config,) = configuration_weakenings(before.config, after.config, before.codebase)
    (baseline,) = baseline_weakenings(before.baseline, after.baseline)
    (comment,) = comment_weakenings({"shop/a.py": "import os\n"}, {"shop/a.py": IGNORED.format("later")})

    assert config.message == "contract rule is weaker: `severity` is info instead of error"
    assert baseline.message == "the baseline takes 1 violation more of rule as known"
    assert comment.message == "a comment is new that ignores rule: later"


def test_every_field_of_every_kind_says_by_which_change_it_is_weaker() -> None:
    parts = {part for kind in (*kinds().values(), Settings, Service) for part in _parts(kind)}

    unmarked = [f"{part.__name__}.{name}" for part in parts for name, mark in marks_of(part).items() if mark is None]

    assert len(parts) > 30
    assert sorted(unmarked) == []


def _parts(type_: Any) -> Iterator[type]:
    """The dataclass and those that its fields consist of."""
    if isinstance(type_, type) and is_dataclass(type_) and not issubclass(type_, Text):
        yield type_
        for hint in get_type_hints(type_).values():
            yield from _parts(hint)
    for argument in get_args(type_):
        yield from _parts(argument)


@dataclass(frozen=True, kw_only=True)
class Named(Contract):
    """A kind of a plug-in, of which one field does not say by which change it is weaker."""

    kind: ClassVar[str] = "named"

    words: tuple[str, ...] = ()
    allow: Annotated[tuple[str, ...], Weaker.LARGER] = ()

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        del codebase
        yield from ()


def test_a_field_of_a_plug_in_that_does_not_say_it_is_left_to_a_person(project: Project) -> None:
    project.write_all(CODE)
    before = Config(root=project.root, contracts=(Named(id="names", words=("a",), allow=("x",)),))
    after = replace(before, contracts=(Named(id="names", words=("a", "b"), allow=("x", "y")),))

    found = guard_changes(read_guard(before), read_guard(after))

    assert [(it.direction, it.message) for it in found] == [
        ("weaker", "contract names is weaker: `allow` also permits y"),
        ("unknown", "contract names is changed: `words` is a, b instead of a: judge it"),
    ]
