"""Django's settings, as far as they decide about routes: the root urlconf, middleware, default permissions.

Settings are split over modules (base, production) and classes. Those for development and tests do not count, unless
there are no others; where the rest contradict each other, each one must guard.
"""

import ast
import re
from collections.abc import Iterator

from archguard.dataclass import dataclass
from archguard.effects.routes.expressions import Expressions, Placed
from archguard.model.names import last_part

_SIDE_SETTINGS = re.compile(r"(?:^|[._])(?:dev|devel|development|local|tests?|testing|ci|example|debug)(?:$|[._])")


@dataclass(frozen=True)
class Settings:
    """Reads settings from the modules that may define them."""

    expressions: Expressions
    modules: tuple[str, ...]

    def root_urlconfs(self) -> tuple[str, ...]:
        """The modules that `ROOT_URLCONF` names."""
        found = [self.expressions.text((node, at)) for node, at in self._values("ROOT_URLCONF")]
        return tuple(dict.fromkeys(name for name in found if name))

    def middleware(self) -> list[list[tuple[str, Placed]]]:
        """The names in each definition of `MIDDLEWARE`."""
        return [self._names(placed) for placed in self._values("MIDDLEWARE")]

    def default_permissions(self) -> list[list[tuple[str, Placed]]]:
        """The names in each definition of the default permission classes."""
        found = list[list[tuple[str, Placed]]]()
        for node, at in self._values("REST_FRAMEWORK"):
            value = _entry(node, "DEFAULT_PERMISSION_CLASSES")
            found.append(self._names((value, at)) if value is not None else [])
        return found

    def _names(self, placed: Placed) -> list[tuple[str, Placed]]:
        elements, _ = self.expressions.elements(*placed)
        known = [element for element in elements if not isinstance(element[0], ast.Starred)]
        texts = [(self.expressions.text(element), element) for element in known]
        if not elements and (text := self.expressions.text(placed)):
            return [(text, placed)]
        return texts

    def _values(self, name: str) -> list[Placed]:
        """The definitions of a setting; those of `production.py` rather than those of `local.py`."""
        found = [(module, placed) for module in self.modules for placed in self._definitions(module, name)]
        main = [placed for module, placed in found if not _SIDE_SETTINGS.search(last_part(module))]
        return main or [placed for _, placed in found]

    def _definitions(self, module: str, name: str) -> Iterator[Placed]:
        scope = self.expressions.model.scope(module)
        holders = [scope, *(child for child in scope.children if isinstance(child.node, ast.ClassDef))]
        for holder in holders:
            for binding in holder.bindings.get(name, [])[-1:]:
                if isinstance(binding.node, ast.expr):
                    named = ast.Name(name) if holder is scope else binding.node
                    is_list = isinstance(binding.node, ast.List | ast.Tuple)
                    # By its name at the end of the module, so that `MIDDLEWARE += [...]` below counts.
                    yield (named, scope.end) if is_list else (binding.node, binding.at)


def _entry(node: ast.expr, key: str) -> ast.expr | None:
    if isinstance(node, ast.Dict):
        for name, value in zip(node.keys, node.values, strict=True):
            if isinstance(name, ast.Constant) and name.value == key:
                return value
    if isinstance(node, ast.Call):
        return next((item.value for item in node.keywords if item.arg == key), None)
    return None
