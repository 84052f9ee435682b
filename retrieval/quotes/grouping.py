"""Reports of the same statement, put together."""

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
_COMPARED = 100  # statements that a new one is compared with; keeps the time linear
_PART = 4  # words in common that are no chance
_ALIKE = 0.5  # of the words of two quotations are in both, where they are versions of one
NOT = frozenset(
    ("not", "no", "never", "nobody", "nothing", "none", "neither", "nor", "without", "t")  # won’t
)
_JOINING = frozenset(("that", "if", "whether", "unless", "when"))  # "only fools believe that …"


@dataclass(frozen=True, slots=True)
class ReportedStatement:
    """A statement, with all articles that report it.

    `also` are reports with the same words, or a part of them; `variants` are other versions of the
    same quotation.
    """

    report: Report
    also: tuple[Report, ...] = ()
    variants: tuple[Report, ...] = ()

    def citation(self, number: int) -> Citation:
        """The statement as a citation, with the other articles that report it."""
        also = tuple(one.article for one in self.also)
        return replace(self.report.citation(number), also=also)


@dataclass(slots=True)
class _Group:
    """Reports of one statement, newest first; `words` and `content` are those of the first."""

    words: list[str]
    content: frozenset[str]
    same: list[Report]
    others: list[Report] = field(default_factory=list)

    def reported(self) -> ReportedStatement:
        best = max(self.same, key=lambda one: (len(one.sentence), sum(map(len, one.words))))
        also = {one.article.id: one for one in self.same if one.article.id != best.article.id}
        known = {*also, best.article.id}
        others = {one.article.id: one for one in self.others if one.article.id not in known}
        return ReportedStatement(best, tuple(also.values()), tuple(others.values()))


class Groups:
    """Groups reports as they come, newest first.

    A report's group depends only on the reports before it, so pages of groups don't overlap.
    """

    def __init__(self, profiles: Sequence[SpeakerProfile] = ()) -> None:
        """All names in one of the `profiles` mean one speaker; other names mean themselves."""
        self._speaker = {key: one.keys[0] for one in profiles for key in one.keys}
        self.all: list[_Group] = []
        self._with: dict[tuple[str, ...], list[_Group]] = {}
        self._in: dict[tuple[str, str], list[_Group]] = {}  # by library and article

    def add(self, report: Report) -> None:
        """Add a report to its group, or to a new one."""
        text = " ".join(report.words)
        stems, words = content_stems_in_order(text), folded(text).split()
        pairs: set[tuple[str, ...]] = {*pairwise(stems)} or {tuple(stems or words)}
        here = self._in.setdefault((report.library, report.article.id), [])
        new = _Group(words, frozenset(stems), [report])
        if not self._joined(new, [*self._sharing(pairs), *here[-_COMPARED:]]):
            self.all.append(new)
            here.append(new)
            for pair in pairs:
                self._with.setdefault(pair, []).append(new)

    def _sharing(self, pairs: set[tuple[str, ...]]) -> list[_Group]:
        """The groups that share pairs of words, those with most first."""
        some = [group for pair in pairs for group in self._with.get(pair, ())[-_COMPARED:]]
        sharing = {id(group): group for group in some}
        shared = Counter(id(group) for group in some)
        return [sharing[number] for number, _ in shared.most_common()]

    def _joined(self, new: _Group, groups: Iterable[_Group]) -> bool:
        """Add it to one of the groups. False where none fits."""
        (report,) = new.same
        for group in groups:
            if not self._may_be_one(group.same[0], report):
                continue
            if _is_part(new.words, group.words) or _is_within(report, group.same[0]):
                group.same.append(report)
                return True
            if _is_wording(new, group):
                group.others.append(report)
                return True
        return False

    def _may_be_one(self, one: Report, other: Report) -> bool:
        """Whether both may report the same statement, leaving aside its words."""
        a, b = one.statement, other.statement
        keys = [key(each.speaker.name) for each in (a, b)]
        who, whom = (self._speaker.get(one, one) for one in keys)
        return who == whom and a.is_denied == b.is_denied and _are_near(one, other)

    def is_done(self, count: int, report: Report) -> bool:
        """Whether the first `count` groups are complete before this report."""
        return len(self.all) > count > 0 and not _are_near(self.all[count - 1].same[0], report)


def still_reported(
    indexes: Sequence[Index], statements: Iterable[ReportedStatement]
) -> tuple[ReportedStatement, ...]:
    """The statements that the articles, as stored now, still report word for word.

    Where what was shown first is gone, another report takes its place.
    """
    libraries = {index.library.name: index.library for index in indexes}

    def stands(one: Report) -> bool:
        now = libraries[one.library].article(one.article.id)
        start, end = one.reach
        return now is not None and now.text[start:end] == one.article.text[start:end]

    kept = []
    for one in statements:
        same = [report for report in (one.report, *one.also) if stands(report)]
        others = tuple(report for report in one.variants if stands(report))
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
    """Whether the shorter one is a part of the longer one, or both are the same."""
    return words == others or any(not is_reversed for is_reversed in _places(words, others))


def _is_reversed(words: list[str], others: list[str]) -> bool:
    """Whether the shorter one stands in the longer one after "never" or "fools believe that"."""
    return words != others and any(_places(words, others))


def _places(words: list[str], others: list[str]) -> Iterator[bool]:
    """For each place of the shorter one in the longer one, whether the words before reverse it."""
    few, many = sorted((words, others), key=len)
    for at in range(len(many) - len(few) + 1 if len(few) >= _PART else 0):
        if many[at : at + len(few)] == few:
            ahead = many[max(0, at - _PART) : at]
            yield bool(NOT & {*ahead}) or (at > 1 and ahead[-1] in _JOINING)


def _is_within(report: Report, other: Report) -> bool:
    """Whether one of two indirect statements of an article contains the other."""
    if report.article.id != other.article.id or report.library != other.library:
        return False
    if "direct" in (report.statement.kind, other.statement.kind):
        return False
    (a, b), (c, d) = report.reach, other.reach
    return (a <= c and d <= b) or (c <= a and b <= d)


def _is_wording(new: _Group, group: _Group) -> bool:
    """Whether it is another version of a group's quotation, from another article."""
    (report,) = new.same
    quoted = "indirect" not in (report.statement.kind, group.same[0].statement.kind)
    elsewhere = all(one.article.id != report.article.id for one in (*group.same, *group.others))
    shared, either = new.content & group.content, new.content | group.content
    denials = [sum(word in NOT for word in one.words) for one in (new, group)]
    if denials[0] != denials[1] or _is_reversed(new.words, group.words):
        return False
    if not (quoted and elsewhere and len(shared) >= max(_PART, _ALIKE * len(either))):
        return False
    figures = [numbers.numbers(" ".join(one.words)) for one in (report, group.same[0])]
    return figures[0] == figures[1] and _is_quoted_alike(report, group.same[0])


def _is_quoted_alike(one: Report, other: Report) -> bool:
    """Whether the words in quotation marks are much the same, leaving aside the others."""
    marked = [quoted(each.article.text, each.statement.attribution) for each in (one, other)]
    few, many = sorted((content_stems(each) or {*folded(each).split()} for each in marked), key=len)
    return len(few & many) >= _ALIKE * len(few)
