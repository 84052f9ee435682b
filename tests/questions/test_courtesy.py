"""Each word of courtesy stands in a message that asks something without it."""

import pytest

from retrieval.questions.courtesy import asks_nothing
from tests.english.mutation import survivors

COURTESIES = """
Thanks!|Thank you.|thx|ty|Cheers|please|Welcome|sorry|Hi|Hello|hey|bye|ok|Okay|yes|no|yep|nope|lol
lmao|haha|ha|Wow|cool|nice|great|good|perfect|awesome|right|sure|got it|I see|so much|very|a lot
that is helpful|!!!|
"""
QUESTIONS = ["thanks, and Macron?", "very good?", "Starmer", "no rain", "hahaho"]


def courtesies() -> list[str]:
    return [one for line in COURTESIES.strip().split("\n") for one in line.split("|")]


def results() -> list[bool]:
    """Which messages ask nothing."""
    return [*map(asks_nothing, courtesies())]


@pytest.mark.parametrize("text", courtesies())
def test_a_courtesy_asks_nothing(text: str) -> None:
    assert asks_nothing(text)


@pytest.mark.parametrize("text", QUESTIONS)
def test_other_words_are_answered(text: str) -> None:
    assert not asks_nothing(text)


@pytest.mark.slow
def test_each_courtesy_is_needed() -> None:
    assert survivors("retrieval.questions.courtesy:_WORD", f"{__name__}:results") == []
