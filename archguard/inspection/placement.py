"""Where code belongs that needs certain imports and calls: the packages whose contracts accept all of it.

How it works: one draft of a new module per package has the imports, and a function (or a class, by `name`) with the
calls. All drafts are checked at once, since no module imports another's draft; what is found in a draft refuses its
package. The best packages are then checked one by one, which is exactly what `check` would say of such a file: metrics,
which depend on the sum of all modules, count only there. If no package accepts it, the code is appended to the modules
that contracts name, such as the one in `allowed_in: shop.db`.

Limits: at most 200 packages are tried (`_TRIED`), the best by rank: 195, all of Django's, take a second. At most 5 are
answered (`_SHOWN`); who needs more has asked for too little. At most 10 modules are tried (`_MODULES`), each with a
check of its own.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from keyword import iskeyword
from pathlib import Path
from typing import Final

from archguard.checking.session import Session
from archguard.codebase import Codebase, Pattern, Source
from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.inspection.may_import import import_statement, shown_path
from archguard.inspection.module_file import packages_by_folder
from archguard.kinds.contract import listed
from archguard.kinds.metrics import Metrics
from archguard.kinds.requirement import Requirement
from archguard.model import Problem, Severity, Violation
from archguard.model.names import parts_of, plain_name, self_and_parents
from archguard.reporters.phrases import counted

_TRIED: Final = 200
_SHOWN: Final = 5
_MODULES: Final = 10
_EXAMPLES: Final = 5
"""Packages that are named for each contract that denies some."""
_NEW: Final = "new_module"
"""The name of the draft, if the caller has none."""


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What a piece of code needs."""

    imports: tuple[str, ...] = ()
    """Modules, names in them, or packages from outside."""
    calls: tuple[str, ...] = ()
    """Qualified names of functions and methods: `requests.get`, `sqlalchemy.orm.Session.execute`."""
    name: str = ""
    """The name of its module, function or class; "" if it does not matter."""


