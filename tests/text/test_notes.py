from dataclasses import replace
from typing import Any

import pytest

from bot.text import notes
from retrieval.answers.answer import Answer, Missing, Written, WrittenSentence
from retrieval.articles.passages import split
from retrieval.attribution.attribution import Attribution
from retrieval.attribution.speaker import Speaker
from retrieval.attribution.statements import Statement
from retrieval.attribution.wording import Kind
from retrieval.quotes.finder import StatementPage
from retrieval.quotes.speakers import SpeakerProfile
from retrieval.search.hit import Citation, Hit
from tests.conftest import made

LEE = Speaker("Ann Lee", "the harbour master")
ARTICLE = made("a", "The bridge is old, said Ann Lee.", source="Courier", published="2025-05-16")
ANSWER = Answer("who?", True, "", (), ())
SENTENCE = WrittenSentence("The bridge is old.", (1,))


def statement(kind: Kind = "direct", *, is_denied: bool = False) -> Statement:
    parts = Attribution(((24, 31),), ((19, 23),), ((0, 17),))
    return Statement(ARTICLE.id, LEE, parts, kind, is_denied)


def page(*speakers: Speaker, **fields: Any) -> StatementPage:
    profiles = tuple(SpeakerProfile(one, keys=(), count=3) for one in speakers)
    return replace(StatementPage("Lee", profiles, ()), **fields)


@pytest.mark.parametrize(
    ("kind", "is_denied", "note", "lead_in"),
    [
        ("direct", False, "word for word", ""),
        ("mixed", False, "partly word for word", "partly word for word: "),
        ("indirect", False, "in the reporter's words", "in the reporter's words: "),
        ("direct", True, "denied, or not said", "denied, or not said: "),
        ("mixed", True, "denied, or not said", "a denial, in the reporter's words: "),
        ("indirect", True, "denied, or not said", "a denial, in the reporter's words: "),
    ],
)
def test_a_statement_is_marked_by_how_it_is_reported(
    kind: Kind, is_denied: bool, note: str, lead_in: str
) -> None:
    one = statement(kind, is_denied=is_denied)

    assert notes.speaker_note(one) == f"Ann Lee (the harbour master), {note}"
    assert notes.lead_in(one) == lead_in


def test_an_article_without_a_date_is_undated() -> None:
    assert notes.date_text(ARTICLE) == "16 May 2025"
    assert notes.date_text(made("b", "The bridge is old.")) == "undated"


def test_an_article_without_a_publisher_is_named_by_its_title() -> None:
    assert notes.publisher(ARTICLE) == "Courier"
    assert notes.publisher(replace(ARTICLE, source="", title="A bridge")) == "A bridge"


def test_other_publishers_are_named_or_counted() -> None:
    assert notes.also_in(["Courier", "Gazette"]) == "also in: Courier, Gazette"
    assert notes.also_in(["Courier"], 2) == "also in: Courier and 2 more"


@pytest.mark.parametrize(
    ("page", "about", "sentence"),
    [
        (page(LEE), "chess", "Ann Lee says nothing about chess in these articles."),
        (page(LEE), "", "Ann Lee says nothing in the articles of those days."),
        (page(LEE, LEE), "chess",
         "Nobody called Lee says anything about chess in these articles."),
        (page(), "", "Nobody called Lee says anything in these articles."),
        (page(mentions=1), "",
         "Nobody called Lee says anything in these articles. One of them mentions Lee."),
        (page(mentions=2000), "",
         "Nobody called Lee says anything in these articles. 2,000 of them mention Lee."),
        (page(LEE, first=20, count=20), "", "There are no more statements."),
    ],
)  # fmt: skip
def test_an_empty_page_of_statements_gives_the_reason(
    page: StatementPage, about: str, sentence: str
) -> None:
    assert notes.no_statements(page, about) == sentence


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (ANSWER, []),
        (replace(ANSWER, differing=True), ["The articles differ."]),
        (
            replace(ANSWER, written=Written(note="the model is asleep")),
            ["Quotes only: the model is asleep."],
        ),
        (
            replace(ANSWER, written=Written((SENTENCE,))),
            ["Written by a language model; each sentence was checked against its passages."],
        ),
        (
            replace(ANSWER, written=Written((SENTENCE,), "it broke off")),
            [
                "Written by a language model; each sentence was checked against its passages.",
                "Incomplete: it broke off.",
            ],
        ),
    ],
)
def test_the_small_print_tells_how_an_answer_was_made(answer: Answer, expected: list[str]) -> None:
    assert notes.answer_notes(answer) == expected


def test_what_others_say_is_shown_if_the_speaker_says_nothing() -> None:
    hit = Hit(split(ARTICLE)[0], ARTICLE, 1, None, "shared")
    other = Citation(1, hit, 0, 17, "The bridge is old", statement=statement("indirect"))
    answer = replace(ANSWER, missing=Missing("Bo Moe says nothing in them.", (other,)))

    assert notes.answer_notes(answer) == [
        "Bo Moe says nothing in them.",
        "Ann Lee (the harbour master), in the reporter's words: The bridge is old "
        "(Courier, 16 May 2025)",
    ]


def test_articles_not_searched_for_statements_are_counted() -> None:
    assert notes.unread(1) == "1 article has not been searched for statements yet"
    assert notes.unread(2000) == "2,000 articles have not been searched for statements yet"
