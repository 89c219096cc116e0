"""What reaches for files, processes, the network or the environment in Python, by its names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

MODULES = frozenset(
    """subprocess pty shutil socket requests httpx aiohttp urllib urllib3 http ftplib smtplib
    telnetlib paramiko boto3 botocore s3fs gcsfs ctypes importlib runpy multiprocessing tempfile
    pickle shelve marshal code codeop inspect gc builtins signal posix nt _posixsubprocess pathlib
    asyncio sqlite3 dbm fileinput linecache webbrowser antigravity zipfile tarfile mmap ssl xmlrpc
    socketserver select selectors site pkgutil zipimport imp pdb bdb trace timeit cProfile profile
    doctest getpass atexit glob dill joblib cloudpickle fsspec smart_open sh plumbum psutil git
    dotenv""".split()
)
OF_MODULES = frozenset(
    """os.system os.popen os.fork os.remove os.unlink os.rename os.replace os.kill os.environ
    os.environb os.getenv os.putenv os.open os.write os.mkdir os.makedirs os.listdir os.walk
    os.scandir os.startfile sys.stdout sys.stderr sys.modules sys.path bauplan.Client io.FileIO
    platform.popen numpy.save numpy.savez numpy.savez_compressed numpy.load numpy.loadtxt
    numpy.fromfile numpy.genfromtxt numpy.memmap torch.load torch.save pyarrow.fs pyarrow.OSFile
    pyarrow.output_stream pyarrow.input_stream pyarrow.memory_map pyarrow.dataset.dataset
    pyarrow.flight""".split()
)
STARTS = ("os.exec", "os.spawn", "os.posix_spawn", "pyarrow.fs.")
GUARDED = ("os", "sys")
HELD = (*GUARDED, "bauplan")
PURE = frozenset(
    """os os.path os.sep os.linesep os.fspath os.cpu_count os.path.join os.path.basename
    os.path.dirname os.path.split os.path.splitext os.path.normpath os.path.sep""".split()
)
_SQL_OF_FILES = re.compile(
    r"(?is)\bcopy\b.+\bto\s+'|\bread_(?:text|blob|csv|csv_auto|parquet|json|json_auto|ndjson)\s*\("
    r"|^\s*(?:attach|install)\s|\bexport\s+database\b|\bselect\b.+\b(?:from|join)\s+'[^']*[./]"
)
# Names of Python's own machinery in a text that something else evaluates.
_INSIDES = re.compile(
    r"__(?:import|class|globals|builtins|subclasses|mro|bases?|dict|getattribute|code|loader)__"
)
# Readers and writers of files by their names, in whatever package: but not of batches in memory.
_FILES = re.compile(
    r"(?:read|scan|sink|write|open|save|load)_(?!all$|next|batch|pandas$|state_dict$)\w+"
    r"|to_(?:hdf|orc|xml|html|latex|stata|gbq|clipboard|ipc|avro|delta|iceberg|pickle)"
    r"|\w+(?:Writer|File|FileHandler|HDFStore)|new_file|from_(?:csv_auto|parquet)|savez?\w*|memmap"
    r"|HDFStore|SQLContext|attrgetter|methodcaller|basicConfig|dictConfig|fileConfig|f2py|ctypeslib"
)
NAMES = frozenset(
    """open eval exec compile __import__ breakpoint input globals locals vars getattr setattr
    delattr __builtins__ __loader__ __spec__""".split()
)
METHODS = frozenset(
    """write writelines write_text write_bytes read_text read_bytes to_csv to_parquet to_json
    to_excel to_pickle to_feather to_sql to_hdf write_csv write_parquet write_table write_feather
    write_dataset write_to_dataset dump savetxt tofile read_csv read_parquet read_table read_json
    read_excel read_feather read_sql open read_database scan_csv scan_parquet scan_ndjson sink_csv
    sink_parquet sink_ipc sink_ndjson unlink FileHandler""".split()
)
# What makes an input come from elsewhere than the ref that runs (SDK 0.1 and 0.2).
ELSEWHERE = frozenset("ref connector connector_config_key connector_config_uri".split())
NOT_IMPORTED = frozenset({"os.*", "sys.*", "bauplan.*", *OF_MODULES})


def is_of_system(name: str) -> bool:
    """Whether a dotted name is a part of `os` and the like that reaches outside of Python."""
    return name in OF_MODULES or name.startswith(STARTS)


def is_of_files(name: str) -> bool:
    """Whether a function or class of this name reads or writes files."""
    return name in METHODS or _FILES.fullmatch(name) is not None


def text(node: ast.expr) -> str:
    """What is known of a text: of one that is put together, its written parts."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.BinOp):
        return text(node.left) + text(node.right)
    return "".join(map(text, node.values)) if isinstance(node, ast.JoinedStr) else ""


def said(words: str) -> Iterator[str]:
    """What a text would do that something evaluates."""
    if _SQL_OF_FILES.search(words):
        yield "its SQL reads or writes files"
    if found := _INSIDES.search(words):
        yield f"it names `{found.group()}` in a text"
