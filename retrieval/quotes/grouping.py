"""Grouping: reports of one statement, put together."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from retrieval.attribution.wording import quoted
from retrieval.english import numbers
from retrieval.english.names import key
from retrieval.english.words import content_stems, content_stems_in_order
from retrieval.library.index import Index
from retrieval.library.statements import folded
from retrieval.quotes.reports import Report, day
from retrieval.quotes.speakers import SpeakerProfile
from retrieval.search.hit import Citation

_DAYS = 7  # between two reports of one statement


_COMPARED = 100  # statements that a new one may be the same as; keeps the time linear


_PART = 4  # words at least that are a part of a longer report rather than chance


_ALIKE = 0.5  # of all words of two quotations are in both, where they are wordings of one


NOT = frozenset(
    ("not", "no", "never", "nobody", "nothing", "none", "neither", "nor", "without", "t")  # won’t
)


_JOINING = frozenset(("that", "if", "whether", "unless", "when"))  # "only fools believe that …"


@dataclass(frozen=True, slots=True)
class ReportedStatement:
    """A statement once, whoever reports it.

    `also` has the same words, or a part of them, in other articles; `variants` are other wordings
    of the same quotation.
    """

    said: Report
    also: tuple[Report, ...] = ()
    variants: tuple[Report, ...] = ()

    def citation(self, number: int) -> Citation:
        """The same as a citation, with the other articles that have it."""
        also = tuple(one.article for one in self.also)
        return replace(self.said.citation(number), also=also)


@dataclass(slots=True)
class _Group:
    """Reports of one statement, the newest first; `words` and `content` are the first one's."""

    words: list[str]
    content: frozenset[str]
    same: list[Report]
    others: list[Report] = field(default_factory=list)

    def told(self) -> ReportedStatement:
        best = max(self.same, key=lambda one: (len(one.sentence), sum(map(len, one.words))))
        also = {one.article.id: one for one in self.same if one.article.id != best.article.id}
        known = {*also, best.article.id}
        others = {one.article.id: one for one in self.others if one.article.id not in known}
        return ReportedStatement(best, tuple(also.values()), tuple(others.values()))


class Groups:
    """Statements put together as they come, newest first.

    Which group a statement is in depends on those before it alone, so pages don't overlap.
    """

    def __init__(self, voices: Sequence[SpeakerProfile] = ()) -> None:
        """Speakers of the same of `voices` are one; of others those are who have the same name."""
        self._voice = {key: one.keys[0] for one in voices for key in one.keys}
        self.all: list[_Group] = []
        self._with: dict[tuple[str, ...], list[_Group]] = {}
        self._in: dict[tuple[str, str], list[_Group]] = {}  # by library and article

    def add(self, said: Report) -> None:
        """Put it with those it belongs to."""
        text = " ".join(said.words)
        stems, words = content_stems_in_order(text), folded(text).split()
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

    def _may_be_one(self, one: Report, other: Report) -> bool:
        """Whether both may be reports of the same statement, their words left aside."""
        a, b = one.statement, other.statement
        keys = [key(each.speaker.name) for each in (a, b)]
        who, whom = (self._voice.get(key, key) for key in keys)
        return who == whom and a.is_denied == b.is_denied and _are_near(one, other)

    def is_done(self, count: int, said: Report) -> bool:
        """Whether the first groups are whole, before this one comes."""
        return len(self.all) > count > 0 and not _are_near(self.all[count - 1].same[0], said)


def standing(
    indexes: Sequence[Index], told: Iterable[ReportedStatement]
) -> tuple[ReportedStatement, ...]:
    """What still stands, to the letter, in the libraries as they are; of each statement the rest.

    Where what was shown first is gone, another report takes its place.
    """
    libraries = {index.library.name: index.library for index in indexes}

    def stands(one: Report) -> bool:
        now = libraries[one.library].article(one.article.id)
        start, end = one.reach
        return now is not None and now.text[start:end] == one.article.text[start:end]

    kept = []
    for one in told:
        same = [said for said in (one.said, *one.also) if stands(said)]
        others = tuple(said for said in one.variants if stands(said))
        if same or others:
            first, *rest = same or others
            kept.append(ReportedStatement(first, tuple(rest), others if same else ()))
    return tuple(kept)


def _are_near(one: Report, other: Report) -> bool:
    days = day(one), day(other)
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
            yield bool(NOT & {*ahead}) or (at > 1 and ahead[-1] in _JOINING)


def _is_within(said: Report, other: Report) -> bool:
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
    denials = [sum(word in NOT for word in one.words) for one in (new, group)]
    if denials[0] != denials[1] or _is_turned(new.words, group.words):
        return False
    if not (quoted and elsewhere and len(shared) >= max(_PART, _ALIKE * len(either))):
        return False
    figures = [numbers.numbers(" ".join(one.words)) for one in (said, group.same[0])]
    return figures[0] == figures[1] and _is_quoted_alike(said, group.same[0])


def _is_quoted_alike(one: Report, other: Report) -> bool:
    """Whether what stands in quotation marks is much the same, not what is said beside it."""
    marked = [quoted(each.article.text, each.statement.attribution) for each in (one, other)]
    few, many = sorted((content_stems(each) or {*folded(each).split()} for each in marked), key=len)
    return len(few & many) >= _ALIKE * len(few)
