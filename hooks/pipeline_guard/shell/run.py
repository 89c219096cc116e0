"""Runs an argv as the shell looks it up: a function, a builtin, a wrapper, a program."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline_guard.effects import Effect, ReadPath, ReadVariable, RunProgram, Unknown
from pipeline_guard.programs import argv as programs
from pipeline_guard.programs import wrappers
from pipeline_guard.programs.peeled import Peeled
from pipeline_guard.programs.unsure import Unsure
from pipeline_guard.shell import builtins as shell_builtins
from pipeline_guard.shell import names as shell_names
from pipeline_guard.shell.state import MAX_DEPTH, Flow, Node, Place, Shell, World, join


def run(shell: Shell, node: Node, argv: Sequence[str], world: World, place: Place) -> Flow:
    """Run an argv as the shell looks it up: a function, a builtin, a wrapper, a program."""
    name = argv[0]
    if isinstance(name, Unsure):
        raise shell.beyond(
            node, "the program it runs is not known", "Write the program's name out."
        )
    if name in shell.functions:
        return _call(shell, node, argv, world, place)
    if name in shell_builtins.BUILTINS:
        return shell_builtins.BUILTINS[name](shell, node, argv, world, place)
    peeled = wrappers.peel(argv, world.cwd)
    if peeled is not None and peeled.feeds and place.names is not None:
        peeled = shell_names.filled(peeled, place.names)
    if peeled is None:
        for effect in programs.effects(argv, world.cwd, place.certain, place.fed):
            shell.log.add(effect)
        return Flow((world,), (world,))
    return _run_peeled(shell, node, peeled, world, place)


def _run_peeled(shell: Shell, node: Node, peeled: Peeled, world: World, place: Place) -> Flow:
    """What a wrapper does itself, then what it runs."""
    for effect in peeled.effects:
        shell.log.add(effect)
    here = place if peeled.certain else place.hidden()
    if peeled.feeds:
        here = here._replace(fed=True)
    apart = Flow((world,), (world,))
    last = apart
    for text in peeled.scripts:
        run_text(shell, node, text, world, here._replace(posix=peeled.posix))
    for inner in peeled.commands:
        mark = len(shell.log.effects)
        flow = _run_inner(shell, node, inner, world, here, peeled.in_shell)
        if peeled.recursive:
            _widen(shell.log.effects, mark, peeled.narrow)
        if peeled.in_shell:
            last = flow
        elif peeled.maybe_in_shell:
            last = Flow(join(flow.ok, apart.ok), join(flow.fail, apart.fail))
    return last


def _run_inner(
    shell: Shell, node: Node, argv: Sequence[str], world: World, place: Place, in_shell: bool
) -> Flow:
    if not in_shell or argv[0] in shell.functions:
        functions, shell.functions = shell.functions, {}
        try:
            return run(shell, node, argv, world, place)
        finally:
            shell.functions = functions
    return run(shell, node, argv, world, place)


def _widen(effects: list[Effect], mark: int, narrow: bool) -> None:
    """The reads of a program that `find` runs are on anything below its roots."""
    for index in range(mark, len(effects)):
        effect = effects[index]
        if isinstance(effect, ReadPath):
            effects[index] = effect._replace(recursive=effect.recursive or not narrow)
        elif not isinstance(effect, ReadVariable | Unknown) and not (
            isinstance(effect, RunProgram) and effect.reads_only
        ):
            effects.append(Unknown("find -exec", "the files that it changes are not known"))


def run_text(shell: Shell, node: Node, text: str, world: World, place: Place) -> None:
    """A text that another shell runs: it sees neither variables nor functions of this one."""
    shell.log.depth += 1
    if shell.log.depth > MAX_DEPTH // 4:
        raise shell.beyond(node, "its shells are nested too deep")
    shell.run_script(text, World(world.cwd, {}, None), place)
    shell.log.depth -= 1


def _call(shell: Shell, node: Node, argv: Sequence[str], world: World, place: Place) -> Flow:
    """A function that this command line defined: its body, with the arguments it is given."""
    name, *arguments = argv
    if name in shell.calls or len(shell.calls) > MAX_DEPTH // 4:
        raise shell.beyond(node, "a function that calls itself is not followed")
    known = None if any(isinstance(a, Unsure) for a in arguments) else tuple(arguments)
    shell.calls.append(name)
    shell.locals.append(set())
    shell.escapes.append([])
    inside = place._replace(in_function=True)
    flow = shell.run_body(shell.functions[name], (world._replace(params=known),), inside)
    shell.calls.pop()
    left = shell.escapes.pop()
    back = [after._replace(params=world.params) for after in join(flow.both, left)]
    for own in shell.locals.pop():
        back = [after.with_variable(own, None) for after in back]
    return Flow(join(back), join(back))
