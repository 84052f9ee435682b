"""What can go wrong, as sentences that a user can act on.

NewsdeskError
├── SettingsError   a setting or argument that makes no sense
├── ReadError       one article that can't be read; others go on
├── LibraryError    a library that is missing, damaged, or built by another model
└── ModelError      a model that can't be loaded or run
"""


class NewsdeskError(Exception):
    """Its message is a sentence fit for a reader."""


class SettingsError(NewsdeskError):
    """A setting or an argument is wrong; the message names it and what it takes."""


class ReadError(NewsdeskError):
    """One article can't be read: `reason` says why, `place` where (a file, a file:line)."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(f"{place}: {reason}" if place else reason)
        self.reason = reason
        self.place = place


class LibraryError(NewsdeskError):
    """A library can't be used as it stands; the message says what mends it."""


class ModelError(NewsdeskError):
    """A model can't be loaded or run; the message names it."""
