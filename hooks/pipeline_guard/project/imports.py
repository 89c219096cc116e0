"""Which modules an edit of pipeline code may begin to import.

An allow-list: a list of modules that reach files, processes or the network is never complete.
What the file or the project has already, and what its `pip={…}` declares, may be imported too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

# The standard library's modules that compute and hold values, `os` and `sys` for a few names.
_STANDARD = frozenset(
    """__future__ abc array base64 binascii bisect calendar cmath collections contextlib copy csv
    dataclasses datetime decimal difflib enum fractions functools graphlib hashlib heapq hmac html
    io ipaddress itertools json logging math numbers operator os pprint random re statistics string
    struct sys textwrap time traceback types typing unicodedata uuid warnings zlib
    zoneinfo""".split()
)
# The packages that tables are computed with.
_PACKAGES = frozenset(
    """bauplan bauplan_sdk_types bpln_sdk arrow datafusion dateutil duckdb faker geopandas h3
    holidays ibis jellyfish langdetect lightgbm narwhals nltk numba numexpr numpy pandas pandera
    pendulum phonenumbers polars pyarrow pydantic pyproj pytz rapidfuzz regex scipy shapely sklearn
    spacy sqlglot statsmodels sympy tldextract torch transformers typing_extensions tzdata unidecode
    ujson validators xgboost""".split()
)
# Of these only some modules; of other packages all.
_INNER = {
    **dict.fromkeys(_STANDARD, frozenset({"abc", "path"})),
    **dict.fromkeys(
        ("bauplan", "bauplan_sdk_types", "bpln_sdk"),
        frozenset({"standard_expectations", "schema", "exceptions"}),
    ),
}


def strange(statement: ast.Import | ast.ImportFrom, known: frozenset[str]) -> Iterator[str]:
    """The modules of an import that no pipeline code needs; `known` are further names of some."""
    if isinstance(statement, ast.ImportFrom):
        if statement.level:
            return  # a module of the project's own
        modules = [statement.module or ""]
    else:
        modules = [alias.name for alias in statement.names]
    for module in modules:
        root, _, rest = module.partition(".")
        is_known = root in _STANDARD | _PACKAGES | known
        if not is_known or (rest and root in _INNER and rest not in _INNER[root]):
            yield module


def roots(module: ast.Module) -> frozenset[str]:
    """The modules that a file imports, by their first names."""
    found: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return frozenset(found)


def declared(module: ast.Module) -> frozenset[str]:
    """The packages in every `pip={…}` of a file, as they are imported."""
    found: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.keyword) and node.arg == "pip" and isinstance(node.value, ast.Dict):
            keys = (key for key in node.value.keys if isinstance(key, ast.Constant))
            found.update(str(key.value).partition("[")[0].replace("-", "_") for key in keys)
    return frozenset(found)
