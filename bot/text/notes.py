"""Notes: the phrases and the small print that the terminal and Discord share."""

from collections.abc import Sequence
from datetime import date

from retrieval.answers.answer import Answer
from retrieval.articles.article import Article, normalise
from retrieval.attribution.statements import Statement
from retrieval.quotes.finder import StatementPage
from retrieval.search.hit import Citation

UNDATED = "undated"
NOBODY_SAYS_THAT = "Nobody in these articles says that."
NOT_EXACTLY = "Nobody in these articles says exactly that. The closest statements:"
NO_MORE_STATEMENTS = "There are no more statements."
SHORTENED = "Shortened to fit a message: … stands for what is left out."
SHORTENED_QUOTE = "Shortened to fit a message; the passage has the whole sentence."
MAX_NAMED = 4  # people of the same name who are listed

_WRITTEN = "Written by a language model; each sentence was checked against its passages."
_DIFFERING = "The articles differ."
_WORDING = {
    "direct": "word for word",
    "mixed": "partly word for word",
    "indirect": "in the reporter's words",
}


def one_line(text: str | None) -> str:
    """The text on one line, without control characters, its words separated by single blanks."""
    return " ".join(normalise(text or "").split())


def publisher(article: Article) -> str:
    """The article's publisher, or its title if the publisher is unknown."""
    return article.source or article.title


def date_text(article: Article) -> str:
    """The date of publication in words, or "undated"."""
    return day_text(article.day) if article.day else UNDATED


def day_text(day: date) -> str:
    """A day in words, such as "16 May 2025"."""
    return f"{day.day} {day:%B %Y}"


def also_in(publishers: Sequence[str], left: int = 0) -> str:
    """Who else published the same; `left` is how many more there are."""
    return f"also in: {', '.join(publishers)}" + (f" and {left} more" if left else "")


def understood_as(question: str) -> str:
    """The question that was answered, for a reader who typed another one."""
    return f"Understood: {question}"


def quotes_only(reason: str) -> str:
    """Why an answer has only quotes although a language model is configured."""
    return f"Quotes only: {reason}."


def answer_notes(answer: Answer) -> list[str]:
    """The small print of an answer: what is missing, what differs, and who wrote it."""
    note, missing = answer.written.note, answer.missing
    notes = [missing.reason] if missing.reason else []
    notes += [_other_statement(one, one.statement) for one in missing.others if one.statement]
    notes += [_DIFFERING] if answer.differing else []
    if answer.mode == "written":
        return [*notes, _WRITTEN, *([f"Incomplete: {note}."] if note else [])]
    return notes + ([quotes_only(note)] if note else [])


def _other_statement(citation: Citation, statement: Statement) -> str:
    """What somebody else says, for an answer without a statement by the person asked about."""
    article = citation.hit.article
    reported = f"({publisher(article)}, {date_text(article)})"
    return f"{speaker_note(statement)}: {citation.quote} {reported}"


def speaker_note(statement: Statement) -> str:
    """The speaker, what the article calls them, and whether the words are their own."""
    wording = "denied, or not said" if statement.is_denied else _WORDING[statement.kind]
    return f"{statement.speaker}, {wording}"


def lead_in(statement: Statement) -> str:
    """What stands before a statement's words to mark them as reported or denied.

    It is "" for direct speech, which has quotation marks, unless it is denied.
    """
    if statement.kind == "direct":
        return "denied, or not said: " if statement.is_denied else ""
    if statement.is_denied:
        return f"a denial, {_WORDING['indirect']}: "
    return f"{_WORDING[statement.kind]}: "


def no_statements(page: StatementPage, about: str = "") -> str:
    """Why a page of statements is empty, as a sentence."""
    if page.first and page.count:
        return NO_MORE_STATEMENTS
    if page.speakers:
        nothing = f"{page.speakers[0].speaker.name} says nothing"
        if len(page.speakers) > 1:
            nothing = f"Nobody called {page.asked} says anything"
        where = f"about {about} in these articles" if about else "in the articles of those days"
        return f"{nothing} {where}."
    nothing = f"Nobody called {page.asked} says anything in these articles."
    if not page.mentions:
        return nothing
    many = f"{page.mentions:,} of them mention" if page.mentions > 1 else "One of them mentions"
    return f"{nothing} {many} {page.asked}."


def more_people(count: int) -> str:
    """How many people may be meant beside those who are listed."""
    return f"and {count} more who may be meant"


def unread(count: int) -> str:
    """How many articles have not been searched for statements yet."""
    articles = "1 article has" if count == 1 else f"{count:,} articles have"
    return f"{articles} not been searched for statements yet"
