"""Validate a configuration against the code: patterns that match nothing, contracts that can never apply.

A pattern that matches no module is a fault, since a typo would silently disable a rule. The exception is a target
outside of the project: a contract may deny a package that is not installed yet. Such a name is accepted unless it
resembles a module or component of the project (a similarity of 0.8 in `difflib`: one or two letters apart), or looks
like the name of a distribution; only an `external` contract may name distributions.

Cost: matching each pattern against all modules; similarity is only computed for names that match nothing.
"""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from archguard.codebase import Codebase, Pattern, Target
from archguard.config.config import Config
from archguard.errors import ConfigError
from archguard.kinds import Contract
from archguard.kinds.contract import ContractError, VacuousError, patterns_of
from archguard.kinds.distributions import is_installed, packages_of, respelled
from archguard.model.names import parts_of, plain_name, service_of, top_package

_NOT_A_HOST = re.compile(r"\d*|.*\s.*", re.DOTALL)
"""Not a host: a bare port, or text with white space."""
_SEGMENT = re.compile(r"(?:[^\W\d*]|\*|<\w+>)(?:\w|\*|<\w+>)*")
"""A segment of the dotted name of an external module, or of a pattern for one."""


def faults_in_code(config: Config, codebase: Codebase, unbound: Collection[str] = ()) -> Iterator[ConfigError]:
    """Yield every fault of `config` that only the code reveals; skip contracts that refer to `unbound` components."""
    yield from component_faults(config, codebase)
    for contract in config.contracts:
        # Its component has a fault of its own, which is reported.
        if not any(pattern.text in unbound for _, pattern in patterns_of(contract)):
            yield from contract_faults(config, codebase, contract).errors


def component_faults(config: Config, codebase: Codebase) -> Iterator[ConfigError]:
    """Yield faults of components, services and `exclude`, such as unmatched patterns (allowed in shipped packs)."""
    for place, keys, pattern in _definition_patterns(config):
        if not codebase.units(pattern):
            yield _unmatched_error(config, codebase, place, keys, pattern)
    for index, pattern in enumerate(config.project.exclude):
        if not any(pattern.unit(module) for module in codebase.excluded):
            yield _unmatched_error(config, codebase, ("project", ""), ("exclude", index), pattern)
    rooted = {service_of(module) for module in codebase.modules}
    for name, service in config.services.items():
        if name not in rooted and not service.modules:
            yield config.error(f"service '{name}' has no modules", "services", name, (), "give its `root` or `modules`")
    yield from _host_faults(config)
    yield from _duplicate_services(config, codebase)
    for name in config.components.keys() & config.services.keys():
        yield config.error(f"'{name}' is a service as well as a component", "components", name)


def _host_faults(config: Config) -> Iterator[ConfigError]:
    hint = "write a name, one with a port, or a setting such as PAYMENTS_URL"
    for name, service in config.services.items():
        for index, host in enumerate(service.hosts):
            if _NOT_A_HOST.fullmatch(host):
                yield config.error(f"'{host}' is not a host", "services", name, ("hosts", index), hint)


def _duplicate_services(config: Config, codebase: Codebase) -> Iterator[ConfigError]:
    """Yield a fault for each service with exactly the files of another one; sharing some files is allowed."""
    files: dict[str, set[str]] = {}
    for _, source in sorted(codebase.sources.items()):
        if source.service:
            files.setdefault(source.service, set()).add(source.display_path)
    first: dict[frozenset[str], str] = {}
    for name, own in files.items():
        if (other := first.setdefault(frozenset(own), name)) != name:
            message = f"service '{name}' has the same files as service '{other}'"
            yield config.error(message, "services", name, ("root",), "give each its own `root` or `packages`")


def _definition_patterns(config: Config) -> Iterator[tuple[tuple[str, str], tuple[str | int, ...], Pattern]]:
    """The patterns that define components and services, each with its section, name and keys."""
    for name, component in config.components.items():
        if not config.origins["components", name].shipped:
            for index, pattern in enumerate(component.modules):
                yield ("components", name), ("modules", index), pattern
            for index, pattern in enumerate(component.except_):
                yield ("components", name), ("except", index), pattern
    for name, service in config.services.items():
        for key in ("modules", "public"):
            for index, pattern in enumerate(getattr(service, key)):
                yield ("services", name), (key, index), pattern


class ContractFaults(NamedTuple):
    """What is wrong with a contract on the code that it is checked on."""

    errors: tuple[ConfigError, ...]
    """The patterns that match nothing, and the reasons why it can never apply."""
    notes: tuple[ConfigError, ...]
    """Those of them that `vacuous_contracts: warning` downgrades."""


