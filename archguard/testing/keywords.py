"""The keyword arguments of assertions, for type checkers and editors: the keys of the contracts, written as in YAML.

They have no defaults of their own: what is left out is left to the contract. The tests compare them with the fields of
the contracts.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias, TypedDict

Some: TypeAlias = str | Sequence[str]
"""A name or a pattern, or several of them."""
Layer: TypeAlias = str | Mapping[str, object]
"""A layer: a name, `a | b` for independent ones, or a mapping with the keys of a layer."""


class ContractKeywords(TypedDict, total=False):
    """What every contract takes."""

    id: str
    reason: str
    severity: Literal["error", "warning", "info"]
    type_checking_imports: Literal["include", "exclude"]
    exclude_imports: Sequence[str]
    ignore: Sequence[str | Mapping[str, object]]


class LayersKeywords(ContractKeywords, total=False):
    """What `layers` takes."""

    closed: bool
    indirect: bool
    within: Some
    exhaustive: bool
    exhaustive_except: Some


class IndependenceKeywords(ContractKeywords, total=False):
    """What `independent` and `must_be_independent` take."""

    indirect: bool


class AcyclicKeywords(ContractKeywords, total=False):
    """What `acyclic` and `must_be_acyclic` take."""

    depth: int
    skip: Some
    as_packages: bool
    with_init: bool


class ForbiddenKeywords(ContractKeywords, total=False):
    """What `must_not_import` takes beside `indirect`."""

    except_via: Some
    via: Some
    as_packages: bool


class ProtectedKeywords(ContractKeywords, total=False):
    """What `must_only_be_imported_by` takes."""

    interface: Some
    as_packages: bool


class DemandKeywords(TypedDict, total=False):
    """What `must` and `must_not` take. `return_` and `raise_` are the keys `return` and `raise`."""

    named: Some
    inherit: Some
    decorated_with: Some
    be: Some
    take: Some
    return_: Some
    raise_: Some | Mapping[str, object]
    catch: Some | Mapping[str, object]
    call: Some
    fall_back: Some
    exceed: Mapping[str, int]
    define: str | Mapping[str, object] | Sequence[str | Mapping[str, object]]
    reside_in: Some
    have: Some
