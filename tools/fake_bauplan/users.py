"""Who may call: users and their API keys, kept in the data folder."""

from __future__ import annotations

import hashlib
import secrets

from fake_bauplan.catalog.types import User
from fake_bauplan.database import Database
from fake_bauplan.errors import Unauthorized
from fake_bauplan.refs import MAIN, NAME

ORGANIZATION_ID = "org_fake_lakehouse"
ORGANIZATION_NAME = "Fake lakehouse"
OWNER = "demo"

SCHEMA = """
CREATE TABLE IF NOT EXISTS users (
    username TEXT PRIMARY KEY,
    key TEXT NOT NULL UNIQUE
) WITHOUT ROWID;
"""


def make_user(username: str) -> User:
    """The user of that name, as commits and `bauplan info` show it."""
    return User(f"user_{username}", username, username.capitalize(), "User", ORGANIZATION_ID)


class Users:
    """The users of one lakehouse; with a seed their keys repeat."""

    def __init__(self, database: Database, seed: int | None) -> None:
        self._database = database
        self._seed = seed
        self.add(OWNER)

    def add(self, username: str) -> str:
        """A user's API key, made at the first call; raises ValueError for a bad name."""
        if not NAME.fullmatch(username) or "." in username or username == MAIN:
            raise ValueError(f"{username!r} is not a user's name")
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO users VALUES (?, ?)", (username, self._new_key(username))
            )
            found = connection.execute("SELECT key FROM users WHERE username = ?", (username,))
            key: str = found.fetchone()["key"]
        return key

    def of_key(self, key: str) -> User:
        """Who holds the key; raises Unauthorized."""
        with self._database.read() as connection:
            row = connection.execute("SELECT username FROM users WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise Unauthorized("The API key is missing or not known to this lakehouse")
        return make_user(row["username"])

    def _new_key(self, username: str) -> str:
        if self._seed is None:
            return f"bpln_{secrets.token_hex(20)}"
        return f"bpln_{hashlib.sha256(f'{self._seed}/{username}'.encode()).hexdigest()[:40]}"
