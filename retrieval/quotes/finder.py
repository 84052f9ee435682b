"""Said: who says what in one or several libraries, each statement once, proved as they are now."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from heapq import merge
from itertools import pairwise

from retrieval.answers.answer import Citation
from retrieval.articles.article import Article
from retrieval.articles.passages import Passage, sentences
from retrieval.attribution import coreference as speakers
from retrieval.attribution.statements import Statement, quoted
from retrieval.library.index import Index
from retrieval.library.library import Filter
from retrieval.library.statements import Stated, folded
from retrieval.proof import grounding as claims
from retrieval.questions.requests import content, content_in_order
from retrieval.quotes.speakers import Voice, voices
from retrieval.search.retriever import Hit

_CHUNK = 64  # statements read at first, then four times as many, and so on
_DAYS = 7  # between two reports of one statement
_COMPARED = 100  # statements that a new one may be the same as; keeps the time linear
_PART = 4  # words at least that are a part of a longer report rather than chance
_ALIKE = 0.5  # of all words of two quotations are in both, where they are wordings of one
_MANY = 400  # statements; of a speaker with more, those are ranked that words lead to
_RANKED = 40  # statements whose meaning is compared with a topic
_NEAR = 0.4  # cosine of a topic and words that are about it
_OFF = 3  # the rank of what isn't on a topic
_HALF = 0.5  # of a topic's words that stand in what is about it
_MOST = 0.7  # of a phrase's words that stand in what is nearly it
_NOT = frozenset(
    ("not", "no", "never", "nobody", "nothing", "none", "neither", "nor", "without", "t")  # won’t
)
_JOINING = frozenset(("that", "if", "whether", "unless", "when"))  # "only fools believe that …"
_CLAIMS = frozenset(
    ("is", "are", "was", "were", "will", "would", "can", "could", "has", "have", "had", "do", "did")
)
_AROUND = 300  # characters on each side of a statement, among which its sentences are
_LISTED = 100  # passages in which a phrase is looked for


@dataclass(frozen=True, slots=True)
class Said:
    """A statement as an article reports it; `library` is the name of the one that has it."""

    statement: Statement
    article: Article
    library: str

    @property
    def words(self) -> tuple[str, ...]:
        """What is said: slices of the article, in order."""
        return tuple(self.article.text[a:b] for a, b in self.statement.attribution.content)

    @property
    def reach(self) -> tuple[int, int]:
        """Where it begins and ends, with whoever says it and the words that say so."""
        parts = self.statement.attribution
        spans = [*parts.source, *parts.cue, *parts.content]
        return min(a for a, _ in spans), max(b for _, b in spans)

    @property
    def spoken(self) -> tuple[int, int]:
        """Where what is said begins and ends, with whatever stands between its parts."""
        spans = self.statement.attribution.content
        return min(a for a, _ in spans), max(b for _, b in spans)

    @property
    def sentence(self) -> str:
        """The slice of the article that has all of it: who says it, how, and what."""
        start, end = self.reach
        return self.article.text[start:end]

    def citation(self, number: int) -> Citation:
        """Who says it and what, as it stands there; what is said is its `span`."""
        text, (start, end) = self.article.text, self.reach
        first, last = _sentences_around(text, start, end)
        passage = Passage(self.article.id, first, last, text[first:last])
        hit = Hit(passage, self.article, number, None, self.library)
        return Citation(number, hit, start, end, text[start:end], self.spoken, said=self.statement)


@dataclass(frozen=True, slots=True)
class Told:
    """A statement once, whoever reports it.

    `also` has the same words, or a part of them, in other articles; `variants` are other wordings
    of the same quotation.
    """

    said: Said
    also: tuple[Said, ...] = ()
    variants: tuple[Said, ...] = ()

    def citation(self, number: int) -> Citation:
        """The same as a citation, with the other articles that have it."""
        also = tuple(one.article for one in self.also)
        return replace(self.said.citation(number), also=also)


@dataclass(frozen=True, slots=True)
class Quotes:
    """A page of what whoever is `asked` for says, from number `first` on (0 is the first).

    `voices` are those of that name, the most quoted first; `count` are their statements in the
    articles allowed, each report counted. Of none, `mentions` says how many articles have the name.
    """

    asked: str
    voices: tuple[Voice, ...]
    told: tuple[Told, ...]
    first: int = 0
    more: bool = False
    count: int = 0
    mentions: int = 0


@dataclass(slots=True)
class _Group:
    """Reports of one statement, the newest first; `words` and `content` are the first one's."""

    words: list[str]
    content: frozenset[str]
    same: list[Said]
    others: list[Said] = field(default_factory=list)

    def told(self) -> Told:
        best = max(self.same, key=lambda one: (len(one.sentence), sum(map(len, one.words))))
        also = {one.article.id: one for one in self.same if one.article.id != best.article.id}
        known = {*also, best.article.id}
        others = {one.article.id: one for one in self.others if one.article.id not in known}
        return Told(best, tuple(also.values()), tuple(others.values()))


