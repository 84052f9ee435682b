"""Statements as a terminal shows them."""

from bot.text.notes import MAX_NAMED, UNDATED, also_in, lead_in, more_people, publisher
from retrieval.quotes.finder import StatementPage
from retrieval.quotes.grouping import ReportedStatement
from retrieval.quotes.reports import Report
from retrieval.quotes.speakers import SpeakerProfile

_QUOTATION_MARKS = "\"“”„«»‘’'"


def page_heading(page: StatementPage, about: str) -> str:
    """The people who may be meant, one a line, with how often each is quoted, and the topic."""
    lines = [profile_line(one) for one in page.speakers[:MAX_NAMED]]
    if len(page.speakers) > MAX_NAMED:
        lines.append(more_people(len(page.speakers) - MAX_NAMED))
    return "\n".join(lines) + (f"\nAbout {about}:" if about else "")


def profile_line(profile: SpeakerProfile) -> str:
    """Name, description, and how often they are quoted."""
    quoted = f"quoted {profile.count:,} times" if profile.count > 1 else "quoted once"
    return " · ".join(filter(None, [profile.speaker.name, profile.speaker.description, quoted]))


def timeline_line(report: Report, *, with_name: bool) -> str:
    """The day, the speaker if `with_name`, what was said, and the publisher."""
    said = _speaker_prefix(report, with_name=with_name) + statement_line(report)
    return f"{_date(report):10}  {said}  ({publisher(report.article)})"


def statement_text(statement: ReportedStatement, *, with_name: bool = False) -> str:
    """The statement, who reports it, and other wordings, each on a line of its own."""
    report = statement.report
    lines = [
        f"    {_speaker_prefix(report, with_name=with_name)}{statement_line(report)}",
        f"    {_reported_in(report)}",
    ]
    if statement.also:
        lines.append(f"    {also_in([publisher(one.article) for one in statement.also])}")
    for variant in statement.variants:
        lines += [f"    elsewhere: {statement_line(variant)}", f"        {_reported_in(variant)}"]
    return "\n".join(lines)


def statement_line(report: Report) -> str:
    """What was said, on one line: in quotation marks, or marked as reported or denied."""
    return lead_in(report.statement) + statement_words(report)


def statement_words(report: Report) -> str:
    """Direct speech in quotation marks, else the reporter's whole sentence with the speaker.

    The whole sentence is needed, because its verb says whether a plan was praised or rejected.
    """
    if report.statement.kind != "direct":
        return " ".join(report.sentence.split())
    pieces = [" ".join(one.split()).strip(_QUOTATION_MARKS + " ") for one in report.words]
    return " … ".join(f"“{one}”" for one in pieces)


def speaker_shown(report: Report, *, with_name: bool) -> str:
    """The speaker's name and description; "" if the reader already knows who speaks.

    A joint statement always shows its speakers: it must not look like one person's.
    """
    speaker = report.statement.speaker
    return str(speaker) if with_name or speaker.is_joint else ""


def _speaker_prefix(report: Report, *, with_name: bool) -> str:
    speaker = speaker_shown(report, with_name=with_name)
    return f"{speaker}: " if speaker else ""


def _reported_in(report: Report) -> str:
    article = report.article
    where = [article.source, article.title, article.url or article.path or ""]
    return " · ".join(filter(None, [_date(report), *where]))


def _date(report: Report) -> str:
    return (report.article.published or UNDATED)[:10]
