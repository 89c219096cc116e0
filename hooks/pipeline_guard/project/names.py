"""One Python file of a project: imports resolved to the SDK's names, literals evaluated."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pipeline_guard.project import Field

SDK = ("bauplan", "bauplan_sdk_types", "bpln_sdk")


class Unreadable(Exception):
    """Source that a plan cannot be made of; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class Module:
    """A parsed file, and what its names stand for."""

    def __init__(self, file: str, tree: ast.Module) -> None:
        self.file = file
        self._tree = tree
        self._imports: dict[str, str] = {}
        self._values: dict[str, ast.expr] = {}
        for node in ast.walk(tree):
            self._note_import(node)
        for statement in tree.body:
            self._note_value(statement)

    def _note_import(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                local = alias.asname or alias.name.partition(".")[0]
                self._imports[local] = alias.name if alias.asname else local
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                self._imports[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def _note_value(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Assign):
            names = (target.id for target in statement.targets if isinstance(target, ast.Name))
            self._values.update(dict.fromkeys(names, statement.value))
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            self._values[statement.target.id] = statement.value or ast.Constant(None)

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """The functions at the top of the file."""
        for statement in self._tree.body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield statement

    def classes(self) -> Iterator[ast.ClassDef]:
        """The classes at the top of the file."""
        return (item for item in self._tree.body if isinstance(item, ast.ClassDef))

    def dotted(self, node: ast.expr | None) -> str:
        """What a name or attribute stands for, with the SDK's packages all called `bauplan`."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        full = ".".join([self._imports.get(node.id, node.id), *reversed(parts)])
        package, _, rest = full.partition(".")
        return f"bauplan.{rest.rpartition('.')[2]}" if package in SDK and rest else full

    def called(self, node: ast.expr) -> str:
        """The name of what a call or a bare decorator refers to."""
        return self.dotted(node.func if isinstance(node, ast.Call) else node)

    def annotated(self, node: ast.expr | None) -> list[ast.expr]:
        """The parts of `Annotated[…]`, also quoted or behind a name of this file; else none."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value, mode="eval").body
            except SyntaxError:
                return []
        if isinstance(node, ast.Name) and node.id in self._values:
            node = self._values[node.id]
        if not isinstance(node, ast.Subscript):
            return []
        if self.dotted(node.value).rpartition(".")[2] != "Annotated":
            return []
        return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]

    def reference(self, node: ast.expr | None) -> ast.Call | None:
        """The `Model(…)` or `Parameter(…)` in a default value or an annotation."""
        candidates = [node, *self.annotated(node)]
        if isinstance(node, ast.Name) and node.id in self._values:
            candidates.append(self._values[node.id])
        calls = (item for item in candidates if isinstance(item, ast.Call))
        wanted = ("bauplan.Model", "bauplan.Parameter")
        return next((call for call in calls if self.called(call) in wanted), None)

    def options(
        self, call: ast.expr, positional: tuple[str, ...], opaque: tuple[str, ...] = ()
    ) -> dict[str, object]:
        """The arguments of a call by name; those in `opaque` are left out.

        Raises Unreadable for an argument that is no literal: a plan is made without running.
        """
        if not isinstance(call, ast.Call):
            return {}
        named = list(zip(positional, call.args, strict=False))
        named += [(item.arg, item.value) for item in call.keywords if item.arg]
        return {
            name: self._literal(value)
            for name, value in named
            if name not in opaque and not self._is_class(value)
        }

    def schema_name(self, call: ast.Call) -> str:
        """The class given as `projection_schema`, by keyword or as the second argument."""
        given = [item.value for item in call.keywords if item.arg == "projection_schema"]
        given += [value for value in call.args[1:2] if self._is_class(value)]
        return self.dotted(given[0]).rpartition(".")[2] if given else ""

    def fields(self, item: ast.ClassDef) -> Iterator[Field]:
        """The columns that a schema class declares in its own body."""
        for statement in item.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                parts = self.annotated(statement.annotation)
                kind = self.dotted(parts[0] if parts else statement.annotation)
                name = self._column_name(parts) or statement.target.id
                yield Field(name, kind.rpartition(".")[2])

    def _column_name(self, parts: list[ast.expr]) -> str:
        for part in parts:
            if isinstance(part, ast.Call) and self.called(part) == "bauplan.TableField":
                return str(self.options(part, ("name",), ("doc", "lineage")).get("name") or "")
        return ""

    def _is_class(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id not in self._values

    def _literal(self, node: ast.expr) -> object:
        try:
            return ast.literal_eval(
                _Inline(self._values).visit(ast.parse(ast.unparse(node), mode="eval"))
            )
        except (ValueError, TypeError, RecursionError):
            text = f"`{ast.unparse(node)}` is not a literal, so it cannot be planned"
            raise Unreadable(text, node.lineno) from None


class _Inline(ast.NodeTransformer):
    """Puts the literals that names of the file stand for in their place, one level deep."""

    def __init__(self, values: dict[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A name that the file assigns becomes what it was assigned."""
        return self._values.get(node.id, node)
