"""Database: one SQLite file in its newest format, used by many threads and processes at once."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from retrieval.errors import LibraryError

_TIMEOUT = 60  # seconds to wait for another process that writes


class Database:
    """The file; whatever goes wrong with it is a LibraryError.

    It has a rollback journal rather than a write-ahead log: what is deleted is overwritten with
    zeros in the one file at commit, and no log keeps it.
    """

    def __init__(self, file: Path, formats: Sequence[str]) -> None:
        """Open the file, creating it where it is missing, and bring it to the newest format.

        Each of `formats` is the SQL statements that turn a file of the format before it into this
        one; the first turns an empty file. Raises LibraryError where the file is damaged, or in a
        newer format than these.
        """
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file
        self._lock = threading.RLock()
        with self._library_errors():
            self._db = sqlite3.connect(
                file, timeout=_TIMEOUT, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA foreign_keys = ON")
            self._db.execute("PRAGMA secure_delete = ON")
            # SQLite's own functions only know upper and lower case of ASCII letters.
            self._db.create_function("casefold", 1, str.casefold, deterministic=True)
            if self._format < len(formats):
                self._bring_up(formats)
        if self._format > len(formats):
            raise LibraryError(
                f"{file} was written by a newer version of Newsdesk (format {self._format}, this "
                f"one reads {len(formats)}). Update Newsdesk, or use another data folder."
            )

    def _bring_up(self, formats: Sequence[str]) -> None:
        with self.transaction():
            before = self._format  # another process may have done it meanwhile
            for change in formats[before:]:
                for statement in change.split(";"):
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {max(before, len(formats))}")

    @property
    def _format(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Either all writes inside happen, or none."""
        with self._lock, self._library_errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def rows(self, sql: str, values: Iterable[object] = ()) -> list[Any]:
        """The rows that the SQL statement gives, as tuples."""
        with self._lock, self._library_errors():
            return self._db.execute(sql, tuple(values)).fetchall()

    def each(self, sql: str, values: Iterable[Sequence[object]]) -> None:
        """Run the SQL statement once for each row of values."""
        with self._lock, self._library_errors():
            self._db.executemany(sql, values)

    @contextmanager
    def _library_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            is_damaged = type(exc) is sqlite3.DatabaseError
            trouble = "is damaged or not a file of Newsdesk" if is_damaged else "can't be used"
            raise LibraryError(f"{self._file} {trouble}: {exc}.") from exc
