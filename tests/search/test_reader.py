from collections.abc import Sequence
from pathlib import Path

import pytest

from retrieval.newsdesk import Newsdesk
from retrieval.search.reader import SpanReader
from tests.conftest import SEEDS


@pytest.mark.parametrize(
    ("question", "span"),
    [
        ("how many prisoners will be exchanged?", "1,000"),
        ("who leads the Russian delegation?", "Vladimir Medinsky"),
        ("when will the court hear the case?", "12 May"),
    ],
)
def test_the_words_that_answer_are_marked(seeded: Newsdesk, question: str, span: str) -> None:
    first = seeded.ask(question).citations[0]

    assert first.span is not None
    marked = first.hit.article.text[slice(*first.span)]
    assert span in marked
    assert len(marked) < len(first.quote) / 2
    assert first.start <= first.span[0] < first.span[1] <= first.end


def test_every_mark_lies_within_its_quote(seeded: Newsdesk) -> None:
    for question in ("what did Starmer say?", "what did Kiev say?", "how much will it cost?"):
        answer = seeded.ask(question)
        assert answer.found
        for one in answer.citations:
            assert one.span is not None
            assert one.start <= one.span[0] < one.span[1] <= one.end


def test_each_part_of_a_question_gets_a_quote(seeded: Newsdesk) -> None:
    answer = seeded.ask("what did Starmer and von der Leyen each say?")

    quotes = [one.quote for one in answer.citations]
    assert len(quotes) == 2
    assert "Starmer" in quotes[0]
    assert "von der Leyen" in quotes[1]
    ranks = [hit.rank for hit in answer.hits]
    assert ranks == [*range(1, len(ranks) + 1)]
    assert len({hit.passage.id for hit in answer.hits}) == len(ranks)
    assert len(answer.text.split()) <= 60


def test_the_same_fact_is_not_quoted_twice(data: Path, tmp_path: Path) -> None:
    for name, text in {
        "a": "The Halvik bridge will be closed until 4 June, the road agency announced on Monday.",
        "b": "Engineers found cracks, so traffic over the Halvik bridge stops until 4 June.",
    }.items():
        (tmp_path / f"{name}.txt").write_text(text)
    desk = Newsdesk(data, create=True)
    [*desk.sync([tmp_path / "a.txt", tmp_path / "b.txt"])]

    answer = desk.ask("until when is the Halvik bridge closed?")

    assert len(answer.citations) == 1


@pytest.mark.parametrize(
    "notice",
    [
        "By Ann Lee, staff writer who saw the Halvik bridge being opened on 3 May.",
        "Image caption, The Halvik bridge was opened on 3 May.",
        "King Olav opens the Halvik bridge on 3 May. (Ann Lee/Getty Images)",
        "We use cookies to improve the Halvik bridge opening of 3 May.",
        "When was the Halvik bridge opened, on 3 May or later?",
        "Photo by Ann Lee, who saw the Halvik bridge being opened on 3 May.",
        "Sign up for news of the Halvik bridge, which was opened on 3 May.",
        "We use cookies to remember the Halvik bridge opening of 3 May; accept them.",
        "Ann Lee contributed to this report on the Halvik bridge opening of 3 May.",
        "Halvik bridge opened on 3 May",
    ],
)
def test_notices_are_not_answers(data: Path, tmp_path: Path, notice: str) -> None:
    (tmp_path / "a.txt").write_text(f"{notice}\n\nThe weather is fine in all of the country.\n")
    desk = Newsdesk(data, create=True, threshold=0.0)
    [*desk.sync([tmp_path / "a.txt"])]

    answer = desk.ask("when was the Halvik bridge opened?")

    assert notice not in answer.text
    assert notice in answer.hits[0].article.text


def test_a_reranker_orders_the_passages(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Longest:
        """A reranker whose score of a passage is its length."""

        def __init__(self, name: str) -> None:
            assert name == "any"

        def ranks(self, question: str, texts: Sequence[str]) -> list[float]:
            return [float(len(text)) for text in texts]

    monkeypatch.setattr("retrieval.answers.models.Reranker", Longest)
    desk = Newsdesk(data, create=True, reranker="any")
    [*desk.sync([SEEDS])]

    answer = desk.ask("how many prisoners will be exchanged?")

    lengths = [len(hit.passage.text) for hit in answer.hits]
    assert lengths == sorted(lengths, reverse=True)
    assert isinstance(desk.reader, SpanReader)
    assert answer.citations[0].span is not None
