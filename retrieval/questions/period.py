"""The days that the words of a question mean: "yesterday", "last week", "in May"."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from retrieval.english.reporting import pattern

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_MONTH = "|".join(_MONTHS)
_UNITS = {"day": 1, "week": 7, "month": 30, "year": 365}
_REPORTED = timedelta(days=1)  # what happens on a day is reported on it or the next

_DONE = rf"\w+ed|{pattern('past', 'says', 'informs')}|met|came|went|won|lost|died|left"
_WHAT_WAS_DONE = (
    r"\b(?:what|who|whom|which|where|why|how(?! (?:many|much)\b))\b[^,.?!]*"
    r"\b(?:did|has|have|was|were)\b[^,.?!]*"
    rf"|\b(?:what|who)\s+(?:{_DONE})\b[^,.?!]*"
)
_ASKED = re.compile(rf"(?:{_WHAT_WAS_DONE})\W*$", re.I)
# "How many did it in May 2020?" is asked of what was reported later too; "… yesterday?" is not.
_ASKED_OF_LATE = re.compile(
    rf"(?:{_WHAT_WAS_DONE}"
    rf"|\b(?:how (?:many|much)|which)\b[^,.?!]*\b(?:did|has|have|was|were|{_DONE})\b[^,.?!]*"
    r"|^\W*(?:did|has|have|was|were)\b[^,.?!]*|\bwhen (?:did|was|were)\b[^,.?!]*"
    r"|\bwhat(?:['’]s| is| was) (?:the news|new|happening|going on)\b[^,.?!]*)\W*$",
    re.I,
)
_AGO = re.compile(
    r"\b(?:in|over|during|within|for) the (?:last|past) (?:(\d{1,3}) )?(day|week|month|year)s?\b",
    re.I,
)
_NEAR = re.compile(r"\b(today|yesterday)\b(?!['’])", re.I)
_UNIT = re.compile(r"(?<!the )\b(last|this) (week|month|year)\b(?!['’])", re.I)
# "May" the month has a capital, "may" the verb has not, and "Theresa May" no "in" before it.
_DAY = re.compile(
    rf"\b(?:[Oo]n|[Ss]ince) (?:(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?)?((?i:{_MONTH}))\b"
    r"(?: (\d{1,2})(?:st|nd|rd|th)?\b(?!\d))?,?(?: (\d{4})\b)?"
)
_WEEKDAY = re.compile(rf"\b(on|since) (?:last )?({'|'.join(_WEEKDAYS)})\b", re.I)
_IN_MONTH = re.compile(rf"\b[Ii]n ({_MONTH.title()})\b(?! \d{{1,2}}\b)(?:,? (\d{{4}}))?")


@dataclass(frozen=True, slots=True)
class Days:
    """From and to which day, inclusive; None sets no limit. `rest` is the question without it."""

    since: date | None
    until: date | None
    rest: str


def asked_days(question: str, today: date) -> Days:
    """The days on which what is asked about was published.

    Relative to `today`. A month or weekday without a year is the last one that has begun. Days
    count only where they say when what is asked about was done: in "what did X say last week?" the
    saying was; in "of the party that won last week, who is the leader?" the leading was not.
    """
    asked_at_all, asked_of_late = _ASKED.search(question), _ASKED_OF_LATE.search(question)
    for find in (_ago, _near, _unit, _on_day, _on_weekday, _in_month):
        asked = asked_at_all if find in (_on_day, _in_month) else asked_of_late
        found = _found(find, asked[0], today) if asked else None
        # How many there were last year is told in this one.
        is_long_ago = found and not asked_at_all and re.search("month|year", found[0][0], re.I)
        if asked and found and not is_long_ago:
            words, since, until = found
            start, end = (asked.start() + place for place in words.span())
            rest = f"{question[:start]} {question[end:]}"
            return Days(since, until, re.sub(r"\s+(?=[\s?.!]|$)", "", rest))
    return Days(None, None, question)


_Found = tuple[re.Match[str], date, date | None] | None


def _found(find: Callable[[str, date], _Found], question: str, today: date) -> _Found:
    try:
        return find(question, today)
    except (ValueError, OverflowError):  # the year 0000
        return None


def _ago(question: str, today: date) -> _Found:
    found = _AGO.search(question)
    if not found:
        return None
    return found, today - timedelta(days=int(found[1] or 1) * _UNITS[found[2].lower()]), None


def _near(question: str, today: date) -> _Found:
    found = _NEAR.search(question)
    if not found:
        return None
    return found, today - timedelta(days=found[1].lower() == "yesterday"), None


def _unit(question: str, today: date) -> _Found:
    found = _UNIT.search(question)
    if not found:
        return None
    this, unit = found[1].lower() == "this", found[2].lower()
    first = {
        "week": today - timedelta(days=today.weekday()),
        "month": today.replace(day=1),
        "year": today.replace(month=1, day=1),
    }[unit]
    if this:
        return found, first, None
    last = first - timedelta(days=1)
    before = {
        "week": first - timedelta(days=7),
        "month": last.replace(day=1),
        "year": last.replace(month=1, day=1),
    }[unit]
    return found, before, last + _REPORTED


def _on_day(question: str, today: date) -> _Found:
    found = _DAY.search(question)
    number = found and (found[1] or found[3])
    if not found or not number:
        return None
    month = _MONTHS.index(found[2].lower()) + 1
    for year in [int(found[4])] if found[4] else [today.year, today.year - 1]:
        try:
            day = date(year, month, int(number))
        except ValueError:
            return None
        if day <= today:
            until = None if found[0].lower().startswith("since") else day + _REPORTED
            return found, day, until
    return None


def _on_weekday(question: str, today: date) -> _Found:
    found = _WEEKDAY.search(question)
    if not found:
        return None
    day = today - timedelta(days=(today.weekday() - _WEEKDAYS.index(found[2].lower())) % 7)
    return found, day, None if found[1].lower() == "since" else day + _REPORTED


def _in_month(question: str, today: date) -> _Found:
    found = _IN_MONTH.search(question)
    if not found:
        return None
    month = _MONTHS.index(found[1].lower()) + 1
    year = int(found[2]) if found[2] else today.year - (month > today.month)
    last = date(year, month, monthrange(year, month)[1])
    return found, last.replace(day=1), last + _REPORTED
