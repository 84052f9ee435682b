"""Each stop word stands in a text whose words are others without it."""

import pytest

from retrieval.english.words import content_stems, content_words, fold, overlap, stems
from tests.english.mutation import survivors

# The texts, and which of their words mean something.
CASES = {
    "Who was with her when he had been there?": "",
    "What would you have done, if any of these were your bridges?": "done bridges",
    "How much is it, and why does he pay for them?": "pay",
    "Could they be with him at his house, or in their own?": "house own",
    "It did not rain on me, but so it does in an hour.": "rain hour",
    "Should we go into the town whose mayor has a dog?": "go town mayor dog",
    "Are all such towns as far from us than some of ours?": "all towns far ours",
    "Which one can I ask about the storm, whom can she, and where will it be?": "one ask storm",
    "My mother and our father did that to this boat by no means.": "mother father boat means",
    "Its roof, which those who do their work then mend.": "roof work mend",
}


def results() -> list[list[str]]:
    """The words of each text that mean something."""
    return [content_words(text) for text in CASES]


@pytest.mark.parametrize(("text", "words"), CASES.items())
def test_words_that_mean_something(text: str, words: str) -> None:
    assert content_words(text) == words.split()


def test_stems_are_those_of_the_index() -> None:
    assert stems("Closing the bridges") == ["close", "the", "bridg"]
    assert content_stems("Closing the bridges") == {"close", "bridg"}


def test_overlap_is_the_share_of_what_is_wanted() -> None:
    assert overlap({"a", "b"}, {"b", "c", "d"}) == 0.5
    assert overlap(set(), {"a"}) == 0.0


def test_words_are_folded() -> None:
    assert fold("Café—Zoë’s “ﬁrst”\n9.5") == "cafe zoe s first 9 5"


@pytest.mark.slow
def test_each_stop_word_is_needed() -> None:
    assert survivors("retrieval.english.words:_STOPWORD", f"{__name__}:results") == []
