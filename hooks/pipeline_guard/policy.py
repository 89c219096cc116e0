"""What may be configured in `.self-heal.yml`, in layers that can only tighten.

The layers are the organisation's (`/etc/self-healing-pipeline/self-heal.yml`), the user's
(`${XDG_CONFIG_HOME:-~/.config}/self-healing-pipeline/self-heal.yml`) and the project's
(`.self-heal.yml` at the top of the repository). Each may add to the lists, lower the numbers
and turn `ask` into `deny`; what would loosen the layer above has no effect and is noted.
"""

from __future__ import annotations

from typing import NamedTuple


class Policy(NamedTuple):
    """The rules' settings. `notes` tells what a layer tried in vain, one sentence each.

    `protected_branches` are never written, in Bauplan or git, besides the built-in ones;
    `max_rows` bounds a query's result; `push` and `cleanup` say whether the person is asked
    (`"ask"`) or the call is refused (`"deny"`); `denied_tools` are refused by name.
    """

    protected_branches: frozenset[str] = frozenset({"main", "master"})
    max_rows: int = 20
    push: str = "ask"
    cleanup: str = "ask"
    denied_tools: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
