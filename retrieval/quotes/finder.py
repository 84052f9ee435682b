"""What somebody says, and who said something, in one or several libraries."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge

from retrieval.articles.passages import Passage
from retrieval.english import quotation
from retrieval.english.names import key
from retrieval.english.words import content_stems
from retrieval.library.filter import Filter
from retrieval.library.index import Index
from retrieval.library.statements import StatementWithArticle, folded
from retrieval.quotes.grouping import NOT, Groups, ReportedStatement, still_reported
from retrieval.quotes.reports import Report, day, sentences_around
from retrieval.quotes.speakers import SpeakerProfile, speaker_profiles
from retrieval.search.hit import Hit

_CHUNK = 64  # statements in the first read, each further one reads four times as many
_MANY = 400  # statements; where a speaker has more, only those found by words are ranked
_RANKED = 40  # statements whose meaning is compared with a topic
_NEAR = 0.4  # cosine of a topic and words on it
_OFF = 3  # the rank of what isn't on the topic
_HALF = 0.5  # of a topic's words are in what is on it
_MOST = 0.7  # of a phrase's words are in what is nearly the same
_CLAIMS = frozenset(
    ("is", "are", "was", "were", "will", "would", "can", "could", "has", "have", "had", "do", "did")
)
_LISTED = 100  # passages in which a phrase is looked for


@dataclass(frozen=True, slots=True)
class StatementPage:
    """A page of somebody's statements, from number `first` on, counted from 0.

    `speakers` are those whom the name `asked` for may mean, the most quoted first. `count` is the
    number of their statements in the articles allowed, each report counted. Without speakers,
    `mentions` is the number of articles with the name. `more` says that there are further pages.
    """

    asked: str
    speakers: tuple[SpeakerProfile, ...]
    statements: tuple[ReportedStatement, ...]
    first: int = 0
    more: bool = False
    count: int = 0
    mentions: int = 0


def statements_by(
    indexes: Sequence[Index],
    asked: str,
    *,
    about: str = "",
    allowed: Filter = Filter(),
    first: int = 0,
    most: int = 10,
    oldest_first: bool = False,
) -> StatementPage:
    """The statements of whoever is asked for, newest first, or `oldest_first`; -1 `most` is all.

    With a topic, only those on it, the nearest first. What articles no longer report is left out.
    """
    meant = speaker_profiles(indexes, asked)
    keys = [key for one in meant for key in one.keys]
    if not keys:
        mentions = sum(index.library.count_mentions(asked) for index in indexes)
        return StatementPage(asked, (), (), first, mentions=mentions)
    count = sum(index.statements.count(keys, allowed) for index in indexes)
    last = first + most if most >= 0 and not oldest_first else -1
    groups = Groups(meant)
    for report in (
        _on(indexes, keys, about, allowed, count) if about else _all(indexes, keys, allowed)
    ):
        if not about and groups.is_done(last, report):
            break
        groups.add(report)
    found = groups.all[::-1] if oldest_first else groups.all
    page = found[first : first + most] if most >= 0 else found[first:]
    statements = still_reported(indexes, [group.reported() for group in page])
    return StatementPage(
        asked, tuple(meant), statements, first, len(found) > first + len(page), count
    )


def _all(indexes: Sequence[Index], keys: Sequence[str], allowed: Filter) -> Iterator[Report]:
    """All statements, newest first."""
    return merge(*(_each(index, keys, allowed) for index in indexes), key=day, reverse=True)


def _each(index: Index, keys: Sequence[str], allowed: Filter) -> Iterator[Report]:
    first, most = 0, _CHUNK
    while some := index.statements.by_speakers(keys, allowed, first=first, most=most):
        yield from _reports(index, some)
        first, most = first + most, 4 * most


def _reports(index: Index, stated: Iterable[StatementWithArticle]) -> list[Report]:
    return [Report(one, article, index.library.name) for one, article in stated]


def _on(
    indexes: Sequence[Index], keys: Sequence[str], topic: str, allowed: Filter, count: int
) -> list[Report]:
    """The statements on a topic, the nearest first, and the newest first of equally near ones."""
    if count <= _MANY:
        found = [*_all(indexes, keys, allowed)]
    else:
        worded = [one for index in indexes for one in _worded(index, keys, topic, allowed)]
        found = sorted(worded, key=day, reverse=True)
    wanted = content_stems(topic)
    shares = [_shares(one, wanted) for one in found]
    order = sorted(range(len(found)), key=lambda number: -sum(shares[number]))[:_RANKED]
    embedder = indexes[0].embedder
    vectors = embedder.passages([" ".join(found[number].words) for number in order])
    near = dict(zip(order, vectors @ embedder.question(topic), strict=True)) if order else {}
    ranks = {number: _rank(*shares[number], float(near[number])) for number in order}
    return [found[number] for number in sorted(order, key=lambda one: (ranks[one], one))
            if ranks[number] < _OFF]  # fmt: skip


def _worded(index: Index, keys: Sequence[str], topic: str, allowed: Filter) -> list[Report]:
    """Statements in passages that have words of the topic."""
    within = index.statements.article_ids(keys, allowed)
    with index.reading() as (_, words):
        ids = [id for id, _ in words.search(topic, _MANY, within)]
    places: dict[str, list[Passage]] = {}
    for passage, article in index.library.passages(ids).values():
        places.setdefault(article.id, []).append(passage)
    return [
        one
        for one in _reports(index, index.statements.in_articles(places, keys))
        if any(p.start < one.reach[1] and one.reach[0] < p.end for p in places[one.article.id])
    ]


def _shares(report: Report, wanted: frozenset[str]) -> tuple[float, float]:
    """The share of a topic's words in the statement, and in its sentences or the title."""
    start, end = sentences_around(report.article.text, *report.reach)
    there = content_stems(f"{report.article.title} {report.article.text[start:end]}")
    return (
        len(wanted & content_stems(" ".join(report.words))) / max(1, len(wanted)),
        len(wanted & there) / max(1, len(wanted)),
    )


