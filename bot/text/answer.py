"""Answers as a terminal shows them."""

from rich.text import Text

from bot.text.article import article_heading
from bot.text.notes import also_in, answer_notes, day_text, publisher, speaker_note
from retrieval.answers.answer import Answer
from retrieval.search.hit import Citation

_NEAREST = 3  # passages shown if there is no answer
_QUOTED = "bold underline"


def answer_text(answer: Answer, *, marks: tuple[str, str] = ("", "")) -> Text:
    """The whole answer: sentences, small print, and each cited passage with its quote marked.

    `marks` are put before and after the quoted words, for output without styles.
    """
    shown = sentences_text(answer)
    for note in answer_notes(answer):
        shown.append("\n\n").append(note, "dim")
    if not answer.found and answer.hits:
        shown.append("\n\nThe nearest passages:", "dim")
        for hit in answer.hits[:_NEAREST]:
            shown.append("\n\n").append_text(article_heading(hit.article)).append("\n")
            shown.append(_indented(hit.passage.text), "dim")
    if answer.since or answer.until:
        shown.append("\n\n").append(_days(answer), "dim")
    for citation in answer.citations:
        shown.append("\n\n").append_text(_citation_text(citation, marks))
    return shown


def sentences_text(answer: Answer) -> Text:
    """The answer's sentences with the numbers of their citations; or that there is no answer."""
    shown = Text(answer.text if not answer.found else "")
    if answer.mode == "written":
        for one in answer.written.sentences:
            numbers = "".join(f"[{number}]" for number in one.numbers)
            shown.append(one.text).append(f" {numbers} ", "cyan")
    else:
        for citation in answer.citations:
            shown.append_text(_quote_text(citation)).append(f" [{citation.number}] ", "cyan")
    shown.rstrip()
    return shown


def _quote_text(citation: Citation) -> Text:
    """The quote, with the words that answer in bold."""
    quote = Text(citation.quote)
    if citation.span:
        quote.stylize("bold", *(place - citation.start for place in citation.span))
    return quote


def _citation_text(citation: Citation, marks: tuple[str, str]) -> Text:
    """The cited article, and the passage with the quoted words marked."""
    shown = Text().append(f"[{citation.number}] ", "cyan")
    shown.append_text(article_heading(citation.hit.article)).append("\n")
    if citation.statement:
        shown.append(f"    said by {speaker_note(citation.statement)}\n")
    if citation.also:
        shown.append(f"    {also_in([publisher(one) for one in citation.also])}\n")
    passage = citation.hit.passage
    start, end = citation.start - passage.start, citation.end - passage.start
    shown.append(_indented(passage.text[:start]), "dim")
    shown.append(marks[0] + _wrapped(passage.text[start:end]) + marks[1], _QUOTED)
    return shown.append(_wrapped(passage.text[end:]), "dim")


def _days(answer: Answer) -> str:
    """The days of publication that limited the search, as a sentence."""
    if answer.since and answer.until:
        days = f"from {day_text(answer.since)} to {day_text(answer.until)}"
    elif answer.since:
        days = f"from {day_text(answer.since)} on"
    else:
        assert answer.until is not None, "one of the two limits"
        days = f"up to {day_text(answer.until)}"
    return f"Only articles {days} were searched."


def _indented(text: str) -> str:
    return "    " + _wrapped(text)


def _wrapped(text: str) -> str:
    return text.replace("\n", "\n    ")