def contract_faults(config: Config, codebase: Codebase, contract: Contract) -> ContractFaults:
    """What is wrong with `contract` on `codebase`."""
    found = [(error, _is_tolerated(config, fault)) for error, fault in _contract_errors(config, codebase, contract)]
    errors, notes = (tuple(error for error, tolerated in found if tolerated is wanted) for wanted in (False, True))
    return ContractFaults(errors, notes)


def _is_tolerated(config: Config, fault: ContractError | None) -> bool:
    return isinstance(fault, VacuousError) and config.project.vacuous_contracts == "warning"


def _contract_errors(
    config: Config, codebase: Codebase, contract: Contract
) -> Iterator[tuple[ConfigError, ContractError | None]]:
    place = ("contracts", contract.id)
    unmatched = {
        (keys, pattern): _unmatched_error(config, codebase, place, keys, pattern)
        for keys, pattern in contract.patterns(codebase)
        if not codebase.members((pattern,))
        and not _may_be_external(codebase, config, contract, pattern)
        and not (isinstance(pattern, Target) and codebase.names_in(pattern))
    }
    yield from ((error, None) for error in unmatched.values())
    # What a contract says of itself would be wrong for a pattern that is misspelt.
    for fault in () if unmatched else contract.validate(codebase):
        cause = fault.cause
        yield (
            (
                ConfigError(cause.message, cause.hint, cause.location, cause.excerpt)
                if cause
                else config.error(str(fault), *place, fault.keys, fault.hint, at_key=fault.at_key)
            ),
            fault,
        )


def _may_be_external(codebase: Codebase, config: Config, contract: Contract, pattern: Pattern) -> bool:
    """Whether `pattern` may name an external package, and is not likely to be a typo."""
    if not isinstance(pattern, Target) or pattern.text in {*config.components, *config.services}:
        return False
    inside = {top_package(plain_name(module)) for module in codebase.modules}
    root = top_package(pattern.text)
    if root in inside or "::" in pattern.text:
        return False
    if codebase.matching(pattern, codebase.imports.externals) or is_installed(root):
        return True
    if _package_hint(codebase, pattern):
        from archguard.kinds.external import External  # noqa: PLC0415  # few names are those of distributions

        return isinstance(contract, External) and bool(packages_of(pattern.text))
    from difflib import get_close_matches  # noqa: PLC0415  # few patterns lead outside

    names = [pattern.text, root]
    return not any(get_close_matches(name, [*config.components, *inside], 1, 0.8) for name in names)


def _package_hint(codebase: Codebase, pattern: Pattern) -> str:
    """A hint for a name that is not a package: it is the name of a distribution, misspelt, or no valid module name."""
    text, outside = pattern.text, {top_package(name) for name in codebase.imports.externals}
    if name := respelled(text, outside):
        return f"did you mean '{name}'?"
    packages = packages_of(text) - {text}
    if packages and text not in packages_of(text):
        public = sorted(name for name in packages if not name.startswith("_")) or sorted(packages)
        return f"the distribution '{text}' is imported as {' or '.join(public)}"
    if all(_SEGMENT.fullmatch(segment) for segment in parts_of(text)):
        return ""
    first = re.split(r"[^\w.]", text)[0]
    from difflib import get_close_matches  # noqa: PLC0415  # faults only

    close = get_close_matches(text, sorted(outside), 1) or ([first] if first.isidentifier() else [])
    return f"no module can be called that; did you mean '{close[0]}'?" if close else "no module can be called that"


def _unmatched_error(
    config: Config, codebase: Codebase, place: tuple[str, str], keys: tuple[str | int, ...], pattern: Pattern
) -> ConfigError:
    if pattern.text in config.components:
        message = f"component '{pattern}' has no modules: no pattern of it matches one"
        return config.error(
            message, *place, keys, f"it is {', '.join(map(str, config.components[pattern.text].modules))}"
        )
    is_word = pattern.text.isidentifier()
    message = f"'{pattern}' is neither a component nor a module" if is_word else f"'{pattern}' matches no module"
    known = [*config.components, *config.services, *codebase.modules]
    from difflib import get_close_matches  # noqa: PLC0415  # faults only

    close = get_close_matches(pattern.text, known, 1, 0.6)
    if isinstance(pattern, Target) and (hint := _package_hint(codebase, pattern)):
        return config.error(message, *place, keys, hint)
    return config.error(message, *place, keys, f"did you mean '{close[0]}'?" if close else "")