class _Groups:
    """Statements put together as they come, newest first.

    Which group a statement is in depends on those before it alone, so pages don't overlap.
    """

    def __init__(self, voices: Sequence[Voice] = ()) -> None:
        """Speakers of the same of `voices` are one; of others those are who have the same name."""
        self._voice = {key: one.keys[0] for one in voices for key in one.keys}
        self.all: list[_Group] = []
        self._with: dict[tuple[str, ...], list[_Group]] = {}
        self._in: dict[tuple[str, str], list[_Group]] = {}  # by library and article

    def add(self, said: Said) -> None:
        """Put it with those it belongs to."""
        text = " ".join(said.words)
        stems, words = content_in_order(text), folded(text).split()
        pairs: set[tuple[str, ...]] = {*pairwise(stems)} or {tuple(stems or words)}
        here = self._in.setdefault((said.library, said.article.id), [])
        new = _Group(words, frozenset(stems), [said])
        if not self._joined(new, [*self._sharing(pairs), *here[-_COMPARED:]]):
            self.all.append(new)
            here.append(new)
            for pair in pairs:
                self._with.setdefault(pair, []).append(new)

    def _sharing(self, pairs: set[tuple[str, ...]]) -> list[_Group]:
        """The groups that have some of the pairs of words, most first."""
        some = [group for pair in pairs for group in self._with.get(pair, ())[-_COMPARED:]]
        sharing = {id(group): group for group in some}
        shared = Counter(id(group) for group in some)
        return [sharing[number] for number, _ in shared.most_common()]

    def _joined(self, new: _Group, groups: Iterable[_Group]) -> bool:
        """Whether it was put into one of the groups."""
        (said,) = new.same
        for group in groups:
            if not self._may_be_one(group.same[0], said):
                continue
            if _is_part(new.words, group.words) or _is_within(said, group.same[0]):
                group.same.append(said)
                return True
            if _is_wording(new, group):
                group.others.append(said)
                return True
        return False

    def _may_be_one(self, one: Said, other: Said) -> bool:
        """Whether both may be reports of the same statement, their words left aside."""
        a, b = one.statement, other.statement
        keys = [speakers.key(each.speaker.name) for each in (a, b)]
        who, whom = (self._voice.get(key, key) for key in keys)
        return who == whom and a.is_denied == b.is_denied and _are_near(one, other)

    def is_done(self, count: int, said: Said) -> bool:
        """Whether the first groups are whole, before this one comes."""
        return len(self.all) > count > 0 and not _are_near(self.all[count - 1].same[0], said)


def quotes(
    indexes: Sequence[Index],
    asked: str,
    *,
    about: str = "",
    allowed: Filter = Filter(),
    first: int = 0,
    most: int = 10,
    oldest_first: bool = False,
) -> Quotes:
    """What whoever is asked for says, newest first, or `oldest_first`; all where `most` is < 0.

    With a topic, what is on it alone, the nearest first. What changed meanwhile is left out.
    """
    meant = voices(indexes, asked)
    keys = [key for one in meant for key in one.keys]
    if not keys:
        mentions = sum(index.library.count_mentions(asked) for index in indexes)
        return Quotes(asked, (), (), first, mentions=mentions)
    count = sum(index.register.count(keys, allowed) for index in indexes)
    last = first + most if most >= 0 and not oldest_first else -1
    groups = _Groups(meant)
    for said in (
        _on(indexes, keys, about, allowed, count) if about else _all(indexes, keys, allowed)
    ):
        if not about and groups.is_done(last, said):
            break
        groups.add(said)
    found = groups.all[::-1] if oldest_first else groups.all
    page = found[first : first + most] if most >= 0 else found[first:]
    told = standing(indexes, [group.told() for group in page])
    return Quotes(asked, tuple(meant), told, first, len(found) > first + len(page), count)


def _all(indexes: Sequence[Index], keys: Sequence[str], allowed: Filter) -> Iterator[Said]:
    """All statements, newest first."""
    return merge(*(_each(index, keys, allowed) for index in indexes), key=_day, reverse=True)


def _each(index: Index, keys: Sequence[str], allowed: Filter) -> Iterator[Said]:
    first, most = 0, _CHUNK
    while some := index.register.statements(keys, allowed, first=first, most=most):
        yield from _said(index, some)
        first, most = first + most, 4 * most


