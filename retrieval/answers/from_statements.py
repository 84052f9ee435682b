"""Stated: questions for somebody's words → an Answer made of that speaker's statements."""

import re
from collections.abc import Sequence, Set
from dataclasses import replace

from retrieval.answers.answer import Answer, cite_again
from retrieval.english.reporting import pattern
from retrieval.english.sentences import sentences
from retrieval.english.words import content_stems
from retrieval.library.filter import Filter
from retrieval.library.index import Index
from retrieval.questions.requests import FINITE, StatementRequest
from retrieval.quotes.finder import on_topic, statements_by, who_said
from retrieval.quotes.grouping import ReportedStatement
from retrieval.quotes.reports import Report
from retrieval.quotes.speakers import SpeakerProfile, speaker_profiles
from retrieval.search.hit import Citation, Hit
from retrieval.search.sentences import MAX_WORDS, Quote

_STATEMENTS = 3  # of an answer
_OTHERS = 2  # statements by others, where whoever is asked for says nothing
_SAYS = re.compile(rf"\b(?:{pattern('present past ing', 'says')}|according to)\b", re.I)
# From here on 0.96 were rightly given to a named speaker, of the held-back statements of which
# `statements.PROBABLE` was chosen.
SURE = 0.7
_FAR_MORE = 3  # times as many statements as the next of the same name
_PAGE = 12  # statements that are looked through for such as fit into an answer
_LISTED = 200  # the same where only denials, or only what is said with disapproval, is asked for
_DISAPPROVES = re.compile(rf"\b{pattern('stem', 'criticises')}\b", re.I)
_DENIES = re.compile(rf"\b{pattern('any', 'denies')}\b", re.I)
_MARK = re.compile(r"[\"“”«»„]|(?<!\w)['‘](?=\w)")
_QUOTED = re.compile(r"[\"“„«].+[\"”»]|(?<!\w)['‘].+['’](?!\w)")
_BEHIND_VERB = (
    rf"(?:(?:,|[”\"’']) {pattern('past third', 'tags')}|\b[Aa]ccording to) (?:[A-Z]\w+ ){{0,3}}"
)
_AUXILIARY = r"(?:has|have|had|also|later|then|again|never|not|did|would|will|\w+ly)"
_NARROW = ("denied", "criticised")
_WHOM = 80  # characters behind a cue, in which whoever is criticised stands
_NO_WORDS = "The question doesn't say which words it means."
_NO_SPEAKER = "The question doesn't say whom it means: ask again with a name."


def stated(
    indexes: Sequence[Index],
    question: str,
    asked: Sequence[StatementRequest],
    allowed: Filter,
    hits: Sequence[Hit],
) -> Answer | None:
    """The answer to a question for the statements of each of those `asked` for.

    Declined, with the reason and what others say, where they say nothing, or nothing on it. None
    where no speaker is called so, or where the question is who speaks and nobody has those words:
    then it is a question like any other. `hits` are the passages that a search finds.
    """
    told: list[list[ReportedStatement]] = []
    reasons = []
    for one in asked:
        if one.asks_who:
            told.append(_who(indexes, one, allowed))
            reasons += [] if told[-1] else _nobody(one, question)
        elif not one.speaker_text:
            told.append([])
            reasons.append(_NO_SPEAKER)
        elif not (called := speaker_profiles(indexes, one.speaker_text)):
            return None
        else:
            told.append(_what(indexes, one, _meant(one.speaker_text, called), allowed))
            if not told[-1] and one.how == "reacted":
                return None
            reasons += [] if told[-1] else [_nothing(called[0].speaker.name, one, allowed)]
    topics = [one.topic for one in asked]
    cited = _chosen(told, topics)
    if not cited:
        others = _others(indexes, asked, hits) if reasons else ()
        return _declined(question, hits, " ".join(reasons), others) if reasons else None
    listed = _once([*(one.hit for one in cited), *hits])
    answer = cite_again(Answer(question, True, "", (), listed), cited)
    offered = tuple(
        Quote(one.hit, one.start, one.end, one.quote, one.said.probability, one.span)
        for some, topic in zip(told, topics, strict=True)
        for one in (_citation(each.said, topic) for each in some)
        if one.said
    )
    statements = [one.said for one in cited]
    return replace(
        answer, missing=" ".join(reasons), offered=offered,
        probability=max(one.probability for one in offered),
        differing=any(
            one.variants for some in told for one in some if one.said.statement in statements
        ),
    )  # fmt: skip


def _nobody(asked: StatementRequest, question: str) -> list[str]:
    """Why nobody is named, where the question is for words as they stand, or for no deeds."""
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
    return [one for one in found if _is_said_so(one.said, asked)]


def _what(
    indexes: Sequence[Index], asked: StatementRequest, speaker: str, allowed: Filter
) -> list[ReportedStatement]:
    """What the speaker says, on the topic if there is one."""
    most = _LISTED if asked.how in _NARROW else _PAGE
    found = statements_by(indexes, speaker, about=asked.topic_text, allowed=allowed, most=most)
    return [one for one in found.told if _is_said_so(one.said, asked)][:_PAGE]