def _rank(spoken: float, around: float, near: float) -> int:
    """How far it is from a topic: 0 has all its words, 1 is on it, 2 has sentences on it."""
    if spoken >= 1:
        return 0
    if spoken >= _HALF or near >= _NEAR:
        return 1
    return 2 if around >= 1 or (around >= _HALF and near >= _NEAR / 2) else _OFF


def on_topic(
    indexes: Sequence[Index], topic: str, hits: Sequence[Hit], *, but: Collection[str]
) -> list[Report]:
    """Statements in the hits with words of a topic, those with most first.

    Those of speakers with one of the keys `but` are left out.
    """
    wanted, found = content_stems(topic), dict[tuple[object, ...], tuple[float, Report]]()
    for index in indexes:
        places = {hit.article.id: hit for hit in hits if hit.library == index.library.name}
        for one in _reports(index, index.statements.in_articles(places)):
            share = len(wanted & content_stems(" ".join(one.words))) / max(1, len(wanted))
            if share >= _HALF and key(one.statement.speaker.name) not in but:
                found.setdefault((one.library, one.article.id, one.spoken), (share, one))
    return [one for _, one in sorted(found.values(), key=lambda two: -two[0])]


def who_said(
    indexes: Sequence[Index], phrase: str, *, allowed: Filter = Filter(), most: int = 5
) -> tuple[ReportedStatement, ...]:
    """The statements that have the phrase, else most of its words, newest first."""
    found = [one for index in indexes for one in _holding(index, phrase, allowed)]
    exact = [one for one in found if has(one, phrase)]
    wanted = content_stems(phrase)
    nearly = [one for one in found if _share(one, wanted) >= _MOST and not _denies(one, phrase)]
    groups = Groups()
    for report in sorted(exact or nearly, key=day, reverse=True):
        groups.add(report)
    return still_reported(indexes, [group.reported() for group in groups.all[:most]])


def _denies(report: Report, phrase: str) -> bool:
    """Whether only one of phrase and statement has a "not", where the phrase claims something."""
    words, others = {*folded(phrase).split()}, {*folded(" ".join(report.words)).split()}
    return bool(_CLAIMS & words) and bool(NOT & words) != bool(NOT & others)


def _holding(index: Index, phrase: str, allowed: Filter) -> list[Report]:
    """All statements of the articles whose passages match the phrase best."""
    with index.reading() as (_, words):
        within = None if allowed.is_open else index.library.article_ids(allowed)
        ids = [id for id, _ in words.search(phrase, _LISTED, within)]
    articles = dict.fromkeys(article.id for _, article in index.library.passages(ids).values())
    return _reports(index, index.statements.in_articles(articles))


def has(report: Report, phrase: str) -> bool:
    """Whether the statement has the phrase, word for word."""
    wanted = phrase.strip(" \"'“”‘’«».,").casefold()
    return any(
        quotation.slice_of(words.casefold(), wanted)
        for words in (*report.words, " ".join(report.words))
    )


def _share(report: Report, wanted: frozenset[str]) -> float:
    return len(wanted & content_stems(" ".join(report.words))) / len(wanted) if wanted else 0.0