def _said(index: Index, stated: Iterable[Stated]) -> list[Said]:
    return [Said(one, article, index.library.name) for one, article in stated]


def _on(
    indexes: Sequence[Index], keys: Sequence[str], topic: str, allowed: Filter, count: int
) -> list[Said]:
    """The statements on a topic: those that have most of its words before others, newest first."""
    if count <= _MANY:
        found = [*_all(indexes, keys, allowed)]
    else:
        worded = [one for index in indexes for one in _worded(index, keys, topic, allowed)]
        found = sorted(worded, key=_day, reverse=True)
    wanted = content(topic)
    shares = [_shares(one, wanted) for one in found]
    order = sorted(range(len(found)), key=lambda number: -sum(shares[number]))[:_RANKED]
    embedder = indexes[0].embedder
    vectors = embedder.passages([" ".join(found[number].words) for number in order])
    near = dict(zip(order, vectors @ embedder.question(topic), strict=True)) if order else {}
    ranks = {number: _rank(*shares[number], float(near[number])) for number in order}
    return [found[number] for number in sorted(order, key=lambda one: (ranks[one], one))
            if ranks[number] < _OFF]  # fmt: skip


def _worded(index: Index, keys: Sequence[str], topic: str, allowed: Filter) -> list[Said]:
    """Statements in passages that have words of the topic."""
    within = index.register.speaking(keys, allowed)
    with index.reading() as (_, words):
        ids = [id for id, _ in words.search(topic, _MANY, within)]
    places: dict[str, list[Passage]] = {}
    for passage, article in index.library.passages(ids).values():
        places.setdefault(article.id, []).append(passage)
    return [
        one
        for one in _said(index, index.register.statements_in(places, keys))
        if any(p.start < one.reach[1] and one.reach[0] < p.end for p in places[one.article.id])
    ]


def _shares(said: Said, wanted: frozenset[str]) -> tuple[float, float]:
    """The shares of a topic's words that are said, and that stand around it or in the title."""
    start, end = _sentences_around(said.article.text, *said.reach)
    there = content(f"{said.article.title} {said.article.text[start:end]}")
    return (
        len(wanted & content(" ".join(said.words))) / max(1, len(wanted)),
        len(wanted & there) / max(1, len(wanted)),
    )


def _rank(spoken: float, around: float, near: float) -> int:
    """How far it is from a topic: 0 has all its words, 1 is on it, 2 is as its sentences are."""
    if spoken >= 1:
        return 0
    if spoken >= _HALF or near >= _NEAR:
        return 1
    return 2 if around >= 1 or (around >= _HALF and near >= _NEAR / 2) else _OFF


def on_topic(
    indexes: Sequence[Index], topic: str, hits: Sequence[Hit], *, but: Collection[str]
) -> list[Said]:
    """Statements in the hits that have a topic's words, most first; by others than `but` (keys)."""
    wanted, found = content(topic), dict[tuple[object, ...], tuple[float, Said]]()
    for index in indexes:
        places = {hit.article.id: hit for hit in hits if hit.library == index.library.name}
        for one in _said(index, index.register.statements_in(places)):
            share = len(wanted & content(" ".join(one.words))) / max(1, len(wanted))
            if share >= _HALF and speakers.key(one.statement.speaker.name) not in but:
                found.setdefault((one.library, one.article.id, one.spoken), (share, one))
    return [one for _, one in sorted(found.values(), key=lambda two: -two[0])]


def who_said(
    indexes: Sequence[Index], phrase: str, *, allowed: Filter = Filter(), most: int = 5
) -> tuple[Told, ...]:
    """The statements that have the phrase, else most of its words, newest first."""
    found = [one for index in indexes for one in _holding(index, phrase, allowed)]
    exact = [one for one in found if has(one, phrase)]
    wanted = content(phrase)
    nearly = [one for one in found if _share(one, wanted) >= _MOST and not _denies(one, phrase)]
    groups = _Groups()
    for said in sorted(exact or nearly, key=_day, reverse=True):
        groups.add(said)
    return standing(indexes, [group.told() for group in groups.all[:most]])


def _denies(said: Said, phrase: str) -> bool:
    """Whether a phrase that claims something is said with a "not", or the other way round."""
    words, told = {*folded(phrase).split()}, {*folded(" ".join(said.words)).split()}
    return bool(_CLAIMS & words) and bool(_NOT & words) != bool(_NOT & told)


