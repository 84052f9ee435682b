"""Answers and articles as a terminal shows them, and as JSON."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from rich.text import Text

from retrieval.answers.answer import Answer
from retrieval.articles.article import Article, normalise
from retrieval.attribution.statements import Statement
from retrieval.library.library import Version
from retrieval.search.hit import Citation, Hit

if TYPE_CHECKING:
    from bot.discord.libraries import Change
    from bot.discord.store import Feedback
    from retrieval.watching.subscriptions import Subscription

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_NEAREST = 3  # passages shown when an answer is declined
_QUOTED = "bold underline"
_HOW = {
    "direct": "word for word",
    "mixed": "partly word for word",
    "indirect": "in the reporter's words",
}


def answer_text(answer: Answer, *, marks: tuple[str, str] = ("", "")) -> Text:
    """The answer with its sources below it, each with its passage and the quoted words marked.

    `marks` are put around the quoted words where a style can't be seen.
    """
    shown = said_text(answer)
    for note in mode_notes(answer):
        shown.append("\n\n").append(note, "dim")
    if not answer.found and answer.hits:
        shown.append("\n\nThe nearest passages:", "dim")
        for hit in answer.hits[:_NEAREST]:
            shown.append("\n\n").append_text(_source(hit.article)).append("\n")
            shown.append(_indented(hit.passage.text), "dim")
    if answer.since or answer.until:
        shown.append("\n\n").append(_limits(answer), "dim")
    for citation in answer.citations:
        shown.append("\n\n").append(f"[{citation.number}] ", "cyan")
        shown.append_text(_source(citation.hit.article)).append("\n")
        if citation.said:
            shown.append(f"    said by {said_by(citation.said)}\n")
        if citation.also:
            shown.append(f"    also in: {', '.join(map(_publisher, citation.also))}\n")
        start, end = (
            place - citation.hit.passage.start for place in (citation.start, citation.end)
        )
        text = citation.hit.passage.text
        shown.append(_indented(text[:start]), "dim")
        shown.append(marks[0] + _wrapped(text[start:end]) + marks[1], _QUOTED)
        shown.append(_wrapped(text[end:]), "dim")
    return shown


def said_text(answer: Answer) -> Text:
    """The sentences with their numbers; else that there is no answer."""
    shown = Text(answer.text if not answer.found else "")
    if answer.written:
        for one in answer.written:
            numbers = "".join(f"[{number}]" for number in one.numbers)
            shown.append(one.text).append(f" {numbers} ", "cyan")
    else:
        for citation in answer.citations:
            shown.append_text(_quoted(citation)).append(f" [{citation.number}] ", "cyan")
    shown.rstrip()
    return shown


def mode_notes(answer: Answer) -> list[str]:
    """How it was made, where a language model is in the game, and whether what is cited differs."""
    notes = [answer.missing] if answer.missing else []
    notes += [f"{said_by(one.said)}: {one.quote}{_from(one)}" for one in answer.others if one.said]
    notes += ["The articles differ."] if answer.differing else []
    if answer.mode == "written":
        notes.append("Written by a language model; each sentence was checked against its passages.")
        return notes + ([f"Not the whole of it: {answer.note}."] if answer.note else [])
    return notes + ([f"Quotes only: {answer.note}."] if answer.note else [])


def _from(citation: Citation) -> str:
    article = citation.hit.article
    return f" ({_publisher(article)}, {day(article)})"


def said_by(statement: Statement) -> str:
    """Who says it, what the article calls them, and whose words these are."""
    how = "denied, or not said" if statement.is_denied else _HOW[statement.kind]
    return f"{statement.speaker}, {how}"


def _limits(answer: Answer) -> str:
    first = f" from {_day(answer.since)}" if answer.since else ""
    last = f" to {_day(answer.until)}" if answer.until else " on"
    return f"Of the articles{first}{last}."


def _quoted(citation: Citation) -> Text:
    """The quote, the words that answer in bold."""
    quote = Text(citation.quote)
    if citation.span:
        quote.stylize("bold", *(place - citation.start for place in citation.span))
    return quote


def _source(article: Article) -> Text:
    """Title, publisher and date on a line, the address or path on the next."""
    line = Text(article.title, "bold")
    line.append(f" · {article.source}" if article.source else "", "not bold")
    line.append(f" · {day(article)}", "not bold")
    where = article.url or article.path
    return line.append(f"\n    {where}", "not bold") if where else line


def _publisher(article: Article) -> str:
    return article.source or article.title


def day(article: Article) -> str:
    """The day of publication in words, or "undated"."""
    return _day(article.day) if article.day else "undated"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _indented(text: str) -> str:
    return "    " + _wrapped(text)


def _wrapped(text: str) -> str:
    return text.replace("\n", "\n    ")


def answer_json(answer: Answer) -> dict[str, Any]:
    """The answer as documented in docs/json.md."""
    return {
        "question": answer.question,
        "found": answer.found,
        "answer": answer.text,
        "citations": [_citation_json(one) for one in answer.citations],
        "span": _span_json(answer.span[0], answer.span[1:]) if answer.span else None,
        "probability": round(answer.probability, 4),
        "passages": [_passage_json(hit) for hit in answer.hits],
        "mode": answer.mode,
        "note": answer.note or None,
        "differing": answer.differing,
        "missing": answer.missing or None,
        "others": [_citation_json(one) for one in answer.others],
        "since": answer.since and answer.since.isoformat(),
        "until": answer.until and answer.until.isoformat(),
        "seconds": round(answer.seconds, 4),
    }


def _span_json(hit: Hit, span: tuple[int, int] | None) -> dict[str, Any] | None:
    if not span:
        return None
    start, end = span
    return {
        "article_id": hit.article.id,
        "start": start,
        "end": end,
        "text": hit.article.text[start:end],
    }


def _citation_json(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "article_id": citation.hit.article.id,
        "title": citation.hit.article.title,
        "source": citation.hit.article.source,
        "url": citation.hit.article.url,
        "published": citation.hit.article.published,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "span": _span_json(citation.hit, citation.span),
        "said": citation.said and _said_json(citation.said),
        "also": [
            {"article_id": one.id, "source": one.source, "url": one.url} for one in citation.also
        ],
    }


def _said_json(statement: Statement) -> dict[str, Any]:
    return {
        "speaker": statement.speaker.name,
        "description": statement.speaker.description,
        "kind": statement.kind,
        "denied": statement.is_denied,
    }


def _passage_json(hit: Hit) -> dict[str, Any]:
    return {
        "article_id": hit.article.id,
        "url": hit.article.url,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "text": hit.passage.text,
        "rank": hit.rank,
    }


def article_json(article: Article, *, text: bool) -> dict[str, Any]:
    """The article's particulars, with its text if asked for."""
    shown: dict[str, Any] = {
        "id": article.id,
        "url": article.url,
        "path": article.path,
        "title": article.title,
        "source": article.source,
        "published": article.published,
        "authors": list(article.authors),
    }
    return shown | {"text": article.text} if text else shown


