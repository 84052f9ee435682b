from datetime import date

import pytest

from retrieval.errors import SettingsError
from retrieval.questions.period import Days, asked_days, day

WEDNESDAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("what did Starmer say today?", "2026-11-25", None),
        ("What did Starmer say yesterday?", "2026-11-24", None),
        ("what did he say about sanctions last week?", "2026-11-16", "2026-11-23"),
        ("what has happened in Gaza this week?", "2026-11-23", None),
        ("who met in Istanbul last month?", "2026-10-01", "2026-11-01"),
        ("what did Starmer say in May?", "2026-05-01", "2026-06-01"),
        ("what did Starmer say in December?", "2025-12-01", "2026-01-01"),
        ("what did Starmer say in May 2025?", "2025-05-01", "2025-06-01"),
        ("what did he say on Monday?", "2026-11-23", "2026-11-24"),
        ("what has he said since Monday?", "2026-11-23", None),
        ("what did he say on 16 May 2025?", "2025-05-16", "2025-05-17"),
        ("what did he say on May 16th?", "2026-05-16", "2026-05-17"),
        ("what did he say on 24 December?", "2025-12-24", "2025-12-25"),
        ("what did he announce in the last three days?", None, None),
        ("what did he announce in the last 3 days?", "2026-11-22", None),
        ("How many people died in the fire yesterday?", "2026-11-24", None),
        ("Did the minister resign yesterday?", "2026-11-24", None),
        ("Which party won the election last week?", "2026-11-16", "2026-11-23"),
        ("When did the fire break out last week?", "2026-11-16", "2026-11-23"),
        ("What is the news of yesterday?", "2026-11-24", None),
    ],
)
def test_days_in_words(question: str, since: str | None, until: str | None) -> None:
    days = asked_days(question, WEDNESDAY)
    assert [day and day.isoformat() for day in (days.since, days.until)] == [since, until]


@pytest.mark.parametrize(
    "question",
    [
        "what did Starmer say?",
        "what did Theresa May say?",
        "what may happen?",
        "who leads the party that won on Sunday, and who lost?",
        "The vote on Sunday was won by whom?",
        "how many thefts were reported last year?",
        "what was said in May 0000?",
        "what was said in December 9999?",
        "who was elected president in 2020?",
        "which day is today?",
        "what happened to yesterday's papers?",
        "what did he say on 31 February?",
        "",
    ],
)
def test_other_words_set_no_period(question: str) -> None:
    assert asked_days(question, WEDNESDAY) == Days(None, None, question)


def test_the_period_is_removed_from_the_question() -> None:
    assert asked_days("what did he say last week?", WEDNESDAY).rest == "what did he say?"
    assert asked_days("who met in May 2025, in Istanbul?", WEDNESDAY).rest.startswith("who met")
    assert asked_days("what did X say on Monday about Y?", WEDNESDAY).rest == (
        "what did X say about Y?"
    )


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("last week", "2026-11-16", "2026-11-22"),
        ("This Week", "2026-11-23", "2026-11-29"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("the past 3 days", "2026-11-22", "2026-11-25"),
        ("yesterday", "2026-11-24", "2026-11-24"),
        ("Monday", "2026-11-23", "2026-11-23"),
        ("2025-05-16", "2025-05-16", "2025-05-16"),
        ("16 May 2025", "2025-05-16", "2025-05-16"),
        ("sept 5th", "2026-09-05", "2026-09-05"),
        ("May 2025", "2025-05-01", "2025-05-31"),
        ("december", "2025-12-01", "2025-12-31"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("3 days ago", "2026-11-22", "2026-11-22"),
    ],
)
def test_days_of_a_filter(text: str, first: str, last: str) -> None:
    assert day(text, WEDNESDAY) == date.fromisoformat(first)
    assert day(text, WEDNESDAY, last=True) == date.fromisoformat(last)


@pytest.mark.parametrize("text", ["last week", "this month", "yesterday", "the last 3 days"])
def test_words_mean_the_same_days_in_a_question_and_in_a_filter(text: str) -> None:
    words = f"in {text}" if text.startswith("the") else text
    assert asked_days(f"what did he say {words}?", WEDNESDAY).since == day(text, WEDNESDAY)


def test_no_words_are_no_day() -> None:
    assert day("  ", WEDNESDAY) is None


@pytest.mark.parametrize("text", ["gibberish", "5", "31 February 2025"])
def test_words_that_are_no_day_are_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=text):
        day(text, WEDNESDAY)
