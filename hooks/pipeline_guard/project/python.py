"""Python models and expectations, read with `ast`: decorators, inputs, parameters, schemas."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pipeline_guard.project import Field, Input, Model, Problem
from pipeline_guard.project.names import Module, Unreadable

STRATEGIES = ("NONE", "REPLACE", "APPEND", "OVERWRITE_PARTITIONS")
NODES = {"bauplan.model": "python", "bauplan.expectation": "expectation"}


class Source(NamedTuple):
    """What the Python files of a project hold."""

    models: tuple[Model, ...]
    schemas: Mapping[str, tuple[Field, ...]]
    problems: tuple[Problem, ...]


def read_folder(folder: str) -> Source:
    """Read every Python file in the root of `folder`; a broken file becomes a problem."""
    modules, problems = _modules(folder)
    schemas = _schemas(modules)
    models = []
    for module in modules:
        for function in module.functions():
            kind = _kind(module, function)
            if not kind:
                continue
            try:
                models.append(_node(module, function, kind, schemas))
            except Unreadable as error:
                problems.append(Problem(str(error), module.file, error.line, function.name))
    return Source(tuple(models), schemas, tuple(problems))


def _modules(folder: str) -> tuple[list[Module], list[Problem]]:
    modules, problems = [], []
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    for name in names:
        if not name.endswith(".py"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
            text = file.read()
        try:
            modules.append(Module(name, ast.parse(text, name)))
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", 0) or 0
            problems.append(Problem(f"{type(error).__name__}: {error}", name, line))
    return modules, problems


def _kind(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    kinds = (NODES.get(module.called(item), "") for item in function.decorator_list)
    return next((kind for kind in kinds if kind), "")


def _node(
    module: Module,
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    kind: str,
    schemas: Mapping[str, tuple[Field, ...]],
) -> Model:
    """One model or expectation; raises Unreadable for what a plan could not be made of."""
    options, environment = _decorators(module, function)
    inputs, arguments = _parameters(module, function, schemas)
    return Model(
        str(options.get("name") or function.name),
        kind,
        module.file,
        function.lineno,
        inputs,
        function.name,
        arguments,
        _strategy(options, function),
        _columns(options.get("columns")),
        _returned(module, function),
        _strings(options.get("partitioned_by")),
        str(options.get("overwrite_filter") or ""),
        str(environment.get("version") or ""),
        _packages(environment.get("pip")),
    )


def _decorators(
    module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef
) -> tuple[dict[str, object], dict[str, object]]:
    """The options of `model`/`expectation` and those of `python`."""
    options: dict[str, object] = {}
    environment: dict[str, object] = {}
    for item in function.decorator_list:
        called = module.called(item)
        if called in NODES and not isinstance(item, ast.Call):
            raise Unreadable(f"the decorator of '{function.name}' lacks its ()", item.lineno)
        if called in NODES:
            options = module.options(item, ("name",))
        elif called == "bauplan.python":
            environment = module.options(item, ("version", "pip"))
    return options, environment


def _parameters(
    module: Module,
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    schemas: Mapping[str, tuple[Field, ...]],
) -> tuple[tuple[Input, ...], dict[str, str]]:
    """What the function's parameters are bound to: tables, and project parameters."""
    inputs, arguments = [], {}
    for name, call in _bound(module, function):
        if module.called(call) == "bauplan.Parameter":
            values = module.options(call, ("param_name",))
            arguments[name] = str(values.get("param_name") or values.get("name") or name)
        else:
            inputs.append(_input(module, name, call, schemas))
    return tuple(inputs), arguments


def _bound(
    module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef
) -> Iterator[tuple[str, ast.Call]]:
    """Each parameter with the `Model(…)` or `Parameter(…)` of its default or its annotation."""
    spec = function.args
    positional = [*spec.posonlyargs, *spec.args]
    padding: list[ast.expr | None] = [None] * (len(positional) - len(spec.defaults))
    defaults = [*padding, *spec.defaults, *spec.kw_defaults]
    for argument, default in zip([*positional, *spec.kwonlyargs], defaults, strict=True):
        for place in (default, argument.annotation):
            call = module.reference(place)
            if call is not None:
                yield argument.arg, call
                break


def _input(
    module: Module, parameter: str, call: ast.Call, schemas: Mapping[str, tuple[Field, ...]]
) -> Input:
    values = module.options(call, ("name", "columns", "filter"), opaque=("projection_schema",))
    table = values.get("name")
    if not isinstance(table, str) or not table:
        raise Unreadable("bauplan.Model() needs the name of a table", call.lineno)
    schema = module.schema_name(call)
    columns = _columns(values.get("columns"))
    if schema in schemas:
        columns = tuple(field.name for field in schemas[schema])
    more = tuple(name for name in values if name not in ("name", "columns", "filter"))
    condition = str(values.get("filter") or "")
    return Input(parameter, table, columns, condition, schema, call.lineno, more)


def _columns(value: object) -> tuple[str, ...] | None:
    """Declared columns; None for none, and for the wildcard."""
    names = _strings(value)
    return None if not names or "*" in names else names


def _strings(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()


def _packages(value: object) -> dict[str, str]:
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else {}


def _strategy(
    options: Mapping[str, object], function: ast.FunctionDef | ast.AsyncFunctionDef
) -> str:
    strategy = str(options.get("materialization_strategy") or "NONE")
    if strategy not in STRATEGIES:
        text = f"unknown materialization strategy '{strategy}'; one of {', '.join(STRATEGIES)}"
        raise Unreadable(text, function.lineno)
    return strategy


def _returned(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The schema class of `-> Annotated[pyarrow.Table, Schema]`, or an empty string."""
    parts = module.annotated(function.returns)
    names = [module.dotted(part).rpartition(".")[2] for part in parts[1:]]
    return next((name for name in names if name), "")


def _schemas(modules: list[Module]) -> dict[str, tuple[Field, ...]]:
    """Every `TableSchema` class of the project; a base class's fields come first."""
    classes = {item.name: (module, item) for module in modules for item in module.classes()}
    found: dict[str, tuple[Field, ...]] = {}

    def fields(name: str, seen: tuple[str, ...] = ()) -> tuple[Field, ...] | None:
        if name == "TableSchema":
            return ()
        if name not in classes or name in seen:
            return None
        module, item = classes[name]
        bases = [module.dotted(base).rpartition(".")[2] for base in item.bases]
        inherited = [fields(base, (*seen, name)) for base in bases]
        known = [part for part in inherited if part is not None]
        own = {field.name: field for part in known for field in part}
        own.update({field.name: field for field in module.fields(item)})
        return tuple(own.values()) if known else None

    for name in classes:
        columns = fields(name)
        if columns is not None:
            found[name] = columns
    return found
