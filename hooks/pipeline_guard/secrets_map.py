"""Where secrets lie: files, folders and variables that no step of a healing reads."""

from __future__ import annotations

import os

_FOLDERS = frozenset(
    """.bauplan .ssh .aws .azure .gnupg .kube .docker .gcloud .snowflake .databricks .oci .op
    .password-store keyrings .dbt .m2""".split()
)
_FILES = frozenset(
    """.netrc _netrc .pgpass .pypirc .npmrc .yarnrc .git-credentials .envrc .databrickscfg .boto
    .s3cfg .claude.json .credentials.json credentials credentials.json auth.json id_rsa id_dsa
    id_ecdsa id_ed25519 .vault-token .htpasswd application_default_credentials.json
    service-account.json service_account.json secrets.json secrets.yml secrets.yaml
    secrets.toml .secrets .flaskenv credentials.toml credentials.tfrc.json oauth_creds.json
    .bash_history .zsh_history .python_history .psql_history shadow gshadow .mcp.json mcp.json
    claude_desktop_config.json opencode.json""".split()
)
# A remote's address and an agent's settings may hold a token; elsewhere the names are harmless.
_FILES_IN = {
    ".git": frozenset({"config"}),
    ".claude": frozenset({"settings.json", "settings.local.json"}),
    ".gemini": frozenset({"settings.json"}),
    ".codex": frozenset({"config.toml"}),
}
_KEYS = ("id_rsa.", "id_dsa.", "id_ecdsa.", "id_ed25519.")
_BELOW_CONFIG = frozenset("gcloud gh hub rclone op doctl git stripe heroku github-copilot".split())
_ENDINGS = (".pem", ".p12", ".pfx", ".key", ".keystore", ".kdbx", ".ppk", ".env", ".tfvars")
_PROCESS = r"/proc/[^/]+(?:/task/[^/]+)?/(?:environ|mem|cmdline|auxv)"
_WORDS = (
    r"(?i)(^|_)(keys?|tokens?|secrets?|creds?|credentials?|auth|cookies?|pat|pass|dsn|jwt)(_|$)"
    r"|(api|access|private|secret)_?keys?(_|$)|passw(or)?d|passphrase|(_|ssh|pg)pass$|_pwd$"
    r"|(database|db|redis|mongo|postgres|webhook|broker)(_\w+)?_ur[il]$|connection_?string"
)
_TEMPLATES = (".example", ".sample", ".template", ".dist")
_NOT_SEARCHED = frozenset({".git", "node_modules", ".venv", "venv", "__pycache__"})
_MOST_FILES = 2000
_DEPTH = 4
_HOME_SECRETS = (".bauplan", ".ssh", ".aws", ".config/gcloud", ".config/gh", ".netrc", ".env")


def is_secret(path: str) -> bool:
    """Whether an absolute path is a file or folder with credentials."""
    if path.startswith("/proc/") and _is_of_process(path):
        return True
    parts = path.casefold().strip("/").split("/")
    name = parts[-1]
    if _is_env(name) or name in _FILES or name in _FILES_IN.get(parts[-2:][0], ()):
        return True
    if name.endswith(_ENDINGS) or name.startswith(_KEYS) or _FOLDERS.intersection(parts):
        return True
    return any(
        folder == ".config" and parts[place] in _BELOW_CONFIG
        for place, folder in enumerate(parts[:-1], 1)
    )


def _is_of_process(path: str) -> bool:
    import re  # not loaded for most calls

    return bool(re.fullmatch(_PROCESS, path))


def holds_secret(folder: str) -> str:
    """A secret that a recursive read of this folder would pass through; `""` for none.

    Looked for a few folders deep; templates (`.env.example`), keys of no known name and git's own
    files count as harmless here, else no repository could be searched.
    """
    home = os.path.realpath(os.path.expanduser("~"))
    if (home + "/").startswith(folder.rstrip("/") + "/"):
        known = [os.path.join(home, name) for name in _HOME_SECRETS]
        return next((path for path in known if os.path.exists(path)), "")
    return folder if (folder + "/").startswith("/proc/") else _below(folder)


def _below(top: str) -> str:
    seen = 0
    for folder, folders, files in os.walk(top):
        seen += len(files)
        if seen > _MOST_FILES:
            break
        for name in (*(f"{each}/" for each in folders), *files):
            if is_known(name):
                return os.path.join(folder, name.rstrip("/"))
        deep = folder.count("/") - top.count("/") >= _DEPTH
        folders[:] = [] if deep else [name for name in folders if name not in _NOT_SEARCHED]
    return ""


def is_known(path: str) -> bool:
    """Whether a file, or a folder written with a slash behind it, is known for its secrets.

    Less than `is_secret`: templates and keys lie in many repositories, which are searched.
    """
    *folders, name = path.casefold().split("/")
    if _FOLDERS.intersection(folders) or name in _FILES:
        return True
    return any(_is_env(part) and not part.endswith(_TEMPLATES) for part in (*folders, name))


def _is_env(name: str) -> bool:
    return name.startswith(".env") and not name.startswith(".environment")


def is_secret_variable(name: str) -> bool:
    """Whether the name of an environment variable says that it holds a secret; `*` is all."""
    import re  # not loaded for most calls

    return name == "*" or bool(re.search(_WORDS, name))
