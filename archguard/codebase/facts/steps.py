"""What is done in an expression that goes on and on, like `session.query(Order).all()`, step by step."""

import ast
from dataclasses import dataclass

LINKS = frozenset({ast.Call, ast.Attribute, ast.Subscript, ast.Await})
"""The expressions that go on from another one."""
_HOLDING = (ast.Attribute, ast.Subscript, ast.Await)


@dataclass(eq=False, slots=True)  # not frozen: a file has hundreds, and freezing them triples what each costs
class Step:
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


def links(node: ast.expr) -> list[ast.expr]:
    """What `node` goes on from, backwards: `session.query(Order)`, `session.query`, `session`."""
    found: list[ast.expr] = [node]
    while (link := _before(found[-1])) is not None:
        found.append(link)
    return found


def steps(links: list[ast.expr]) -> tuple[Step, ...]:
    """What is done, in order, in the expression of which `links` are the parts, backwards."""
    found: list[Step] = []
    following: ast.expr | None = None
    for link in links:
        if isinstance(link, ast.Call):
            found.append(_called(link, last=following is None))
        elif isinstance(link, ast.Attribute) and not isinstance(following, ast.Call):
            found.append(Step(link, None, link.attr, link.value, following is None))
        following = link
    return tuple(reversed(found))


def _called(call: ast.Call, *, last: bool) -> Step:
    func = call.func
    if isinstance(func, ast.Attribute):
        return Step(call, call, func.attr, func.value, last)
    return Step(call, call, func.id if isinstance(func, ast.Name) else "", None, last)


def _before(node: ast.expr) -> ast.expr | None:
    if isinstance(node, ast.Call):
        return node.func
    return node.value if isinstance(node, _HOLDING) else None


def _last_name(node: ast.expr | None) -> str:
    while node is not None:
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return name
        node = _before(node)
    return ""
