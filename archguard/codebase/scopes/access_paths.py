"""Access paths: chains of attributes, calls and subscripts, such as `session.query(Order).all()`, as single accesses.

Iterative, not recursive: a fluent chain may be longer than Python's recursion limit.
"""

import ast
from collections.abc import Mapping

from archguard.dataclass import dataclass

LINKS: Mapping[type[ast.AST], str] = {
    ast.Call: "func",
    ast.Attribute: "value",
    ast.Subscript: "value",
    ast.Await: "value",
}
"""The expressions that continue a chain, and the field that holds the expression before."""


@dataclass(eq=False, slots=True)  # not frozen: a file has hundreds, and freezing triples the cost of each
class Access:
    """One attribute access or call in a chain."""

    node: ast.expr
    call: ast.Call | None
    """The call, if it is one."""
    name: str
    """The attribute that is taken or called; the function that is called; "" if it has no name."""
    owner: ast.expr | None
    """What the attribute is of."""
    last: bool
    """Whether nothing more is done with it."""

    @property
    def callee(self) -> ast.expr:
        """The expression that is called; the attribute itself if there is no call."""
        return self.call.func if self.call else self.node

    @property
    def owner_name(self) -> str:
        """The last name of the owner: `session` for `self.session.execute`; "" without an owner."""
        return _last_name(self.owner) if self.owner is not None else ""

    @property
    def owner_path(self) -> tuple[str, ...]:
        """The last two names of the owner, the nearest first: `session`, `db` for `db.session.add`."""
        names, node = [self.owner_name], self.owner
        while node is not None and not isinstance(node, ast.Attribute):
            node = _base(node)
        return (*names, _last_name(node.value)) if node is not None else tuple(names)


def path_nodes(node: ast.expr) -> list[ast.expr]:
    """`node` and the expressions that it continues, last first: `session.query(Order)`, `session.query`, `session`."""
    found = [node]
    while field := LINKS.get(type(node)):
        node = getattr(node, field)
        found.append(node)
    return found


def accesses_in(links: list[ast.expr]) -> tuple[Access, ...]:
    """The accesses of a chain in source order; `links` are its expressions, last first, as from `path_nodes`."""
    found: list[Access] = []
    following: type[ast.expr] | None = None
    for link in links:
        if type(link) is ast.Call:
            found.append(_call_access(link, last=following is None))
        elif type(link) is ast.Attribute and following is not ast.Call:
            found.append(Access(link, None, link.attr, link.value, following is None))
        following = type(link)
    return tuple(reversed(found))


def _call_access(call: ast.Call, *, last: bool) -> Access:
    func = call.func
    if type(func) is ast.Attribute:
        return Access(call, call, func.attr, func.value, last)
    return Access(call, call, func.id if type(func) is ast.Name else "", None, last)


def _base(node: ast.expr) -> ast.expr | None:
    found: ast.expr | None = getattr(node, LINKS.get(type(node), ""), None)
    return found


def _last_name(node: ast.expr | None) -> str:
    while node is not None:
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return name
        node = _base(node)
    return ""
