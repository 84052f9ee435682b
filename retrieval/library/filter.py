"""Filter: which articles may answer, and the SQL condition for it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles may answer: those by one of `sources`, published from `since` to `until`.

    Both days are included; None sets no limit. An undated article is outside every limit on dates.
    """

    sources: tuple[str, ...] | None = None
    since: date | None = None
    until: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether every article passes."""
        return self == Filter()


def conditions(allowed: Filter) -> tuple[str, list[object]]:
    """The SQL condition that ready articles meet which the filter allows, and its values."""
    where, values = "state = 'ready'", list[object]()
    if allowed.sources is not None:
        where += f" AND source IN ({','.join('?' * len(allowed.sources))})"
        values += allowed.sources
    if allowed.since:
        where += " AND substr(published, 1, 10) >= ?"
        values.append(allowed.since.isoformat())
    if allowed.until:
        where += " AND substr(published, 1, 10) <= ?"
        values.append(allowed.until.isoformat())
    return where, values
