from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from retrieval.answers.answer import Answer
from retrieval.articles.article import article
from retrieval.newsdesk import Newsdesk
from retrieval.questions.question import Question
from retrieval.search.sentences import MAX_WORDS


@pytest.mark.parametrize(
    ("question", "speaker", "said"),
    [
        ("what did Starmer say?", "Keir Starmer", "completely unacceptable"),
        ("what did Mr Zelensky say about sanctions?", "Zelensky", "must be applied more strongly"),
        ("what did von der Leyen say?", "Ursula von der Leyen", "new package of sanctions"),
        ("what did Medinsky say?", "Vladimir Medinsky", "the two sides agreed to continue"),
        ("what did the Ukrainian source say?", "a source in the Ukrainian delegation", "demands"),
        ("what did the British prime minister say?", "Keir Starmer", "completely unacceptable"),
        ("what did the mayor say about the court?", "Edda Lindqvist", "court"),
        ("who called the plan a wish?", "Tomas Brandt", "a wish, not a plan"),
        ("how did Reyes react to the vote?", "Aldo Reyes", "This vote is a mistake"),
    ],
)
def test_a_question_for_statements_is_answered_with_what_the_speaker_says(
    seeded: Newsdesk, question: str, speaker: str, said: str
) -> None:
    answer = seeded.ask(question)

    assert answer.found
    assert "statements" in answer.steps
    assert any(said in one.quote for one in answer.citations)
    for one in answer.citations:
        assert one.statement is not None
        assert one.statement.speaker.name == speaker
        assert one.hit.article.text[one.start : one.end] == one.quote
        assert one.span is not None
        assert one.start <= one.span[0] < one.span[1] <= one.end
        assert one.hit.passage.start <= one.start < one.end <= one.hit.passage.end
    assert len(answer.text.split()) <= MAX_WORDS


def test_the_newest_statement_on_the_topic_comes_first(seeded: Newsdesk) -> None:
    first = seeded.ask("what did Brandt say about the eelgrass?").citations[0]

    assert "I was wrong about the eelgrass" in first.quote
    said = seeded.quotes("Brandt", about="the eelgrass").statements
    days = [
        one.report.article.published for one in said if "eelgrass" in " ".join(one.report.words)
    ]
    assert days == ["2026-03-18", "2026-03-02"]


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("what did Putin say?", "Nobody called Putin says anything in them."),
        ("what did Macron say about sanctions?", "Nobody called Macron says anything in them."),
        ("what did he say?", "The question doesn't say whom it means: ask again with a name."),
        ("who said %?", "The question doesn't say which words it means."),
        ("who said the?", "The question doesn't say which words it means."),
        ("what did Starmer say about the ferry terminal?",
         "Keir Starmer says nothing on the ferry terminal in them."),
    ],
)  # fmt: skip
def test_without_statements_the_answer_is_declined_with_the_reason(
    seeded: Newsdesk, question: str, missing: str
) -> None:
    answer = seeded.ask(question)

    assert not answer.found
    assert answer.citations == ()
    assert answer.missing.reason == missing
    assert answer.hits


def test_a_reaction_need_not_be_a_statement(seeded: Newsdesk) -> None:
    answer = seeded.ask("how did the harbour master react to the rain in Peru?")

    assert "reader" in answer.steps


def test_without_statements_what_others_say_on_the_topic_is_shown(seeded: Newsdesk) -> None:
    others = seeded.ask("what did Starmer say about the ferry terminal?").missing.others

    assert others
    for one in others:
        assert one.statement is not None
        assert one.statement.speaker.name != "Keir Starmer"
        assert one.hit.article.text[one.start : one.end] == one.quote
        assert "terminal" in one.quote


def test_statements_about_somebody_are_not_theirs(desk: Newsdesk) -> None:
    answer = asked(
        desk, "what did Holm say about the quay?",
        "The quay of Halvik\n\nVera Holm is mayor of Halvik. “Vera Holm let the quay sink,” "
        "said Bo Dahl, a fisherman. “I will mend the quay in May,” Vera Holm said.",
    )  # fmt: skip

    assert [one.statement.speaker.name for one in answer.citations if one.statement] == [
        "Vera Holm"
    ]
    assert "I will mend the quay" in answer.text
    assert "let the quay sink" not in answer.text


def test_statements_are_limited_to_days(desk: Newsdesk) -> None:
    for day, word in (("2026-03-02", "open"), ("2026-04-02", "close")):
        asked(desk, "?", f"“The bridge will {word} in May,” mayor Vera Holm said.", day)

    answer = desk.ask(Question("what did Holm say?", until=date(2026, 3, 5)))
    assert "open in May" in answer.text
    assert "close" not in answer.text
    none = desk.ask(Question("what did Holm say?", until=date(2026, 2, 5)))
    assert not none.found
    assert none.missing.reason == "Vera Holm says nothing in these articles."


def test_withdrawn_statements_are_not_shown(desk: Newsdesk) -> None:
    first = asked(desk, "what did Holm say?", "“The bridge will open,” mayor Vera Holm said.")
    assert first.found

    desk.remove([first.citations[0].hit.article])
    again = desk.ask("what did Holm say?")

    assert not again.found
    assert again.missing.reason == "Nobody called Holm says anything in them."


def test_a_statement_reported_twice_is_shown_once_with_both_reports(desk: Newsdesk) -> None:
    said = "“The bridge of Halvik will open on the first of May,” mayor Vera Holm said."
    asked(desk, "?", f"{said} It had been closed for two years.", "2026-04-02")
    answer = asked(desk, "what did Holm say?", f"Rain fell on Monday. {said}", "2026-04-02")

    assert len(answer.citations) == 1
    assert len(answer.citations[0].also) == 1


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("what did Dahl say?", "Ines Mar said Dahl wanted the quay. Dahl sent a boat to the quay."),
        ("what did dahl say?", "Ines Mar said Dahl wanted the quay. Dahl sent a boat to the quay."),
        ("what did Bo Dahl say?", "Ida Dahl said the quay sinks. Her friend Bo Dahl sent a boat."),
        ("who criticised Holm?", "“The quay sinks,” said Vera Holm, the mayor of Halvik."),
        ("who said “I hate boats”?",
         "A fake post has Vera Holm saying: “I hate boats.” She never wrote it."),
    ],
)  # fmt: skip
def test_statements_about_a_silent_speaker_are_no_answer(
    desk: Newsdesk, question: str, text: str
) -> None:
    answer = asked(desk, question, text)

    assert not answer.found
    assert answer.citations == ()


def test_a_question_for_denials_gets_denials_only(desk: Newsdesk) -> None:
    text = "Vera Holm did not say whether the quay sinks. Vera Holm denied that the quay leaks."

    answer = asked(desk, "what did Holm deny?", text)

    assert [one.quote for one in answer.citations] == ["Vera Holm denied that the quay leaks."]


@pytest.fixture
def desk(data: Path) -> Iterator[Newsdesk]:
    with closing(Newsdesk(data, create=True)) as desk:
        yield desk


def asked(desk: Newsdesk, question: str, text: str, published: str = "2026-03-02") -> Answer:
    made = article(
        text, url=f"https://news.example/{abs(hash(text))}", title="The news", source="Halvik Post",
        published=published,
    )  # fmt: skip
    desk.take([made])
    return desk.ask(Question(question))
