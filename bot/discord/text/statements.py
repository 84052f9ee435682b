"""What somebody says, and who said something, as messages."""

from collections.abc import Sequence

from bot.discord.text.citation import LINE_SIZES, Sheet, citation_line
from bot.discord.text.markdown import MESSAGE, beginning, cut, escape, left_out, small_print
from bot.text.notes import (
    MAX_NAMED,
    NOBODY_SAYS_THAT,
    NOT_EXACTLY,
    SHORTENED,
    lead_in,
    more_people,
    no_statements,
    one_line,
)
from bot.text.statements import speaker_shown, statement_words
from retrieval.quotes.finder import StatementPage, has
from retrieval.quotes.grouping import ReportedStatement
from retrieval.quotes.reports import Report
from retrieval.quotes.speakers import SpeakerProfile

_SIZES = (600, 300, 150, 80)  # most characters of an escaped statement, tried in turn
_NAME = 80
_SHORT_NAME = 45  # in a list of people


def quotes_sheet(page: StatementPage, about: str) -> Sheet:
    """The speakers, then their statements with numbers, each with its article below it."""
    if not page.statements:
        return Sheet(cut(escape(cut(no_statements(page, about), MESSAGE // 4)), MESSAGE), 0)
    lines = [f"**{escape(cut(one_line(one.speaker.name), _SHORT_NAME))}**{_description(one)}"
             for one in page.speakers[:MAX_NAMED]]  # fmt: skip
    if len(page.speakers) > MAX_NAMED:
        lines.append(more_people(len(page.speakers) - MAX_NAMED))
    lines += [f"-# about {escape(cut(one_line(about), _NAME))}"] if about else []
    return _fitted("\n".join(lines) + "\n\n", page.statements, with_name=len(page.speakers) > 1)


def _description(profile: SpeakerProfile) -> str:
    described = one_line(profile.speaker.description)
    return f", {escape(cut(described, _SHORT_NAME))}" if described else ""


def who_sheet(statements: Sequence[ReportedStatement], phrase: str) -> Sheet:
    """The statements that contain the phrase, each with its article below it; or that none does."""
    if not statements:
        return Sheet(NOBODY_SAYS_THAT, 0)
    is_exact = any(has(one.report, phrase) for one in statements)
    return _fitted("" if is_exact else f"{NOT_EXACTLY}\n\n", statements, with_name=True)


def _fitted(head: str, statements: Sequence[ReportedStatement], *, with_name: bool) -> Sheet:
    """As many statements as fit below the head, each as long as possible."""
    for count in range(len(statements), 0, -1):
        note = left_out(len(statements) - count, len(statements), "statements")
        for size in _SIZES:
            for title, address in LINE_SIZES:
                entries = [
                    _entry(one, number, size, title, address, with_name=with_name)
                    for number, one in enumerate(statements[:count], 1)
                ]
                is_cut = any(is_cut for _, is_cut in entries)
                text = head + "\n".join(text for text, _ in entries)
                text += note + (small_print(SHORTENED) if is_cut else "")
                if len(text) <= MESSAGE:
                    return Sheet(text, count)
    raise AssertionError("one statement fits in the smallest sizes")


def _entry(
    statement: ReportedStatement,
    number: int,
    size: int,
    title: int,
    address: int,
    *,
    with_name: bool,
) -> tuple[str, bool]:
    """The statement, its article and another wording, and whether anything is cut off."""
    shown, is_cut = _shown(statement.report, size, with_name=with_name)
    cited = citation_line(statement.citation(number), title, address)
    lines = [f"[{number}] {shown}", f"-# {cited}"]
    for one in statement.variants[:1]:
        other, other_is_cut = _shown(one, size, with_name=False)
        is_cut = is_cut or other_is_cut
        place = escape(cut(one_line(one.article.source) or one_line(one.article.title), title // 2))
        lines.append(f"-# elsewhere ({place}): {other}")
    return "\n".join(lines), is_cut


def _shown(report: Report, size: int, *, with_name: bool) -> tuple[str, bool]:
    """The speaker's name and the reported words, and whether any of these are cut off."""
    text = one_line(statement_words(report))
    shown = beginning(text, size)
    speaker = one_line(speaker_shown(report, with_name=with_name))
    name = f"**{escape(cut(speaker, _NAME))}**: " if speaker else ""
    return f"{name}{escape(lead_in(report.statement))}{shown}", shown != escape(text)
