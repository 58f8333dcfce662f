"""What is done in an expression that goes on and on, like `session.query(Order).all()`, step by step."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

LINKS: Mapping[type[ast.AST], str] = {
    ast.Call: "func",
    ast.Attribute: "value",
    ast.Subscript: "value",
    ast.Await: "value",
}
"""The expressions that go on from another one, and what that is called there."""


@dataclass(eq=False, slots=True)  # not frozen: a file has hundreds, and freezing them triples what each costs
class Access:
    """An attribute that is taken, or a call."""

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
        """What is called; the attribute itself if it is not called."""
        return self.call.func if self.call else self.node

    @property
    def owner_name(self) -> str:
        """The last name of what the attribute is of: `session` for `self.session.execute`."""
        return _last_name(self.owner) if self.owner is not None else ""

    @property
    def owner_path(self) -> tuple[str, ...]:
        """The last names of what the attribute is of, the nearest first: `session`, `db` for `db.session.add`."""
        names, node = [self.owner_name], self.owner
        while node is not None and not isinstance(node, ast.Attribute):
            node = _before(node)
        return (*names, _last_name(node.value)) if node is not None else tuple(names)


def path_nodes(node: ast.expr) -> list[ast.expr]:
    """What `node` goes on from, backwards: `session.query(Order)`, `session.query`, `session`."""
    found = [node]
    while before := LINKS.get(type(node)):
        node = getattr(node, before)
        found.append(node)
    return found


def accesses_in(links: list[ast.expr]) -> tuple[Access, ...]:
    """What is done, in order, in the expression of which `links` are the parts, backwards."""
    found: list[Access] = []
    following: type[ast.expr] | None = None
    for link in links:
        if type(link) is ast.Call:
            found.append(_called(link, last=following is None))
        elif type(link) is ast.Attribute and following is not ast.Call:
            found.append(Access(link, None, link.attr, link.value, following is None))
        following = type(link)
    return tuple(reversed(found))


def _called(call: ast.Call, *, last: bool) -> Access:
    func = call.func
    if type(func) is ast.Attribute:
        return Access(call, call, func.attr, func.value, last)
    return Access(call, call, func.id if type(func) is ast.Name else "", None, last)


def _before(node: ast.expr) -> ast.expr | None:
    found: ast.expr | None = getattr(node, LINKS.get(type(node), ""), None)
    return found


def _last_name(node: ast.expr | None) -> str:
    while node is not None:
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return name
        node = _before(node)
    return ""
