"""The pipeline as a graph: order of work, and the errors that a plan can have before it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline_guard.project import Input, Model, Problem, Project

CYCLE = "Graph contains a cycle or graph changed during iteration"


def unique(models: Iterable[Model]) -> tuple[dict[str, Model], list[Problem]]:
    """Models by name, and one problem for each name that is defined twice."""
    found: dict[str, Model] = {}
    problems = []
    for model in models:
        first = found.setdefault(model.name, model)
        if first is not model:
            text = f"Duplicate definition of '{model.name}' in {_place(first)} and {_place(model)}"
            problems.append(Problem(text, model.file, model.line, model.name))
    return found, problems


def check(project: Project, namespace: str) -> Iterator[Problem]:
    """Problems of the whole: a cycle, an empty project, columns that no schema has."""
    if not project.models:
        yield Problem("no models found in the project")
    if loop := _cycle(project, namespace):
        first = project.models[loop[0]]
        text = f"{CYCLE} ({' -> '.join([*loop, loop[0]])})"
        yield Problem(text, first.file, first.line, first.name)
    for model in project.models.values():
        yield from _undefined_schemas(project, model)
        yield from _undeclared_columns(project, model, namespace)


def order(project: Project, namespace: str) -> list[Model]:
    """All models and expectations, each after what it reads.

    Where there is a choice expectations come first, so that bad data goes no further; then by name.
    """
    done: dict[str, Model] = {}
    ranked = sorted(
        project.models.values(), key=lambda item: (item.kind != "expectation", item.name)
    )
    waiting = {model.name: model for model in ranked}
    while waiting:
        ready = [model for model in waiting.values() if _ready(project, model, done, namespace)]
        if not ready:
            break
        for model in ready:
            done[model.name] = waiting.pop(model.name)
    return list(done.values())


def parents(project: Project, model: Model, namespace: str) -> list[Model]:
    """The models of the project that `model` reads, without repeats."""
    found = (project.producer(read.table, namespace) for read in model.inputs)
    return list({parent.name: parent for parent in found if parent is not None}.values())


def _ready(project: Project, model: Model, done: dict[str, Model], namespace: str) -> bool:
    return all(parent.name in done for parent in parents(project, model, namespace))


def _cycle(project: Project, namespace: str) -> list[str]:
    """Models that wait for each other, each read by the next; none where there is an order."""
    from graphlib import CycleError, TopologicalSorter

    models = (project.models[name] for name in sorted(project.models))
    read = {
        model.name: [one.name for one in parents(project, model, namespace)] for model in models
    }
    try:
        TopologicalSorter(read).prepare()
    except CycleError as error:
        loop: list[str] = error.args[1][1:]
        start = loop.index(min(loop))
        return loop[start:] + loop[:start]
    return []


def _place(model: Model) -> str:
    return f"./{model.file}" if model.kind == "sql" else f"./{model.file}:{model.line}"


def _undefined_schemas(project: Project, model: Model) -> Iterator[Problem]:
    for name, line in ((read.schema, read.line) for read in model.inputs):
        if name and name not in project.schemas:
            text = f"'{model.name}' uses the schema '{name}', which the project does not define"
            yield Problem(text, model.file, line, model.name)
    if model.output and model.output not in project.schemas:
        text = f"'{model.name}' returns the schema '{model.output}', which is not defined"
        yield Problem(text, model.file, model.line, model.name)


def _undeclared_columns(project: Project, model: Model, namespace: str) -> Iterator[Problem]:
    for read in model.inputs:
        parent = project.producer(read.table, namespace)
        if parent is None or read.columns is None:
            continue
        declared = declared_columns(project, parent)
        if declared is not None:
            yield from missing_columns(model, read, declared, f"model '{parent.name}'")


def declared_columns(project: Project, model: Model) -> tuple[str, ...] | None:
    """The output columns that a model declares, or None where it does not say."""
    if model.output in project.schemas:
        return tuple(field.name for field in project.schemas[model.output])
    return model.columns


def missing_columns(
    model: Model, read: Input, declared: Iterable[str], source: str
) -> Iterator[Problem]:
    """One problem for the columns that `read` asks for and its source does not have."""
    known = tuple(declared)
    missing = [name for name in read.columns or () if name not in known]
    if missing:
        text = (
            f"model '{model.name}' asks for column{'s' if len(missing) > 1 else ''} "
            f"{', '.join(map(repr, missing))}, which {source} does not have "
            f"(it has {', '.join(known)})"
        )
        yield Problem(text, model.file, read.line or model.line, model.name)
