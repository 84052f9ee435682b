"""Statements as a terminal shows them, and as JSON."""

from collections.abc import Sequence
from typing import Any

from retrieval.english.quotation import strip_marks
from retrieval.quotes.finder import StatementPage
from retrieval.quotes.grouping import ReportedStatement
from retrieval.quotes.reports import Report
from retrieval.quotes.speakers import SpeakerProfile

NOT_JUST_THAT = "Nobody in these articles says just that. The nearest:"
NOBODY = "Nobody in these articles says that."
_NAMED = 4  # who may be meant
_DENIED = "is said not to have said: "
_DENIAL = "a denial, in the reporter's words: "
_PARTLY = "partly word for word: "
_REPORTED = "in the reporter's words: "


def heading(found: StatementPage, about: str) -> str:
    """Who is meant, one a line where they are several, and how often they are quoted."""
    lines = [voice_text(one) for one in found.speakers[:_NAMED]]
    if len(found.speakers) > _NAMED:
        lines.append(f"and {len(found.speakers) - _NAMED} more who may be meant")
    return "\n".join(lines) + (f"\nAbout {about}:" if about else "")


def voice_text(voice: SpeakerProfile) -> str:
    """Name, description, and how often they are quoted."""
    quoted = f"quoted {voice.count:,} times" if voice.count > 1 else "quoted once"
    return " · ".join(filter(None, [voice.speaker.name, voice.speaker.description, quoted]))


def nothing(found: StatementPage, about: str = "") -> str:
    """Why there is nothing to be shown, as a sentence."""
    if found.first and found.count:
        return "There are no more statements."
    if found.speakers:
        none = f"{found.speakers[0].speaker.name} says nothing"
        if len(found.speakers) > 1:
            none = f"Nobody called {found.asked} says anything"
        where = f"about {about} in these articles" if about else "in the articles of those days"
        return f"{none} {where}."
    said = f"Nobody called {found.asked} says anything in these articles."
    if not found.mentions:
        return said
    many = f"{found.mentions:,} of them mention" if found.mentions > 1 else "One of them mentions"
    return f"{said} {many} {found.asked}."


def timeline_line(said: Report, *, with_name: bool) -> str:
    """The day, who says it where that is asked for, what, and the publisher."""
    return f"{_when(said):10}  {_who(said, with_name)}{line(said)}  ({_publisher(said)})"


def told_text(told: ReportedStatement, *, with_name: bool = False) -> str:
    """The statement, who reports it, and other wordings, on lines of their own."""
    lines = [f"    {_who(told.said, with_name)}{line(told.said)}", f"    {_reported_by(told.said)}"]
    if told.also:
        lines.append(f"    also in: {', '.join(map(_publisher, told.also))}")
    for one in told.variants:
        lines += [f"    elsewhere: {line(one)}", f"        {_reported_by(one)}"]
    return "\n".join(lines)


def _who(said: Report, with_name: bool) -> str:
    """Who says it, where several may; what two say together is never shown as one's."""
    speaker = said.statement.speaker
    return f"{speaker}: " if with_name or speaker.is_joint else ""


def line(said: Report) -> str:
    """What is said on one line: in quotation marks, or in the reporter's words; and if denied."""
    return how(said) + words(said)


def how(said: Report) -> str:
    """What is to be said ahead of the words: that they are the reporter's, or denied; else ""."""
    if said.statement.kind == "direct":
        return _DENIED if said.statement.is_denied else ""
    if said.statement.is_denied:
        return _DENIAL
    return _REPORTED if said.statement.kind == "indirect" else _PARTLY


def words(said: Report) -> str:
    """Direct words within one kind of quotation marks; else the reporter's, who says so included.

    "rejected the plan" and "praised the plan" have the same content, and are not the same.
    """
    if said.statement.kind != "direct":
        return " ".join(said.sentence.split())
    pieces = [strip_marks(" ".join(one.split())) for one in said.words]
    return " … ".join(f"“{one}”" for one in pieces)


def _when(said: Report) -> str:
    return (said.article.published or "undated")[:10]


def _reported_by(said: Report) -> str:
    article = said.article
    where = [article.source, article.title, article.url or article.path or ""]
    return " · ".join(filter(None, [_when(said), *where]))


def _publisher(said: Report) -> str:
    return said.article.source or said.article.title


def told_json(told: ReportedStatement) -> dict[str, Any]:
    """The statement as documented in docs/json.md."""
    return said_json(told.said) | {
        "also": [_place_json(one) for one in told.also],
        "variants": [said_json(one) for one in told.variants],
    }


def said_json(said: Report) -> dict[str, Any]:
    """One report of a statement as documented in docs/json.md."""
    speaker, parts = said.statement.speaker, said.statement.attribution
    return {
        "speaker": speaker.name,
        "description": speaker.description,
        "named": speaker.is_named,
        "kind": said.statement.kind,
        "denied": said.statement.is_denied,
        "words": list(said.words),
        "sentence": said.sentence,
        "spans": {
            "source": _spans(parts.source),
            "cue": _spans(parts.cue),
            "content": _spans(parts.content),
        },
        **_place_json(said),
    }


def _place_json(said: Report) -> dict[str, Any]:
    article = said.article
    return {
        "library": said.library,
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "published": article.published,
    }


def _spans(spans: Sequence[tuple[int, int]]) -> list[list[int]]:
    return [[start, end] for start, end in spans]