def article_line(article: Article) -> str:
    """Id, date, publisher and title, apart by tabs."""
    published = article.published[:10] if article.published else "undated   "
    return f"{article.id}\t{published}\t{article.source}\t{article.title}"


def article_text(article: Article) -> str:
    """The article to read: its particulars, an empty line, its text to the letter."""
    particulars = [
        article.title,
        " · ".join(filter(None, [article.source, day(article), ", ".join(article.authors)])),
        article.url or article.path or "",
    ]
    return "\n".join(filter(None, particulars)) + "\n\n" + article.text


def version_json(version: Version) -> dict[str, Any]:
    """An earlier version as documented in docs/json.md."""
    return {
        "number": version.number,
        "replaced": version.replaced.isoformat(),
        **article_json(version.article, text=True),
    }


def versions_text(article: Article, earlier: Sequence[Version]) -> Text:
    """What each version changed of the one before it: [-words that went-] and {+that came+}."""
    if not earlier:
        return Text("There are no earlier versions of this article.")
    shown = Text()
    later = [*(one.article for one in earlier[1:]), article]
    for old, new in zip(earlier, later, strict=True):
        shown.append(f"Version {old.number}, until {old.replaced:%d %B %Y %H:%M} UTC", "bold")
        shown.append("\n\n").append_text(_changes(old.article.title, new.title))
        shown.append("\n\n").append_text(_changes(old.article.text, new.text)).append("\n\n")
    shown.rstrip()
    return shown


def _changes(old: str, new: str) -> Text:
    """The new text with what went and what came, word by word, as GNU wdiff marks them."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    shown = Text()
    for change, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        gone, come = "".join(before[a:b]), "".join(after[c:d])
        if change == "equal":
            shown.append(come)
            continue
        if gone:
            shown.append(f"[-{gone}-]", "red strike")
        if come:
            shown.append(f"{{+{come}+}}", "green")
    return shown


def feed_text(source: "Subscription") -> str:
    """The feed's address and title, and below it how it is doing."""
    state = "paused" if source.paused else f"next poll {_moment(source.due)}"
    lines = [
        f"{source.url}  {source.title}".strip(),
        f"    last success {_moment(source.success)}, {state}, {source.articles} articles",
    ]
    if source.failures:
        lines.append(f"    failed {source.failures} times since: {source.error}")
    return "\n".join(lines)


def feed_json(source: "Subscription") -> dict[str, Any]:
    """The same as documented in docs/json.md."""
    return {
        "url": source.url,
        "title": source.title,
        "paused": source.paused,
        "success": _iso(source.success),
        "next": None if source.paused else _iso(source.due),
        "articles": source.articles,
        "failures": source.failures,
        "error": source.error or None,
    }


def _moment(seconds: float | None) -> str:
    return "never" if seconds is None else f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M:%S}"


def _iso(seconds: float | None) -> str | None:
    at = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return at.isoformat(timespec="seconds") if at else None


def json_line(thing: dict[str, Any]) -> str:
    """The thing as JSON on one line."""
    return json.dumps(thing, ensure_ascii=False)


def changed_line(one: "Change") -> str:
    """When it was answered, the answer's number, the article's id, the question, and the quote."""
    gone = "(the article was withdrawn)" if one.withdrawn else "(that version is no longer kept)"
    quote = one.quote or gone
    said = " ".join(one.given.asked.split()), " ".join(quote.split())
    return "\t".join([one.given.at, str(one.given.id), one.article, *said])


def changed_json(one: "Change") -> dict[str, Any]:
    """The same as documented in docs/json.md."""
    return {
        "at": one.given.at,
        "answer": one.given.id,
        "question": one.given.asked,
        "article_id": one.article,
        "quote": one.quote,
        "withdrawn": one.withdrawn,
    }


def feedback_line(one: "Feedback") -> str:
    """When, good or bad, answered or declined, the answer's number and the question."""
    opinion = "good" if one.good else "bad"
    given = "answered" if one.found else "declined"
    question = " ".join(normalise(one.question).split())
    return f"{one.at}\t{opinion}\t{given}\t{one.answer}\t{question}"


def feedback_json(one: "Feedback") -> dict[str, Any]:
    """The same as documented in docs/json.md."""
    return asdict(one)
