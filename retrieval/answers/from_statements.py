"""Questions for somebody's statements → an answer made of them."""

import re
from collections.abc import Sequence, Set
from dataclasses import replace

from retrieval.answers.answer import DECLINED, Answer, Missing, cite_again
from retrieval.english.sentences import sentences
from retrieval.english.words import content_stems
from retrieval.library.filter import Filter
from retrieval.library.index import Index
from retrieval.questions.requests import FINITE, StatementRequest
from retrieval.quotes.finder import on_topic, statements_by, who_said
from retrieval.quotes.grouping import ReportedStatement
from retrieval.quotes.reports import Report
from retrieval.quotes.speakers import SpeakerProfile, speaker_profiles
from retrieval.search.hit import Citation, Hit, merged
from retrieval.search.sentences import MAX_WORDS, Quote

_STATEMENTS = 3  # of an answer
_OTHERS = 2  # statements by others, where the speaker asked about says nothing
_SAYS = re.compile(
    r"\b(?:sa(?:y|ys|id|ying)|t(?:old|ells?|elling)|according to|w(?:rote|rites)|tweet(?:s|ed)"
    r"|stat(?:es|ed|ing)|add(?:s|ed|ing)|warn(?:s|ed|ing)|argu(?:es|ed|ing)|insist(?:s|ed|ing)"
    r"|announc(?:es|ed|ing)|call(?:s|ed|ing)|claim(?:s|ed|ing)|stress(?:es|ed|ing))\b",
    re.I,
)
# At this probability or above, 0.96 of the statements on which `statements.PROBABLE` was chosen
# have the right speaker.
SURE = 0.7
_FAR_MORE = 3  # times as many statements as the next speaker of the same name
_PAGE = 12  # statements read, of which some fit into an answer
_LISTED = 200  # statements read where only denials or only criticism is asked for
_DISAPPROVES = re.compile(
    r"\b(?:critici|condemn|complain|slam|blast|denounc|attack|accus|lambast|rebuk|decr[iy]|oppos"
    r"|reject|object|blam|fault|assail|mock|ridicul)",
    re.I,
)
_DENIES = re.compile(r"\b(?:den[iy]|disput|disavow|refut|rebut|reject)", re.I)
_MARK = re.compile(r"[\"“”«»„]|(?<!\w)['‘](?=\w)")
_QUOTED = re.compile(r"[\"“„«].+[\"”»]|(?<!\w)['‘].+['’](?!\w)")
_BEHIND_VERB = r"(?:(?:,|[”\"’']) (?:said|says|added|wrote)|\b[Aa]ccording to) (?:[A-Z]\w+ ){0,3}"
_AUXILIARY = r"(?:has|have|had|also|later|then|again|never|not|did|would|will|\w+ly)"
_NARROW = ("denied", "criticised")
_WHOM = 80  # characters after a verb of saying, with the name of whoever is criticised
_NO_WORDS = "The question doesn't say which words it means."
_NO_SPEAKER = "The question doesn't say whom it means: ask again with a name."


def from_statements(
    indexes: Sequence[Index],
    question: str,
    asked: Sequence[StatementRequest],
    allowed: Filter,
    hits: Sequence[Hit],
) -> Answer | None:
    """The answer to a question that asks for statements, one request for each part of it.

    It is declined where a known speaker has no such statement; `missing` then says so, with what
    others say on the topic. None where the speaker is unknown, or where nobody has the words whose
    speaker is asked for: such a question is answered like any other. `hits` are the passages that
    a search found.
    """
    reported: list[list[ReportedStatement]] = []
    reasons = []
    for one in asked:
        if one.asks_who:
            reported.append(_who(indexes, one, allowed))
            reasons += [] if reported[-1] else _nobody(one, question)
        elif not one.speaker_text:
            reported.append([])
            reasons.append(_NO_SPEAKER)
        elif not (called := speaker_profiles(indexes, one.speaker_text)):
            return None
        else:
            reported.append(_what(indexes, one, _meant(one.speaker_text, called), allowed))
            if not reported[-1] and one.how == "reacted":
                return None
            reasons += [] if reported[-1] else [_nothing(called[0].speaker.name, one, allowed)]
    topics = [one.topic for one in asked]
    cited = _chosen(reported, topics)
    if not cited:
        if not reasons:
            return None
        missing = Missing(" ".join(reasons), _others(indexes, asked, hits))
        return Answer(question, False, DECLINED, (), tuple(hits), missing=missing)
    listed = tuple(merged([[*(one.hit for one in cited), *hits]]))
    answer = cite_again(Answer(question, False, DECLINED, (), listed), cited)
    offered = tuple(
        Quote(one.hit, one.start, one.end, one.quote, one.statement.probability, one.span)
        for some, topic in zip(reported, topics, strict=True)
        for one in (_citation(each.report, topic) for each in some)
        if one.statement
    )
    statements = [one.statement for one in cited]
    return replace(
        answer, missing=Missing(" ".join(reasons)), offered=offered,
        probability=max(one.probability for one in offered),
        differing=any(
            one.variants for some in reported for one in some if one.report.statement in statements
        ),
    )  # fmt: skip


