"""Edits of Python: pipeline code passes, a script in disguise does not."""

from __future__ import annotations

import pytest

from pipeline_guard.project import edits as python_edits

BEFORE = '''import bauplan
import pyarrow as pa


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("3.11")
def clean(data=bauplan.Model("nyc.flights")):
    """Clean."""
    return data.select(["dep_delay"])
'''
BODY = '    return data.select(["dep_delay"])\n'

PIPELINE_CODE = [
    "    frame = data.to_pandas()\n    return frame[frame.open_price > frame.load_date]\n",
    "    import duckdb\n    con = duckdb.connect()\n    return con.sql('SELECT 1').arrow()\n",
    "    import json\n    from datetime import date\n    return json.loads(json.dumps([1]))\n",
    "    assert data, \"renamed from 'a.b' in an import\"\n    return data.read_all()\n",
    "    from helpers import clean\n    return clean(data)\n",
    "    import numpy as np\n    b = np.log(data['a'])\n    return data.append_column('b', b)\n",
    "    import pyarrow.dataset as ds\n    return data.filter(ds.field('a') > 0)\n",
    "    frame = data.to_pandas()\n    frame['b'] = frame.os.str.lower()\n"
    "    return pa.Table.from_pandas(frame.rename(columns={'a': 'c'}))\n",
    "    assert data.num_rows > 0, 'no rows'\n    return data\n",
    '    chosen = data.select(["dep_delay"])\n    return chosen\n',
    "    import pyarrow.compute as pc\n    return data.filter(pc.is_valid(data['a']))\n",
    "    print(data.num_rows)\n    return data.drop_columns(['a'])\n",
    "    frame = data.to_pandas()\n    frame['a'] = frame['a'].astype(float)\n"
    "    return pa.Table.from_pandas(frame)\n",
    "    import polars as pl\n    return pl.from_arrow(data).unique().to_arrow()\n",
    "    import duckdb\n    return duckdb.sql('SELECT * FROM data').arrow()\n",
    "    if 'a' not in data.column_names:\n        raise ValueError('no a')\n    return data\n",
    "    try:\n        return data.cast(data.schema)\n    except pa.ArrowInvalid as error:\n"
    "        raise ValueError('x') from error\n",
    "    import os\n    return data.append_column('p', pa.array([os.path.join('a', 'b')]))\n",
    "    return data.set_column(0, 'a', data['a'].cast(pa.float64()))\n",
    "    # only a comment\n" + BODY,
    "    write = data.select(['a'])\n    return write\n",
    "",
]

SHOWS = [
    "    shown = print(data.schema)\n",
    "    assert print(data.schema) is None\n",
    "    shown = [print(name) for name in data.column_names]\n",
    "    print(data.schema)\n",
    "    from pprint import pprint\n    pprint(data)\n",
    "    p = print\n    p(data)\n",
    "    import logging as l\n    l.info(data)\n",
    "    for name in data.column_names:\n        print(name)\n",
]

