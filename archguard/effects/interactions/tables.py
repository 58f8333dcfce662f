"""Find uses of tables, and of those of other services: in SQL, table functions, mapped models and foreign keys."""

import ast
from collections.abc import Iterator

from archguard.codebase import Source
from archguard.codebase.facts import Call, ClassDefinition, Literal
from archguard.codebase.facts.definitions import definitions
from archguard.codebase.scopes.scopes import Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.catalogue.conventions import load_conventions
from archguard.effects.interactions.interaction import Channel, Interaction, ServiceMap
from archguard.effects.sql import sql_in
from archguard.model import Location
from archguard.model.names import last_part, parent_name, parts_of, plain_name, top_package
from archguard.semantics import ClassType, ExternalSymbol, SemanticModel

_NAMES = load_conventions().tables


@dataclass(frozen=True)
class TableUse:
    """A place that names a table."""

    table: str
    does: str
    """A verb phrase that follows "must not" in messages: `read the table payments`."""
    location: Location


@dataclass(frozen=True)
class Tables:
    """The tables that one module uses."""

    model: SemanticModel
    services: ServiceMap
    source: Source

    def interactions(self) -> Iterator[Interaction]:
        """Yield an interaction for each place that names a table of another service."""
        for use in self.uses():
            yield from self._interactions_with(use)

    def uses(self) -> Iterator[TableUse]:
        """Yield each place that names a table, whoever owns it."""
        scope = self.model.scope(self.source.module)
        for literal in Literal.within(scope, self.source):
            yield from self._in_literal(literal)
        for call in Call.within(scope, self.source):
            yield from self._in_call(call)
        for definition in definitions(scope, self.source):
            if isinstance(definition, ClassDefinition):
                yield from self._in_class(definition)

    def _in_literal(self, literal: Literal) -> Iterator[TableUse]:
        sql = sql_in(self.model.string_value(literal.node, literal.at))
        for table in sql.qualified if sql else ():
            action = "write to" if sql and sql.writes else "read"
            yield TableUse(table, f"{action} the table {table}", literal.location)

    def _in_call(self, call: Call) -> Iterator[TableUse]:
        """`Table("payments", metadata)`, `ForeignKey("payments.id")`, `read_sql_table("payments", engine)`."""
        for callee in self.model.callees(call.node, call.at):
            package, last = top_package(callee), last_part(callee)
            for table in self._named_tables(call) if package in _NAMES.functions.get(last, ()) else ():
                yield TableUse(table, f"use the table {table}", call.location)
            for table in self._referenced_tables(call, package, last):
                yield TableUse(table, f"refer to the table {table}", call.location)

    def _named_tables(self, call: Call) -> Iterator[str]:
        schema = next(self._strings(_keywords(call, "schema"), call.at), "")
        names = self._strings((*call.arguments[:1], *_keywords(call, "name", "table_name")), call.at)
        yield from (_qualified(schema, name) for name in names)

    def _referenced_tables(self, call: Call, package: str, last: str) -> Iterator[str]:
        """The tables that a foreign key references, by column (SQLAlchemy) or by model (Django)."""
        if package in _NAMES.sqlalchemy_packages and (column := _NAMES.column_arguments.get(last)):
            nodes = (*call.arguments[column.position : column.position + 1], *_keywords(call, column.keyword))
            columns = self._strings(tuple(part for node in nodes for part in _elements(node)), call.at)
            yield from (parent_name(name) for name in columns)
        elif package == "django" and last in _NAMES.relations:
            models = self._strings((*call.arguments[:1], *_keywords(call, "to")), call.at)
            yield from (model.replace(".", "_").lower() for model in models if "." in model)

    def _in_class(self, definition: ClassDefinition) -> Iterator[TableUse]:
        for table, location in self._mapped_tables(definition):
            yield TableUse(table, f"map the table {table}", location)

    def _mapped_tables(self, definition: ClassDefinition) -> Iterator[tuple[str, Location]]:
        """The table that a model declares, or the default of its library."""
        scope = definition.scope
        schema = self._schema(scope)
        declared = [
            (_qualified(schema, name), place) for name, place in self._declared(scope, frozenset({"__tablename__"}))
        ]
        for meta in scope.children:
            if last_part(meta.name) == "Meta":
                declared += self._declared(meta, _NAMES.options)
        yield from declared
        if not declared and (name := self._default_table(definition)):
            yield name, definition.location

    def _schema(self, scope: Scope) -> str:
        """`billing` for `__table_args__ = {"schema": "billing"}`, or for a tuple that ends so; else ""."""
        for binding in scope.named("__table_args__"):
            match binding.node:
                case (ast.Dict() as options) | ast.Tuple(elts=[*_, ast.Dict() as options]):
                    pairs = zip(options.keys, options.values, strict=True)
                    schemas = (value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "schema")
                    return next(self._strings(tuple(schemas), binding.at), "")
        return ""

    def _declared(self, scope: Scope, names: frozenset[str]) -> Iterator[tuple[str, Location]]:
        for name in sorted(names):
            for binding in scope.named(name):
                if isinstance(binding.node, ast.expr):
                    for text in self._strings((binding.node,), binding.at):
                        yield text, self.source.location(binding.node)

    def _default_table(self, definition: ClassDefinition) -> str:
        """`shop_order` for the Django model `Order` of the app `shop`, `order` for an `Order` of SQLModel."""
        ancestors = self.model.mro(ClassType(definition.name, definition.scope))
        external = {ancestor.name for ancestor in ancestors if isinstance(ancestor, ExternalSymbol)}
        name = definition.simple_name.lower()
        if external & {"django.db.models.Model", "django.db.models.base.Model"}:
            return f"{self._app_label()}_{name}"
        keywords = {keyword.arg for keyword in _class_keywords(definition.scope)}
        return name if "sqlmodel.SQLModel" in external and "table" in keywords else ""

    def _app_label(self) -> str:
        """The last part of the package that holds `models`."""
        parts = parts_of(plain_name(self.source.module))
        holder = parts[: parts.index("models")] if "models" in parts else parts[:-1]
        return holder[-1] if holder else parts[0]

    def _strings(self, nodes: tuple[ast.expr, ...], at: Position) -> Iterator[str]:
        texts = (self.model.string_value(node, at) for node in nodes)
        yield from (text.filled("") for text in texts if text and text.complete)

    def _interactions_with(self, use: TableUse) -> Iterator[Interaction]:
        caller = self.services.owners[self.source.module]
        owners = self.services.owners_of_table(use.table)
        for owner in owners if caller not in owners else ():
            yield Interaction(
                caller=caller,
                callee=owner,
                channel=Channel.TABLE,
                importer=self.source.module,
                does=use.does,
                location=use.location,
                symbol=use.table,
            )


def _qualified(schema: str, table: str) -> str:
    return f"{schema}.{table}" if schema else table


def _elements(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.List | ast.Tuple) else [node]


def _keywords(call: Call, *names: str) -> tuple[ast.expr, ...]:
    return tuple(call.keywords[name] for name in names if name in call.keywords)


def _class_keywords(scope: Scope) -> list[ast.keyword]:
    return scope.node.keywords if isinstance(scope.node, ast.ClassDef) else []