def _nobody(asked: StatementRequest, question: str) -> list[str]:
    """Why nobody is named, where the question asks for exact words or for criticism."""
    if not asked.topic:
        return [_NO_WORDS]
    if asked.how == "criticised":
        return [f"Nobody is said to criticise {asked.topic_text}."]
    return [f"Nobody is said to say {asked.topic_text!r}."] if _QUOTED.search(question) else []


def _who(
    indexes: Sequence[Index], asked: StatementRequest, allowed: Filter
) -> list[ReportedStatement]:
    """The statements that have the words whose speaker is asked for."""
    most = _LISTED if asked.how in _NARROW else _PAGE
    found = who_said(indexes, asked.topic_text, allowed=allowed, most=most)
    return [one for one in found if _is_of_kind(one.report, asked)]


def _what(
    indexes: Sequence[Index], asked: StatementRequest, speaker: str, allowed: Filter
) -> list[ReportedStatement]:
    """The speaker's statements, on the topic if there is one."""
    most = _LISTED if asked.how in _NARROW else _PAGE
    found = statements_by(indexes, speaker, about=asked.topic_text, allowed=allowed, most=most)
    return [one for one in found.statements if _is_of_kind(one.report, asked)][:_PAGE]


def _is_of_kind(report: Report, asked: StatementRequest) -> bool:
    """Whether it is a denial or criticism of the topic, where only these are asked for."""
    if asked.how == "denied":
        return report.statement.is_denied and bool(_DENIES.search(_cue(report)))
    if asked.how != "criticised":
        return True
    text, cues = report.article.text, report.statement.attribution.cue
    end = cues[-1][1] if cues else 0
    whom = re.split(r"\b(?:of|for|over|that|to)\b|[,.;]", text[end : end + _WHOM])[0]
    return bool(_DISAPPROVES.search(_cue(report))) and asked.topic <= content_stems(whom)


def _cue(report: Report) -> str:
    return " ".join(report.article.text[a:b] for a, b in report.statement.attribution.cue)


def _meant(asked: str, called: Sequence[SpeakerProfile]) -> str:
    """The name asked for, or that of the speaker with far more statements than others so called."""
    first, *others = called
    return (
        first.speaker.name
        if others and first.count >= _FAR_MORE * others[0].count and first.speaker.is_named
        else asked
    )


def _chosen(
    reported: Sequence[Sequence[ReportedStatement]], topics: Sequence[Set[str]]
) -> list[Citation]:
    """Up to three statements of one speaker, one each of several, as many as an answer holds.

    A quotation is followed by another version of it, where an article has one.
    """
    chosen: list[Citation] = []
    for some, topic in zip(reported, topics, strict=True):
        before = len(chosen)
        sure = [one for one in some if one.report.statement.probability >= SURE]
        surest = sorted(some, key=lambda one: -one.report.statement.probability)[:1]
        for one in sure or surest:
            also = tuple(other.article for other in one.also)
            shown = [replace(_citation(one.report, topic), also=also)]
            for cited in shown + [_citation(report, topic) for report in one.variants[:1]]:
                if len(chosen) - before < (_STATEMENTS if len(reported) == 1 else 1):
                    fits = sum(len(each.quote.split()) + 1 for each in [*chosen, cited])
                    chosen += [cited] if fits <= MAX_WORDS or not chosen else []
    return chosen