REACHES = [
    "    import os\n    g = os\n    g.system('ls')\n",
    "    import os\n    [o for o in [os]][0].system('ls')\n",
    "    import os\n    d = {'a': os}\n",
    "    import os\n    os.chmod('x', 1)\n",
    "    import os\n    os.symlink('a', 'b')\n",
    "    import os\n    os.path.expanduser('~')\n",
    "    import os.path as p\n    p.os.system('ls')\n",
    "    import logging\n    logging.os.system('ls')\n",
    "    import random\n    random._os.system('ls')\n",
    "    import posix\n",
    "    from pathlib import Path\n    Path('x').unlink()\n",
    "    import asyncio\n    asyncio.run(asyncio.create_subprocess_shell('ls'))\n",
    "    import sqlite3\n",
    "    import glob\n    x = glob.glob('/*')\n",
    "    import io\n    io.FileIO('x', 'w')\n",
    "    import numpy as np\n    np.save('x', 1)\n",
    "    import pyarrow as pa\n    pa.OSFile('x', 'wb')\n",
    "    import pyarrow.fs as fs\n    fs.LocalFileSystem()\n",
    "    from pyarrow import fs\n",
    "    import polars as pl\n    pl.scan_csv('x')\n",
    "    import duckdb\n    duckdb.sql(\"COPY data TO 'x.csv'\")\n",
    "    import duckdb\n    duckdb.sql(\"SELECT * FROM read_text('/etc/passwd')\")\n",
    "    import os as o\n    o.system('ls')\n",
    "    from os import system as s\n    s('ls')\n",
    "    from os import *\n    system('ls')\n",
    "    import os\n    run = os.system\n    run('ls')\n",
    "    import os\n    print(os.environ)\n",
    "    import os\n    os.getenv('BAUPLAN_API_KEY')\n",
    "    from os import environ as e\n    x = e['HOME']\n",
    "    import os\n    os.execv('/bin/sh', [])\n",
    "    import subprocess as sp\n    sp.run(['ls'])\n",
    "    from subprocess import run\n    run(['ls'])\n",
    "    import sys\n    sys.stdout.write(str(data))\n",
    "    open('x', 'w').write('x')\n",
    "    o = open\n    o('x')\n",
    "    from pathlib import Path\n    Path('x').write_text('x')\n",
    "    from pathlib import Path\n    y = Path('/etc/passwd').read_text()\n",
    "    from io import open as o\n    o('x')\n",
    "    data.to_pandas().to_csv('x')\n",
    "    import pyarrow.parquet as pq\n    pq.write_table(data, 'x')\n",
    "    import pyarrow.csv as c\n    z = c.read_csv('/tmp/x')\n",
    "    getattr(__import__('os'), 'system')('ls')\n",
    "    eval('1')\n",
    "    x = ().__class__.__bases__\n",
    "    x = __builtins__['open']\n",
    "    import importlib\n    importlib.import_module('os')\n",
    "    import urllib.request\n    urllib.request.urlopen('https://x')\n",
    "    from urllib import request as r\n    r.urlopen('https://x')\n",
    "    bauplan.Client().query('SELECT 1')\n",
    "    from bauplan import Client as C\n    C().query('SELECT 1')\n",
    "    x = [open(n) for n in 'ab']\n",
    "    f = lambda: open('x')\n",
    "    with open('x') as file:\n        pass\n",
    # the SDK under another name, and its insides
    "    sdk = bauplan\n    sdk.Client()\n",
    "    [bauplan][0].Client()\n",
    "    bauplan._internal.Client()\n",
    "    from bauplan import *\n",
    "    from bauplan import _internal\n",
    # modules that no table is computed with, named or not
    "    import distutils.spawn\n",
    "    import snowflake.connector\n",
    "    import logging.handlers\n",
    "    import numpy.f2py\n",
    # readers and writers in packages that compute
    "    import pandas as pd\n    frame = pd.read_fwf('x')\n",
    "    import pandas as pd\n    read = pd.read_xml\n    read('x')\n",
    "    data.to_pandas().to_orc('x')\n",
    "    import pyarrow.parquet as pq\n    pq.ParquetWriter('x', data.schema)\n",
    "    import pyarrow as pa\n    pa.ipc.new_file('x', data.schema)\n",
    "    import gzip\n    gzip.GzipFile('x', 'w')\n",
    "    import duckdb\n    duckdb.connect('x.db')\n",
    "    import duckdb\n    duckdb.sql('CO' + \"PY data TO 'x.csv'\")\n",
    "    import duckdb\n    duckdb.sql(f\"SELECT * FROM 'x.csv' WHERE {data}\")\n",
    "    x = '{0.__class__}'.format(data)\n",
    "    x = data.to_pandas().query(\"@__import__('os').system('x')\")\n",
    "    x = f\"{open('x')}\"\n",
]


@pytest.mark.parametrize("new", PIPELINE_CODE)
def test_pipeline_code_passes(new: str):
    assert python_edits.faults(BEFORE, BEFORE.replace(BODY, new or BODY), ["helpers"]) == []


@pytest.mark.parametrize("new", [*SHOWS, *REACHES])
def test_a_script_does_not(new: str):
    assert python_edits.faults(BEFORE, BEFORE.replace(BODY, new + BODY))
    assert python_edits.faults("", "import bauplan\n\n\ndef x(data):\n" + new)


@pytest.mark.parametrize("new", REACHES)
def test_nor_does_it_beside_a_real_fix(new: str):
    fix = "    data = data.drop_columns(['x'])\n"
    assert python_edits.faults(BEFORE, BEFORE.replace(BODY, fix + new + BODY))


def test_what_was_there_before_is_not_blamed():
    old = BEFORE.replace(BODY, "    open('x')\n" + BODY)
    assert python_edits.faults(old, old.replace("dep_delay", "carrier")) == []


def test_a_decorator_or_a_default_value_hides_nothing():
    for old, new in (
        ("def clean(", "@open('x').write\ndef clean("),
        ('bauplan.Model("nyc.flights")', 'open("x")'),
        ('"REPLACE"', '__import__("os").system("ls")'),
    ):
        assert python_edits.faults(BEFORE, BEFORE.replace(old, new)), new


def test_a_package_that_the_model_declares_may_be_imported():
    text = BEFORE.replace('python("3.11")', 'python("3.11", pip={"textblob": "0.18"})')
    new = text.replace(BODY, "    import textblob\n" + BODY)
    assert python_edits.faults(BEFORE, new) == []
    assert python_edits.faults(BEFORE, BEFORE.replace(BODY, "    import textblob\n" + BODY))


@pytest.mark.parametrize("left", ["import bauplan\n", "LIMIT = 3\n", "x = 1\nprint(x)\n"])
def test_an_edit_leaves_a_model(left: str):
    assert python_edits.faults(BEFORE, left)
    assert python_edits.faults("import bauplan\n", "import bauplan\nimport math\n") == []


def test_an_edit_keeps_the_data_of_the_run():
    for more in ("ref='main'", "connector='snowflake'"):
        new = BEFORE.replace('"nyc.flights")', f'"nyc.flights", {more})')
        assert python_edits.faults(BEFORE, new), more
        assert python_edits.faults(new, new.replace("dep_delay", "carrier")) == [], more
    fine = BEFORE.replace('"nyc.flights")', '"nyc.flights", filter="dep_delay > 0")')
    assert python_edits.faults(BEFORE, fine) == []


def test_an_edit_leaves_valid_python():
    assert "line" in python_edits.faults(BEFORE, BEFORE + "def (:\n")[0]
    assert python_edits.faults("def (:\n", "def (((:\n") == []
    assert python_edits.faults("def (:\n", BEFORE) == []
