"""Reports: a statement as one article reports it."""

from dataclasses import dataclass

from retrieval.articles.article import Article
from retrieval.articles.passages import Passage
from retrieval.attribution.statements import Statement
from retrieval.english.sentences import sentences
from retrieval.search.hit import Citation, Hit

_AROUND = 300  # characters on each side of a statement, among which its sentences are


@dataclass(frozen=True, slots=True)
class Report:
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
        spans = [*parts.speaker_spans, *parts.cue, *parts.content]
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
        first, last = sentences_around(text, start, end)
        passage = Passage(self.article.id, first, last, text[first:last])
        hit = Hit(passage, self.article, number, None, self.library)
        return Citation(number, hit, start, end, text[start:end], self.spoken, said=self.statement)


def sentences_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentences begin and end in which something stands."""
    low, high = max(0, start - _AROUND), min(len(text), end + _AROUND)
    spans = [(low + a, low + b) for a, b in sentences(text[low:high])]
    firsts = [a for a, b in spans if a <= start < b]
    lasts = [b for a, b in spans if a < end <= b]
    return min([start, *firsts]), max([end, *lasts])


def day(said: Report) -> str:
    return (said.article.published or "")[:10]