def quoted_place(report: Report, topic: Set[str] = frozenset()) -> tuple[int, int]:
    """The place in the article that is quoted for a statement, short enough for an answer.

    It is the statement's whole sentences; where these have another quotation too, the statement
    with its speaker; where that is too long, its words, or their sentences nearest to the topic.
    """
    text, passage = report.article.text, report.citation(1).hit.passage
    first, last = report.reach
    beside = text[passage.start : first] + text[last : passage.end]
    whole = report.reach if _MARK.search(beside) else (passage.start, passage.end)
    for start, end in (whole, report.spoken):
        if _fits(text[start:end]):
            return start, end
    start, end = report.spoken
    bounds = [(start + a, start + b) for a, b in sentences(text[start:end])]
    fitting = [
        next(
            ((first, last) for _, last in reversed(bounds[number:]) if _fits(text[first:last])),
            (first, _after(text, first, text[first:end].split()[: MAX_WORDS - 1])),
        )
        for number, (first, _) in enumerate(bounds)
    ]
    return max(fitting, key=lambda place: len(topic & content_stems(text[slice(*place)])))


def _fits(text: str) -> bool:
    return len(text.split()) < MAX_WORDS


def _after(text: str, start: int, words: Sequence[str]) -> int:
    for word in words:
        start = text.index(word, start) + len(word)
    return start


def _citation(report: Report, topic: Set[str] = frozenset()) -> Citation:
    start, end = quoted_place(report, topic)
    spoken = max(start, report.spoken[0]), min(end, report.spoken[1])
    whole = report.citation(1)
    passage = whole.hit.passage
    low, high = min(start, passage.start), max(end, passage.end)
    text = report.article.text
    hit = replace(
        whole.hit, passage=replace(passage, start=low, end=high, text=text[low:high]), rank=0
    )
    return Citation(1, hit, start, end, text[start:end], spoken, statement=report.statement)


def without_speaker(answer: Answer, asked: Sequence[StatementRequest]) -> Answer:
    """The answer with those citations only in which the unknown speaker asked about speaks.

    The name must stand next to the verb: in "Trump said Putin wanted a deal" Putin doesn't speak.
    Without such a citation, `missing` says that nobody of that name says anything.
    """
    named = [one.speaker_text for one in asked if one.speaker_text]
    answer = cite_again(
        answer,
        [
            one
            for one in answer.citations
            if _SAYS.search(one.quote)
            and (not named or any(_is_subject(name, one.quote) for name in named))
        ],
    )
    names = [one.speaker_text for one in asked if _is_name(one.speaker_text)]
    if answer.found or not names:
        return answer
    reason = f"Nobody called {' or '.join(names)} says anything in them."
    return replace(answer, missing=Missing(reason))


def _nothing(name: str, asked: StatementRequest, allowed: Filter) -> str:
    topic = f" on {asked.topic_text}" if asked.topic_text else ""
    where = _them(allowed)
    if asked.how == "denied":
        return f"No denial by {name}{topic} is in {where}."
    return f"{name} says nothing{topic} in {where}."


def _others(
    indexes: Sequence[Index], asked: Sequence[StatementRequest], hits: Sequence[Hit]
) -> tuple[Citation, ...]:
    """Statements by others on the topics asked about."""
    found: list[Report] = []
    for one in asked:
        if one.topic_text:
            keys = {key for who in speaker_profiles(indexes, one.speaker_text) for key in who.keys}
            found += on_topic(indexes, one.topic_text, hits, but=keys)
    return tuple(replace(_citation(one), number=n) for n, one in enumerate(found[:_OTHERS], 1))


def _them(allowed: Filter) -> str:
    return "them" if allowed.is_open else "these articles"


def _is_name(asked: str) -> bool:
    return any(word[:1].isupper() for word in asked.split())


def _is_subject(name: str, sentence: str) -> bool:
    """Whether the name stands right before a verb of saying, or after a quotation and one."""
    name = rf"(?i:{re.escape(name)})\b"
    return bool(
        re.search(rf"\b{name}(?: {_AUXILIARY})* {FINITE.pattern}", sentence)
        or re.search(_BEHIND_VERB + name, sentence)
    )
