"""Statements as Discord's Markdown, within its limits."""

from collections.abc import Sequence

from bot.discord.text.answer import FITS, MESSAGE, Sheet, beginning, cut, escape, flat, source_line
from bot.text.notes import (
    MAX_NAMED,
    NOBODY_SAYS_THAT,
    NOT_EXACTLY,
    SHORTENED,
    lead_in,
    more_people,
    no_statements,
)
from bot.text.statements import speaker_shown, statement_words
from retrieval.quotes.finder import StatementPage, has
from retrieval.quotes.grouping import ReportedStatement
from retrieval.quotes.reports import Report
from retrieval.quotes.speakers import SpeakerProfile

_SIZES = (600, 300, 150, 80)  # characters of each statement, escaped, tried in turn
_NAME = 80
_LISTED = 45  # of each of several names
_SHORTENED = f"\n-# {SHORTENED}"


def quotes_sheet(found: StatementPage, about: str) -> Sheet:
    """Who is meant, and their statements with numbers, each with its source below it."""
    if not found.told:
        return Sheet(cut(escape(cut(no_statements(found, about), MESSAGE // 4)), MESSAGE), 0)
    lines = [f"**{escape(cut(flat(one.speaker.name), _LISTED))}**{_description(one)}"
             for one in found.speakers[:MAX_NAMED]]  # fmt: skip
    if len(found.speakers) > MAX_NAMED:
        lines.append(more_people(len(found.speakers) - MAX_NAMED))
    lines += [f"-# about {escape(cut(flat(about), _NAME))}"] if about else []
    return _fitted("\n".join(lines) + "\n\n", found.told, with_name=len(found.speakers) > 1)


def _description(voice: SpeakerProfile) -> str:
    described = flat(voice.speaker.description)
    return f", {escape(cut(described, _LISTED))}" if described else ""


def who_sheet(found: Sequence[ReportedStatement], phrase: str) -> Sheet:
    """Whose words these are, each with its source below it; else that they are nobody's."""
    if not found:
        return Sheet(NOBODY_SAYS_THAT, 0)
    is_exact = any(has(one.said, phrase) for one in found)
    return _fitted("" if is_exact else f"{NOT_EXACTLY}\n\n", found, with_name=True)


def _fitted(head: str, told: Sequence[ReportedStatement], *, with_name: bool) -> Sheet:
    for count in range(len(told), 0, -1):
        left = len(told) - count
        note = f"\n-# {left} more left out to fit a message." if left else ""
        for size in _SIZES:
            for title, address in FITS:
                entries = [
                    _entry(one, number, size, title, address, with_name=with_name)
                    for number, one in enumerate(told[:count], 1)
                ]
                is_cut = any(is_cut for _, is_cut in entries)
                text = head + "\n".join(text for text, _ in entries)
                text += note + (_SHORTENED if is_cut else "")
                if len(text) <= MESSAGE:
                    return Sheet(text, count)
    raise AssertionError("the smallest of everything fits")


def _entry(
    told: ReportedStatement, number: int, size: int, title: int, address: int, *, with_name: bool
) -> tuple[str, bool]:
    """The statement, its source and other wordings, and whether anything is cut off."""
    said, is_cut = _said(told.said, size, with_name=with_name)
    lines = [f"[{number}] {said}", f"-# {source_line(told.citation(number), title, address)}"]
    for one in told.variants[:1]:
        other, cut_too = _said(one, size, with_name=False)
        is_cut = is_cut or cut_too
        place = escape(cut(flat(one.article.source) or flat(one.article.title), title // 2))
        lines.append(f"-# elsewhere ({place}): {other}")
    return "\n".join(lines), is_cut


def _said(said: Report, size: int, *, with_name: bool) -> tuple[str, bool]:
    text = flat(statement_words(said))
    shown = beginning(text, size)
    speaker = flat(speaker_shown(said, with_name=with_name))
    who = f"**{escape(cut(speaker, _NAME))}**: " if speaker else ""
    return f"{who}{escape(lead_in(said.statement))}{shown}", shown != escape(text)
