"""Each month, weekday and time stands in a text that says when only with it."""

from datetime import date

import pytest

from retrieval.english.dates import DATE, DAYS, meant_days, says_when
from tests.english.mutation import survivors

WEDNESDAY = date(2026, 11, 25)
# Each says when something was.
TIMES = """
on Monday|on Tuesday|on Wednesday|on Thursday|on Friday|on Saturday|on Sunday
in January|in February|in March|in April|in May|in June|in July|in August|in September|in October
in November|in December|in Jan.|in Feb.|in Mar.|in Apr.|in Jun.|in Jul.|in Aug.|in Sep.|in Sept.
in Oct.|in Nov.|in Dec.|yesterday|today|tonight|tomorrow|at noon|at midnight|in spring|in summer
in autumn|in fall|in winter|in the morning|in the evening|a week|two months|a year|for decades
a century ago|in 1998|in 2024|at 5 p.m.|at 5:30 pm
"""
# The words, and the first and the last day that they mean.
MEANT = {
    "today": "2026-11-25 2026-11-25", "yesterday": "2026-11-24 2026-11-24",
    "this week": "2026-11-23 2026-11-29", "last week": "2026-11-16 2026-11-22",
    "this month": "2026-11-01 2026-11-30", "last month": "2026-10-01 2026-10-31",
    "this year": "2026-01-01 2026-12-31", "last year": "2025-01-01 2025-12-31",
    "the last day": "2026-11-24 2026-11-25", "the past week": "2026-11-18 2026-11-25",
    "the last 2 months": "2026-09-26 2026-11-25", "the last year": "2025-11-25 2026-11-25",
    "Monday": "2026-11-23 2026-11-23", "last Tuesday": "2026-11-24 2026-11-24",
    "wednesday": "2026-11-25 2026-11-25", "Thursday": "2026-11-19 2026-11-19",
    "Friday": "2026-11-20 2026-11-20", "Saturday": "2026-11-21 2026-11-21",
    "Sunday": "2026-11-22 2026-11-22",
    "January": "2026-01-01 2026-01-31", "February 2024": "2024-02-01 2024-02-29",
    "March 3": "2026-03-03 2026-03-03", "3rd of April": "2026-04-03 2026-04-03",
    "May": "2026-05-01 2026-05-31", "June 30th, 2025": "2025-06-30 2025-06-30",
    "July": "2026-07-01 2026-07-31", "August": "2026-08-01 2026-08-31",
    "September": "2026-09-01 2026-09-30", "October": "2026-10-01 2026-10-31",
    "24 November": "2026-11-24 2026-11-24", "December": "2025-12-01 2025-12-31",
    "2025": "2025-01-01 2025-12-31", "2025-05-16": "2025-05-16 2025-05-16",
    "31 February": "", "May 0000": "", "16 May 3": "", "gibberish": "", "5": "", "next week": "",
}  # fmt: skip


def times() -> list[str]:
    return [one for line in TIMES.strip().split("\n") for one in line.split("|")]


def meant(words: str) -> str:
    return " ".join(str(day) for day in meant_days(words, WEDNESDAY) or ())


def results() -> list[object]:
    """Which texts say when, and which days words mean."""
    dated = [bool(DATE.search(f"It was {one[3:]} 5.")) for one in times()]
    return [[says_when(f"It was {one}.") for one in times()], dated, [*map(meant, MEANT)]]


@pytest.mark.parametrize("time", times())
def test_a_text_says_when(time: str) -> None:
    assert says_when(f"It was {time}.")


@pytest.mark.parametrize("text", ["He may go.", "It was 5 and 1400.", "They march on.", "We sat."])
def test_a_text_does_not_say_when(text: str) -> None:
    assert not says_when(text)


@pytest.mark.parametrize(("words", "days"), MEANT.items())
def test_the_days_that_words_mean(words: str, days: str) -> None:
    assert meant(words) == days


@pytest.mark.parametrize(
    "text", ["3 May 2025", "3rd of May", "May 3rd, 2025", "Sept. 3", "3 Dec 2025", "1998"]
)
def test_days_of_a_text(text: str) -> None:
    found = DATE.search(f"It was on {text}.")

    assert found is not None
    assert found[0] == text


def test_the_mayor_is_no_month() -> None:
    assert not DATE.search("Mayor 5")
    assert "may" in DAYS


@pytest.mark.slow
@pytest.mark.parametrize(
    "table", ["_MONTH_NAMES", "_WEEKDAY_NAMES", "_TIMES", "_SPANS", "_LENGTHS"]
)
def test_each_day_is_needed(table: str) -> None:
    assert survivors(f"retrieval.english.dates:{table}", f"{__name__}:results") == []