def _is_said_so(said: Report, asked: StatementRequest) -> bool:
    """Whether it is denied, or disapproves of the topic, where only such is asked for."""
    if asked.how == "denied":
        return said.statement.is_denied and bool(_DENIES.search(_cue(said)))
    if asked.how != "criticised":
        return True
    text, cues = said.article.text, said.statement.attribution.cue
    end = cues[-1][1] if cues else 0
    whom = re.split(r"\b(?:of|for|over|that|to)\b|[,.;]", text[end : end + _WHOM])[0]
    return bool(_DISAPPROVES.search(_cue(said))) and asked.topic <= content_stems(whom)


def _cue(said: Report) -> str:
    return " ".join(said.article.text[a:b] for a, b in said.statement.attribution.cue)


def _meant(asked: str, called: Sequence[SpeakerProfile]) -> str:
    """The name of the one who is meant most likely, where several bear it: who speaks far more."""
    first, *others = called
    return (
        first.speaker.name
        if others and first.count >= _FAR_MORE * others[0].count and first.speaker.is_named
        else asked
    )


def _chosen(
    told: Sequence[Sequence[ReportedStatement]], topics: Sequence[Set[str]]
) -> list[Citation]:
    """Up to three statements of one speaker, one each of several, as many as an answer holds.

    Beside a quotation that another article words otherwise stands that wording.
    """
    chosen: list[Citation] = []
    for some, topic in zip(told, topics, strict=True):
        before = len(chosen)
        sure = [one for one in some if one.said.statement.probability >= SURE]
        surest = sorted(some, key=lambda one: -one.said.statement.probability)[:1]
        for one in sure or surest:
            also = tuple(other.article for other in one.also)
            shown = [replace(_citation(one.said, topic), also=also)]
            for cited in shown + [_citation(said, topic) for said in one.variants[:1]]:
                if len(chosen) - before < (_STATEMENTS if len(told) == 1 else 1):
                    fits = sum(len(each.quote.split()) + 1 for each in [*chosen, cited])
                    chosen += [cited] if fits <= MAX_WORDS or not chosen else []
    return chosen


def shown(said: Report, topic: Set[str] = frozenset()) -> tuple[int, int]:
    """The place that is quoted of a statement: its sentences, or of long ones what is said.

    Where these have another's quotation too, only who says it, how and what.
    As much of it as an answer holds: the sentences that have most of a topic's stems.
    """
    text, passage = said.article.text, said.citation(1).hit.passage
    first, last = said.reach
    beside = text[passage.start : first] + text[last : passage.end]
    whole = said.reach if _MARK.search(beside) else (passage.start, passage.end)
    for start, end in (whole, said.spoken):
        if _fits(text[start:end]):
            return start, end
    start, end = said.spoken
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


def _citation(said: Report, topic: Set[str] = frozenset()) -> Citation:
    start, end = shown(said, topic)
    spoken = max(start, said.spoken[0]), min(end, said.spoken[1])
    whole = said.citation(1)
    passage = whole.hit.passage
    low, high = min(start, passage.start), max(end, passage.end)
    text = said.article.text
    hit = replace(
        whole.hit, passage=replace(passage, start=low, end=high, text=text[low:high]), rank=0
    )
    return Citation(1, hit, start, end, text[start:end], spoken, said=said.statement)


def _declined(
    question: str, hits: Sequence[Hit], reason: str, others: tuple[Citation, ...] = ()
) -> Answer:
    return replace(
        cite_again(Answer(question, False, "", (), tuple(hits)), ()), missing=reason, others=others
    )


def without_speaker(answer: Answer, asked: Sequence[StatementRequest]) -> Answer:
    """An answer by grammar, where no speaker is known: sentences in which they are said to speak.

    Right before the verb, or right behind: of "Trump said Putin wanted a deal" nothing is Putin's.
    That nobody called so speaks is said where they are asked for by a name.
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
    return replace(answer, missing=f"Nobody called {' or '.join(names)} says anything in them.")


def _nothing(name: str, asked: StatementRequest, allowed: Filter) -> str:
    topic = f" on {asked.topic_text}" if asked.topic_text else ""
    where = _them(allowed)
    if asked.how == "denied":
        return f"No denial by {name}{topic} is in {where}."
    return f"{name} says nothing{topic} in {where}."


def _others(
    indexes: Sequence[Index], asked: Sequence[StatementRequest], hits: Sequence[Hit]
) -> tuple[Citation, ...]:
    """What others say on what was asked about."""
    found: list[Report] = []
    for one in asked:
        if one.topic_text:
            keys = {
                key for voice in speaker_profiles(indexes, one.speaker_text) for key in voice.keys
            }
            found += on_topic(indexes, one.topic_text, hits, but=keys)
    return tuple(replace(_citation(one), number=n) for n, one in enumerate(found[:_OTHERS], 1))


def _them(allowed: Filter) -> str:
    return "them" if allowed.is_open else "these articles"


def _is_name(asked: str) -> bool:
    return any(word[:1].isupper() for word in asked.split())


def _is_subject(name: str, sentence: str) -> bool:
    """Whether the name stands right before a verb of saying, or behind one and a quotation."""
    name = rf"(?i:{re.escape(name)})\b"
    return bool(
        re.search(rf"\b{name}(?: {_AUXILIARY})* {FINITE.pattern}", sentence)
        or re.search(_BEHIND_VERB + name, sentence)
    )


def _once(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    known = {(one.library, one.passage.id): one for one in reversed(hits)}
    ordered = dict.fromkeys((one.library, one.passage.id) for one in hits)
    ranked = [(known[place], n) for n, place in enumerate(ordered, 1)]
    return tuple(replace(one, rank=n, found=one.found or one.rank) for one, n in ranked)