def _holding(index: Index, phrase: str, allowed: Filter) -> list[Said]:
    """All statements in the articles that have words of the phrase in one of the best passages."""
    with index.reading() as (_, words):
        within = None if allowed.is_open else index.library.article_ids(allowed)
        ids = [id for id, _ in words.search(phrase, _LISTED, within)]
    articles = dict.fromkeys(article.id for _, article in index.library.passages(ids).values())
    return _said(index, index.register.statements_in(articles))


def has(said: Said, phrase: str) -> bool:
    """Whether the phrase stands in what is said."""
    wanted = phrase.strip(" \"'“”‘’«».,").casefold()
    return any(
        claims.slice_of(words.casefold(), wanted) for words in (*said.words, " ".join(said.words))
    )


def _share(said: Said, wanted: frozenset[str]) -> float:
    return len(wanted & content(" ".join(said.words))) / len(wanted) if wanted else 0.0


def standing(indexes: Sequence[Index], told: Iterable[Told]) -> tuple[Told, ...]:
    """What still stands, to the letter, in the libraries as they are; of each statement the rest.

    Where what was shown first is gone, another report takes its place.
    """
    libraries = {index.library.name: index.library for index in indexes}

    def stands(one: Said) -> bool:
        now = libraries[one.library].article(one.article.id)
        start, end = one.reach
        return now is not None and now.text[start:end] == one.article.text[start:end]

    kept = []
    for one in told:
        same = [said for said in (one.said, *one.also) if stands(said)]
        others = tuple(said for said in one.variants if stands(said))
        if same or others:
            first, *rest = same or others
            kept.append(Told(first, tuple(rest), others if same else ()))
    return tuple(kept)


def _sentences_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentences begin and end in which something stands."""
    low, high = max(0, start - _AROUND), min(len(text), end + _AROUND)
    spans = [(low + a, low + b) for a, b in sentences(text[low:high])]
    firsts = [a for a, b in spans if a <= start < b]
    lasts = [b for a, b in spans if a < end <= b]
    return min([start, *firsts]), max([end, *lasts])


def _day(said: Said) -> str:
    return (said.article.published or "")[:10]


def _are_near(one: Said, other: Said) -> bool:
    days = _day(one), _day(other)
    if not all(days):
        return days[0] == days[1]
    return abs((date.fromisoformat(days[0]) - date.fromisoformat(days[1])).days) <= _DAYS


def _is_part(words: list[str], others: list[str]) -> bool:
    """Whether both are the same words, or the fewer stand together in the others."""
    return words == others or any(not turned for turned in _places(words, others))


def _is_turned(words: list[str], others: list[str]) -> bool:
    """Whether the fewer stand together in the others, behind "never" or "fools believe that"."""
    return words != others and any(_places(words, others))


def _places(words: list[str], others: list[str]) -> Iterator[bool]:
    """Of each place where the fewer stand in the others, whether what is ahead turns them."""
    few, many = sorted((words, others), key=len)
    for at in range(len(many) - len(few) + 1 if len(few) >= _PART else 0):
        if many[at : at + len(few)] == few:
            ahead = many[max(0, at - _PART) : at]
            yield bool(_NOT & {*ahead}) or (at > 1 and ahead[-1] in _JOINING)


def _is_within(said: Said, other: Said) -> bool:
    """Whether one of two statements in an article's own words goes on in the other."""
    if said.article.id != other.article.id or said.library != other.library:
        return False
    if "direct" in (said.statement.kind, other.statement.kind):
        return False
    (a, b), (c, d) = said.reach, other.reach
    return (a <= c and d <= b) or (c <= a and b <= d)


def _is_wording(new: _Group, group: _Group) -> bool:
    """Whether the one's words are another wording of a quotation, as another article has it."""
    (said,) = new.same
    quoted = "indirect" not in (said.statement.kind, group.same[0].statement.kind)
    elsewhere = all(one.article.id != said.article.id for one in (*group.same, *group.others))
    shared, either = new.content & group.content, new.content | group.content
    denials = [sum(word in _NOT for word in one.words) for one in (new, group)]
    if denials[0] != denials[1] or _is_turned(new.words, group.words):
        return False
    if not (quoted and elsewhere and len(shared) >= max(_PART, _ALIKE * len(either))):
        return False
    figures = [claims.numbers(" ".join(one.words)) for one in (said, group.same[0])]
    return figures[0] == figures[1] and _is_quoted_alike(said, group.same[0])


def _is_quoted_alike(one: Said, other: Said) -> bool:
    """Whether what stands in quotation marks is much the same, not what is said beside it."""
    marked = [quoted(each.article.text, each.statement.attribution) for each in (one, other)]
    few, many = sorted((content(each) or {*folded(each).split()} for each in marked), key=len)
    return len(few & many) >= _ALIKE * len(few)
