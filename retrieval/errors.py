"""What can go wrong, as sentences that a user can act on.

NewsdeskError
├── SettingsError   a setting or argument that makes no sense
├── ReadError       one article that can't be read; others go on
├── LibraryError    a library that is missing, damaged, or built by another model
└── ModelError      a model that can't be loaded or run
"""

from enum import Enum, auto


class Hint(Enum):
    """What to do about an error, beyond what its message says; each front end words it."""

    INDEX = auto()  # make a library by indexing articles
    REINDEX = auto()  # rebuild the index
    UPDATE = auto()  # make anew what an older version of Newsdesk stored
    LIST_ARTICLES = auto()  # look up the articles that there are, with their ids
    LIST_FEEDS = auto()  # look up the feeds that are followed
    SAVE_EVALUATION = auto()  # save a run of the evaluation


class NewsdeskError(Exception):
    """Its message is a sentence for the user that stands alone; `hint` says what to do, if set."""

    def __init__(self, message: str = "", *, hint: Hint | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class SettingsError(NewsdeskError):
    """A setting or an argument is wrong; the message names it and what it takes."""


class ReadError(NewsdeskError):
    """One article can't be read: `reason` says why, `place` where (a file, a file:line)."""

    def __init__(self, reason: str, place: str = "", *, hint: Hint | None = None) -> None:
        super().__init__(f"{place}: {reason}" if place else reason, hint=hint)
        self.reason = reason
        self.place = place


class LibraryError(NewsdeskError):
    """A library can't be used as it stands."""


class ModelError(NewsdeskError):
    """A model can't be loaded or run; the message names it."""
