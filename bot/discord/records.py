"""Records: feedback and changed quotes, as lines and as JSON for the command line."""

from dataclasses import asdict

from bot.discord.recall import Change
from bot.discord.store import Feedback
from bot.text.json import Json
from bot.text.notes import one_line


def changed_line(change: Change) -> str:
    """The time and number of the answer, the article's id, the question, and the quote."""
    gone = "(the article was withdrawn)" if change.withdrawn else "(that version is no longer kept)"
    question, quote = one_line(change.record.asked), one_line(change.quote or gone)
    return f"{change.record.at}\t{change.record.id}\t{change.article}\t{question}\t{quote}"


def feedback_line(feedback: Feedback) -> str:
    """The time, good or bad, answered or declined, the answer's number, and the question."""
    opinion = "good" if feedback.good else "bad"
    outcome = "answered" if feedback.found else "declined"
    question = one_line(feedback.question)
    return f"{feedback.at}\t{opinion}\t{outcome}\t{feedback.answer}\t{question}"


def changed_json(change: Change) -> Json:
    """A quote that the newest version of its article no longer has."""
    return {
        "at": change.record.at,
        "answer": change.record.id,
        "question": change.record.asked,
        "article_id": change.article,
        "quote": change.quote,
        "withdrawn": change.withdrawn,
    }


def feedback_json(feedback: Feedback) -> Json:
    """A member's opinion on an answer."""
    return asdict(feedback)
