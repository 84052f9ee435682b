"""A statement as one article reports it."""

from dataclasses import dataclass

from retrieval.articles.article import Article
from retrieval.articles.passages import Passage
from retrieval.attribution.statements import Statement
from retrieval.english.sentences import sentences
from retrieval.search.hit import Citation, Hit

_AROUND = 300  # characters on each side of a statement, among which its sentences are


@dataclass(frozen=True, slots=True)
class Report:
    """A statement as an article reports it; `library` is the name of the article's library."""

    statement: Statement
    article: Article
    library: str

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the statement: slices of the article, in order."""
        return tuple(self.article.text[a:b] for a, b in self.statement.attribution.content)

    @property
    def reach(self) -> tuple[int, int]:
        """Where it begins and ends, with its speaker and the words such as "said"."""
        parts = self.statement.attribution
        spans = [*parts.speaker_spans, *parts.cue, *parts.content]
        return min(a for a, _ in spans), max(b for _, b in spans)

    @property
    def spoken(self) -> tuple[int, int]:
        """Where its words begin and end, with whatever stands between them."""
        spans = self.statement.attribution.content
        return min(a for a, _ in spans), max(b for _, b in spans)

    @property
    def sentence(self) -> str:
        """The slice of the article that has all of it: speaker, "said" and words."""
        start, end = self.reach
        return self.article.text[start:end]

    def citation(self, number: int) -> Citation:
        """Its sentence as a citation; the words of the statement are the `span`."""
        text, (start, end) = self.article.text, self.reach
        first, last = sentences_around(text, start, end)
        passage = Passage(self.article.id, first, last, text[first:last])
        hit = Hit(passage, self.article, number, None, self.library)
        return Citation(
            number, hit, start, end, text[start:end], self.spoken, statement=self.statement
        )


def sentences_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The place of the whole sentences around a place."""
    low, high = max(0, start - _AROUND), min(len(text), end + _AROUND)
    spans = [(low + a, low + b) for a, b in sentences(text[low:high])]
    firsts = [a for a, b in spans if a <= start < b]
    lasts = [b for a, b in spans if a < end <= b]
    return min([start, *firsts]), max([end, *lasts])


def day(report: Report) -> str:
    """The day of publication in ISO 8601, "" where it is unknown."""
    return (report.article.published or "")[:10]
