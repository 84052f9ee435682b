"""Dates: days, weekdays and months in a text, and the days that words such as "last week" mean."""

import re
from calendar import monthrange
from datetime import date, timedelta

from retrieval.english.abbreviations import MONTHS as ABBREVIATED

_MONTH_NAMES = """
january february march april may june july august september october november december
"""
_WEEKDAY_NAMES = "monday tuesday wednesday thursday friday saturday sunday"
_TIMES = """
yesterday today tonight tomorrow noon midnight spring summer autumn fall winter morning evening
"""
_SPANS = "week month year century decade"
_MONTHS = _MONTH_NAMES.split()
_WEEKDAYS = _WEEKDAY_NAMES.split()
DAYS = frozenset((*_MONTHS, *_WEEKDAYS))
_LENGTHS = {"day": 1, "week": 7, "month": 30, "year": 365}

MONTH = rf"(?:(?:{'|'.join(map(str.title, _MONTHS))})\b|(?:{'|'.join(sorted(ABBREVIATED))})\b\.?)"
WEEKDAY = "|".join(_WEEKDAYS)
NUMBERED = r"\d{1,2}(?:st|nd|rd|th)?"  # a day of a month
_YEAR = r"\b(?:1[5-9]|20)\d\d\b"
DATE = re.compile(rf"\b(?:{NUMBERED} (?:of )?{MONTH}|{MONTH} {NUMBERED}\b)(?:,? \d{{4}})?|{_YEAR}")
_WHEN = re.compile(
    rf"{_YEAR}|\b{MONTH}|\b(?:{WEEKDAY.title()}|{'|'.join(_TIMES.split())})\b"
    rf"|\b(?:{'|'.join(_SPANS.split())})s?\b|\b\d{{1,2}}(?::\d\d)? ?[ap]\.?m\b"
)
_NEAR = re.compile(r"today|(yesterday)")
_UNIT = re.compile(r"(last|this) (week|month|year)")
_PAST = re.compile(r"the (?:last|past) (?:(\d{1,3}) )?(day|week|month|year)s?")
_WEEKDAY = re.compile(rf"(?:last )?({WEEKDAY})")
_DAY = re.compile(
    rf"(?:(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?)?({MONTH})"
    r"(?: (\d{1,2})(?:st|nd|rd|th)?\b(?!\d))?,?(?: (\d{4}))?",
    re.I,
)

Days = tuple[date, date]


def says_when(text: str) -> bool:
    """Whether it has a day, a time of day or year, or a span of time."""
    return bool(_WHEN.search(text))


def meant_days(words: str, today: date) -> Days | None:
    """The first and the last day that words mean: "last week", "May 2025", "Monday", "2025-05-16".

    A weekday, or a month or day without a year, is the last that has begun. None for other words,
    and for days that there are not.
    """
    words = " ".join(words.casefold().split())
    try:
        for read in (_iso, _near, _unit, _past, _weekday, _day):
            if found := read(words, today):
                return found
    except (ValueError, OverflowError):  # 31 February, the year 0000
        pass
    return None


def _iso(words: str, today: date) -> Days | None:
    if re.fullmatch(r"\d{4}", words):
        return date(int(words), 1, 1), date(int(words), 12, 31)
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", words):
        return None
    return date.fromisoformat(words), date.fromisoformat(words)


def _near(words: str, today: date) -> Days | None:
    if not (found := _NEAR.fullmatch(words)):
        return None
    day = today - timedelta(days=bool(found[1]))
    return day, day


def _unit(words: str, today: date) -> Days | None:
    if not (found := _UNIT.fullmatch(words)):
        return None
    first, last = _around(today, found[2])
    return (first, last) if found[1] == "this" else _around(first - timedelta(days=1), found[2])


def _around(day: date, unit: str) -> Days:
    """The week, month or year that the day is in."""
    if unit == "week":
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=6)
    if unit == "month":
        return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    return day.replace(month=1, day=1), day.replace(month=12, day=31)


def _past(words: str, today: date) -> Days | None:
    if not (found := _PAST.fullmatch(words)):
        return None
    return today - timedelta(days=int(found[1] or 1) * _LENGTHS[found[2]]), today


def _weekday(words: str, today: date) -> Days | None:
    if not (found := _WEEKDAY.fullmatch(words)):
        return None
    day = today - timedelta(days=(today.weekday() - _WEEKDAYS.index(found[1])) % 7)
    return day, day


def _day(words: str, today: date) -> Days | None:
    """A day of a month, or the month."""
    found = _DAY.fullmatch(words)
    if not found or (found[1] and found[3]):
        return None
    month = next(n for n, name in enumerate(_MONTHS, 1) if name.startswith(found[2][:3]))
    number = int(found[1] or found[3] or 0)
    for year in [int(found[4])] if found[4] else [today.year, today.year - 1]:
        first = date(year, month, number or 1)
        if first <= today or found[4]:
            return (first, first) if number else _around(first, "month")
    return None