@dataclass(frozen=True, kw_only=True)
class CodePlace:
    """A package or module that may hold the code."""

    name: str
    """The package, or the existing module; "" for the top level."""
    path: str
    """The file that was tried."""
    is_new: bool
    """Whether it is a new file in a package; otherwise the code was appended to a module that a contract names."""
    component: str
    """Its component; "" if it is in none."""
    reasons: tuple[str, ...]
    """Why it is proposed, in sentences."""
    conditions: tuple[str, ...]
    """What contracts ask of the code there, such as a timeout."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A contract that refuses the code in some packages."""

    contract: str
    """Its id."""
    kind: str
    """Its kind."""
    message: str
    """The message about the first of them."""
    reason: str
    """The reason that the contract gives."""
    packages: int
    """How many of the tried packages it refuses."""
    examples: tuple[str, ...]
    """The first of them."""


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where the code may be written."""

    places: tuple[CodePlace, ...]
    """Where all contracts accept it, the most fitting first."""
    accepted: int
    """How many of the tried packages accept it."""
    tried: int
    """How many packages were tried."""
    packages: int
    """How many packages there are."""
    refusals: tuple[Refusal, ...]
    """The contracts that refuse it elsewhere."""
    problems: tuple[Problem, ...]
    """What could not be checked."""


def where_should(session: Session, needs: Needs) -> Placement:
    """The packages whose contracts accept all of `needs`, ranked.

    First those in a component, then those with the most modules that import the same already, then the outer ones.

    Raises:
        ArchguardError: nothing is needed, or a name cannot be imported or called.
    """
    if not (needs.imports or needs.calls or needs.name):
        raise ArchguardError("nothing is needed", "give `imports`, `calls` or a `name`")
    return _Search(session, needs).placement()


class _Search:
    """The search for one question."""

    def __init__(self, session: Session, needs: Needs) -> None:
        self._session, self._codebase = session, session.codebase
        self._text = draft_text(session.codebase, needs)
        self._file = f"{_module_name(needs.name)}.py"
        self._files = {source.file for source in self._codebase.sources.values()}
        self._folders = packages_by_folder(session.codebase)
        self._alike = _importers_by_folder(session.codebase, self._text)
        self._components = {name: self._codebase.members((Pattern(name),)) for name in self._codebase.components}

    def placement(self) -> Placement:
        """The answer."""
        ranked = sorted(self._folders, key=self._rank)
        tried = ranked[:_TRIED]
        result = self._session.check({self._draft(folder): self._text for folder in tried})
        by_path = _by_path(it for it in result.new if _refuses(it) and it.kind != Metrics.kind)
        refused = {folder: found for folder in tried if (found := by_path.get(self._shown(folder), []))}
        accepted = [folder for folder in tried if folder not in refused]
        return Placement(
            places=tuple(islice(self._in_packages(accepted, refused), _SHOWN)) or tuple(self._in_modules()),
            accepted=len(accepted),
            tried=len(tried),
            packages=len(ranked),
            refusals=tuple(self._refusals(refused)),
            problems=tuple(it for it in result.problems if it.severity is Severity.ERROR),
        )

    def _in_packages(self, accepted: Iterable[str], refused: Mapping[str, list[Violation]]) -> Iterator[CodePlace]:
        """Those of the folders `accepted` where a new module with the code is accepted by itself."""
        for folder in accepted:
            conditions = self._conditions(self._draft(folder), self._text.encode())
            if conditions is not None:
                yield CodePlace(
                    name=self._folders[folder],
                    path=self._shown(folder),
                    is_new=True,
                    component=self._component(self._folders[folder]),
                    reasons=tuple(self._reasons(folder, refused)),
                    conditions=conditions,
                )

    def _in_modules(self) -> Iterator[CodePlace]:
        """The modules named by contracts where the code is accepted."""
        for source, contracts in islice(self._named_modules(), _MODULES):
            conditions = self._conditions(source.path, b"\n".join((source.content, self._text.encode())))
            if conditions is not None:
                yield CodePlace(
                    name=source.module,
                    path=source.display_path,
                    is_new=False,
                    component=self._component(source.module),
                    reasons=(f"{listed(contracts)} {'names' if len(contracts) == 1 else 'name'} this module",),
                    conditions=conditions,
                )

    def _conditions(self, path: Path, text: bytes) -> tuple[str, ...] | None:
        """What contracts ask of the code in the file besides; None if one refuses it there."""
        result = self._session.check({path: text})
        # A contract that could not be checked has not accepted anything.
        if any(map(_refuses, result.new)) or any(it.severity is Severity.ERROR for it in result.problems):
            return None
        return tuple(f"{it.contract}: {', or '.join(it.fix)}" for it in result.new)

    def _named_modules(self) -> Iterator[tuple[Source, tuple[str, ...]]]:
        """The modules, not packages, that contracts name, with the ids of these contracts."""
        named: dict[str, list[str]] = {}
        for contract in self._session.config.contracts:
            for name in sorted({pattern.text for _, pattern in contract.patterns(self._codebase) if pattern.literal}):
                named.setdefault(name, []).append(contract.id)
        for name in sorted(named.keys() & self._codebase.sources.keys()):
            if not self._codebase.sources[name].is_package and not self._codebase.has_read_errors(name):
                yield self._codebase.sources[name], tuple(named[name])

    def _reasons(self, folder: str, refused: Mapping[str, list[Violation]]) -> Iterator[str]:
        if alike := self._alike.get(folder, 0):
            yield f"{counted(alike, 'module')} there {'imports' if alike == 1 else 'import'} the same already"
        elsewhere: dict[str, int] = {}
        for violations in refused.values():
            for contract in {violation.contract for violation in violations}:
                elsewhere[contract] = elsewhere.get(contract, 0) + 1
        for contract, count in sorted(elsewhere.items()):
            yield f"{contract} accepts it here, and refuses it in {counted(count, 'other package')}"

    def _refusals(self, refused: Mapping[str, list[Violation]]) -> Iterator[Refusal]:
        groups: dict[str, dict[str, Violation]] = {}
        for folder, violations in refused.items():
            for violation in violations:
                groups.setdefault(violation.contract, {}).setdefault(folder, violation)
        for contract, by_folder in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
            first = next(iter(by_folder.values()))
            yield Refusal(
                contract=contract,
                kind=first.kind,
                message=first.message,
                reason=first.reason,
                packages=len(by_folder),
                examples=tuple([self._folders[folder] for folder in by_folder][:_EXAMPLES]),
            )

    def _rank(self, folder: str) -> tuple[bool, bool, int, int, str]:
        package = self._folders[folder]
        alike = self._alike.get(folder, 0)
        return self._has_any_name(package), not self._component(package), -alike, package.count("."), package

    def _has_any_name(self, package: str) -> bool:
        """Whether it has the name of the draft, as one with `__getattr__` has: a draft there takes a whole scan."""
        reexports, source = self._codebase.reexports, self._codebase.sources.get(package)
        if reexports is None or source is None or self._codebase.has_read_errors(package):
            return False
        name = Path(self._file).stem
        words = (b"__getattr__", b"import *", name.encode())  # most packages need not be parsed
        return any(word in source.content for word in words) and reexports.binds(package, name)

    def _component(self, module: str) -> str:
        return ", ".join(name for name, modules in self._components.items() if module in modules)

    def _draft(self, folder: str) -> Path:
        """A file in `folder` that does not exist yet."""
        path = Path(folder, self._file)
        while str(path) in self._files:
            path = path.with_stem(f"{path.stem}_new")
        return path

    def _shown(self, folder: str) -> str:
        return shown_path(self._codebase, self._draft(folder))


def draft_text(codebase: Codebase, needs: Needs) -> str:
    """A module with the imports and calls of `needs`, as somebody would write it.

    A method of a class (what begins with a capital) is called on a parameter of that class.

    Raises:
        ArchguardError: a name cannot be imported or called.
    """
    calls = [_Call.of(codebase, name) for name in needs.calls]
    statements = [import_statement(codebase, name) for name in needs.imports]
    statements += [f"import {call.module}" for call in calls if call.module]
    receivers = dict.fromkeys(call.receiver for call in calls if call.receiver)
    names = {receiver: f"value_{number}" for number, receiver in enumerate(receivers, start=1)}
    parameters = [f"{names[receiver]}: {receiver}" for receiver in receivers]
    body = [call.written(names) for call in calls]
    return "\n".join(('"""What is needed."""\n', *dict.fromkeys(statements), "", *_definition(needs, parameters, body)))


@dataclass(frozen=True)
class _Call:
    """A function or method to call."""

    module: str
    """The module to import; "" for a built-in function."""
    receiver: str
    """The class on whose instance it is called; "" for a function."""
    name: str

    @classmethod
    def of(cls, codebase: Codebase, name: str) -> "_Call":
        """The call of `name`, with or without parentheses."""
        plain = plain_name(name.removesuffix("()"))
        parts = parts_of(plain)
        if not all(part.isidentifier() and not iskeyword(part) for part in parts):
            raise ArchguardError(f"'{name}' cannot be called", "write a qualified name, such as `requests.get`")
        modules = {plain_name(module) for module in codebase.modules}
        inside = next((outer for outer in self_and_parents(plain) if outer in modules), "")
        # By PEP 8, what begins with a capital is a class; what stands before it is the module.
        capital = next((index for index, part in enumerate(parts) if part[0].isupper()), len(parts) - 1)
        module = inside or ".".join(parts[:capital])
        receiver = ".".join(parts[:-1]) if capital < len(parts) - 1 else ""
        if inside and inside != plain:
            import_statement(codebase, ".".join(parts[: inside.count(".") + 2]))  # raises if there is no such name
        if receiver and not module:
            raise ArchguardError(f"'{name}' does not say where its class is", "write `module.Class.method`")
        return cls(module, receiver, parts[-1] if receiver else plain)

    def written(self, receivers: Mapping[str, str]) -> str:
        """The call as an expression."""
        return f"{receivers[self.receiver]}.{self.name}()" if self.receiver else f"{self.name}()"


def _definition(needs: Needs, parameters: list[str], body: list[str]) -> Iterator[str]:
    name = needs.name or _NEW
    if not name.isidentifier() or iskeyword(name):
        raise ArchguardError(f"'{name}' is no name in Python", "give the name of a module, function or class")
    is_class = name[0].isupper()
    if is_class:
        yield from ("", f"class {name}:", f'    """{name}."""', "")
    indent, first = ("    ", ["self"]) if is_class else ("", [])
    function = "run" if is_class else name
    yield f"{indent}def {function}({', '.join((*first, *parameters))}) -> None:"
    yield f'{indent}    """Do it."""'
    yield from (f"{indent}    {line}" for line in body)
    yield ""


def _module_name(name: str) -> str:
    """`order_repository` for the class `OrderRepository`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower() or _NEW


def _refuses(violation: Violation) -> bool:
    """Whether it is about the place, not about what the code there must have besides."""
    return not violation.rule.startswith(Requirement.RULE)


def _by_path(violations: Iterable[Violation]) -> Mapping[str, list[Violation]]:
    found: dict[str, list[Violation]] = {}
    for violation in violations:
        found.setdefault(violation.location.path, []).append(violation)
    return found


def _importers_by_folder(codebase: Codebase, text: str) -> Mapping[str, int]:
    """How many modules in each folder import something that `text` imports."""
    names = set(re.findall(r"^(?:import|from) (\S+)", text, re.MULTILINE))
    qualified = {name: module for module in codebase.modules for name in [plain_name(module)]}
    nodes = {qualified.get(name) or _nearest(name, codebase.imports.externals) for name in names}
    importers = {importer for node in nodes for importer in codebase.imports.importers.get(node, ())}
    return _counts(str(Path(codebase.sources[it].file).parent) for it in importers if it in codebase.sources)


def _nearest(name: str, known: Collection[str]) -> str:
    return next((outer for outer in self_and_parents(name) if outer in known), name)


def _counts(folders: Iterable[str]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for folder in folders:
        counts[folder] = counts.get(folder, 0) + 1
    return counts
