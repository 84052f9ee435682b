"""The days that a question or a filter means: "yesterday", "last week", "in May"."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from retrieval.english.dates import MONTH, NUMBERED, WEEKDAY, meant_days
from retrieval.english.reporting import pattern
from retrieval.errors import SettingsError

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
# Each with whether it counts only where the question is for what was done, not how many or which.
_MENTIONS = (
    (
        False,
        r"\b(?:in|over|during|within|for) "
        r"(?P<days>the (?:last|past) (?:\d{1,3} )?(?:day|week|month|year)s?)\b",
    ),
    (False, r"\b(?P<days>today|yesterday)\b(?!['’])"),
    (False, r"(?<!the )\b(?P<days>(?:last|this) (?:week|month|year))\b(?!['’])"),
    (
        True,
        rf"\b(?:on|(?P<since>since)) (?P<days>{NUMBERED} (?:of )?{MONTH}(?:,? \d{{4}}\b)?"
        rf"|{MONTH} {NUMBERED}\b(?!\d)(?:,? \d{{4}}\b)?)",
    ),
    (False, rf"\b(?:on|(?P<since>since)) (?P<days>(?:last )?(?:{WEEKDAY}))\b"),
    # "May" the month has a capital, "may" the verb has not, and "Theresa May" no "in" before it.
    (True, rf"\bin (?P<days>(?-i:{MONTH})(?! \d{{1,2}}\b)(?:,? \d{{4}})?)"),
)
_PATTERNS = [(done, re.compile(pattern, re.I)) for done, pattern in _MENTIONS]


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
    for is_of_deeds, form in _PATTERNS:
        asked = asked_at_all if is_of_deeds else asked_of_late
        found = form.search(asked[0]) if asked else None
        # How many there were last year is told in this one.
        is_long_ago = found and not asked_at_all and re.search("month|year", found[0], re.I)
        days = found and meant_days(found["days"], today)
        if asked and found and days and days[0] <= today and not is_long_ago:
            start, end = (asked.start() + place for place in found.span())
            rest = f"{question[:start]} {question[end:]}"
            until = days[1] + _REPORTED
            is_open = until >= today or bool(found.groupdict().get("since"))
            return Days(days[0], None if is_open else until, re.sub(r"\s+(?=[\s?.!]|$)", "", rest))
    return Days(None, None, question)


def day(text: str | None, today: date | None = None, *, last: bool = False) -> date | None:
    """The day that a filter's words mean, such as "last week" or "16 May 2025"; None for none.

    Of a longer period it is the first day, or the `last`. Raises SettingsError for words that
    aren't understood.
    """
    if not text or not text.strip():
        return None
    today = today or date.today()
    if days := meant_days(text, today):
        return days[last]
    from dateparser import parse

    settings = {
        "PREFER_DATES_FROM": "past",
        "PREFER_DAY_OF_MONTH": "last" if last else "first",
        "RELATIVE_BASE": datetime.combine(today, time()),
    }
    found: datetime | None = parse(text[:100], settings=settings)
    if found is None or text.strip().isdecimal():
        raise SettingsError(f"I don't understand the date {text[:40]!r}. Try 2025-05-16.")
    return found.date()
