"""Groups to train the reader on: a question and competing passages, with the answer marked.

There are three kinds:

- reading: questions about a text, with the place of the answer in it;
- news: news questions whose answer is known, but not its place;
- masked: headlines with a masked name, as questions about their own articles.

The competing passages are found by our own keyword search.
"""

import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.questions import rows
from retrieval.articles.article import article as make_article
from retrieval.articles.passages import Passage, split
from retrieval.errors import ReadError
from retrieval.library.embeddings import Embedded
from retrieval.library.keywords import KeywordIndex

Span = tuple[int, int]

_WINDOW = 600  # characters of a text; shorter ones train faster, with the same result
_NO_VECTOR = np.zeros(0, dtype=np.float32)
_TAG = re.compile(r"<[^>]*>")
_NAME = re.compile(
    r"(?<=[a-z,;] )[A-ZÀ-Þ][\w’'-]+(?: (?:of |the |de |van |von )?[A-ZÀ-Þ][\w’'-]+){0,3}"
)
_FIGURE = re.compile(r"\$?\d[\d,.]*\d|\b\d\b")
_HELD_BACK = 10  # one text in so many is kept for measuring
_NEWS_HELD_BACK = 61  # questions


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with its article's title, and the spans of the answer in `text`, if it is there."""

    title: str
    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A question and its passages; a group without any span teaches the network to decline."""

    kind: str
    question: str
    candidates: tuple[Candidate, ...]


def occurrences(text: str, answer: str) -> tuple[Span, ...]:
    """The spans of the answer's words in the text, ignoring case, punctuation, "a" and "the"."""
    words = [word for word in re.findall(r"\w+", answer) if word.lower() not in ("a", "an", "the")]
    if not words:
        return ()
    between = r"[\W_]+(?:(?:an?|the)[\W_]+)*"
    pattern = rf"(?<!\w){between.join(map(re.escape, words))}(?!\w)"
    return tuple(match.span() for match in re.finditer(pattern, text, re.IGNORECASE))


def held_back(context: str) -> bool:
    """Whether a text of `reading` belongs to the tenth kept for measuring."""
    return random.Random(context).randrange(_HELD_BACK) == 0


def reading(data: Path, count: int, work: Path, seed: int) -> Iterator[Group]:
    """`count` questions about texts, each with its text and mostly the most similar other one."""
    chosen = [
        row for row in rows(data / "reading/reading.jsonl.gz") if not held_back(row["context"])
    ]
    random.Random(seed).shuffle(chosen)
    contexts = list(dict.fromkeys(row["context"] for row in chosen))
    passages = [Passage(str(number), 0, len(text), text) for number, text in enumerate(contexts)]
    keywords = _index(work / "words-reading", [(passage, "") for passage in passages])
    by_id = {passage.id: passage.text for passage in passages}
    draw = random.Random(seed)
    for row in chosen[:count]:
        context, answer = row["context"], row["answer"]
        found = [Candidate("", *_window(context, _answer_span(row), draw))]
        if answer and draw.random() < 0.75:
            for id, _ in keywords.search(row["question"], 6):
                if by_id[id] != context and not occurrences(by_id[id], answer):
                    found.append(Candidate("", *_window(by_id[id], (), draw)))
                    break
        yield Group("reading", row["question"], tuple(found))


def held_back_reading(data: Path) -> list[Group]:
    """The held-back questions about texts, each with its whole text, shuffled."""
    found = [
        Group("reading", row["question"], (Candidate("", row["context"], _answer_span(row)),))
        for row in rows(data / "reading/reading.jsonl.gz")
        if held_back(row["context"])
    ]
    random.Random(5).shuffle(found)
    return found


def _answer_span(row: dict[str, Any]) -> tuple[Span, ...]:
    start, answer = row["start"], row["answer"]
    return ((start, start + len(answer)),) if answer else ()


def _window(
    text: str, spans: tuple[Span, ...], draw: random.Random
) -> tuple[str, tuple[Span, ...]]:
    """A slice of a long text, with the answer in a random place, and the answer's spans in it."""
    if len(text) <= _WINDOW:
        return text, spans
    first, last = spans[0] if spans else (0, 0)
    low, high = max(0, last - _WINDOW), min(first, len(text) - _WINDOW)
    start = draw.randint(low, high) if spans and low <= high else min(first, len(text) - _WINDOW)
    return text[start : start + _WINDOW], tuple((a - start, b - start) for a, b in spans)


class Archive:
    """The training articles as passages, searchable by keywords."""

    def __init__(self, file: Path, work: Path) -> None:
        self.passages: dict[str, tuple[Passage, str]] = {}
        self.articles: dict[str, list[str]] = {}
        self.titles: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.ids: dict[str, str] = {}
        for row in rows(file):
            try:
                one = make_article(row["text"], url=row["url"], title=row["title"])
            except ReadError:
                continue
            parts = split(one)
            self.ids[row["url"]] = one.id
            self.titles[one.id], self.texts[one.id] = one.title, one.text
            self.articles[one.id] = [part.id for part in parts]
            self.passages.update((part.id, (part, one.title)) for part in parts)
        self.keywords = _index(work / "words-news", self.passages.values())

    def find(self, question: str, count: int, within: list[str] | None = None) -> list[str]:
        """Ids of the passages that match the question's keywords best."""
        return [id for id, _ in self.keywords.search(question, count, within)]

    def candidate(self, id: str, answer: str, titled: bool = True) -> Candidate:
        """The passage with this id, with the answer marked."""
        passage, title = self.passages[id]
        return Candidate(title if titled else "", passage.text, occurrences(passage.text, answer))


def news(
    archive: Archive, questions: Iterable[dict[str, Any]], size: int, seed: int
) -> Iterator[Group]:
    """News questions, each with up to three passages that hold the answer, and others that don't.

    A passage that holds the answer's words by accident shares little else with the question. So
    only the first that the search finds in the question's own articles count as answering, and no
    other passage with these words is used.
    """
    for row in questions:
        draw = random.Random(f"{seed} {row['id']}")
        question, answer = _TAG.sub("", row["question"]), row["answer"]
        right = {archive.ids[url] for url in row["urls_with_answer"] if url in archive.ids}
        own = [archive.ids[url] for url in row["article_urls"] if url in archive.ids]
        near = archive.find(question, 60, own)
        answering = [
            id for id in near
            if archive.passages[id][0].article_id in right
            and occurrences(archive.passages[id][0].text, answer)
        ][:3]  # fmt: skip
        if not answering:
            continue
        others = [
            id for ids in (archive.find(question, 40), near[:40]) for id in ids
            if not occurrences(archive.passages[id][0].text, answer)
        ]  # fmt: skip
        others = list(dict.fromkeys(others))
        first, rest = others[:6], others[6:]
        draw.shuffle(rest)
        some = first[: (size - len(answering)) // 2]
        some += rest[: size - len(answering) - len(some)]
        yield Group(
            "news", question, tuple(archive.candidate(id, answer) for id in [*answering, *some])
        )


def masked(archive: Archive, count: int, size: int, seed: int) -> Iterator[Group]:
    """Headlines turned into questions about a name or number that is in the article's text too."""
    draw = random.Random(seed)
    ids = sorted(archive.titles)
    draw.shuffle(ids)
    made = 0
    for id in ids:
        title = re.split(r" [|–-] ", archive.titles[id])[0]
        names = set(_NAME.findall(archive.texts[id][200:])) | set(
            _FIGURE.findall(archive.texts[id])
        )
        names = {name for name in names if len(name) > 1 and occurrences(title, name)}
        names = {name for name in names if not any(name in other != name for other in names)}
        if len(title.split()) < 6 or not names or made == count:
            continue
        name = draw.choice(sorted(names))
        first, last = occurrences(title, name)[0]
        word = "how many" if name[-1].isdigit() else draw.choice(["what", "which", "who"])
        question = f"{title[:first]}{word}{title[last:]}?".strip()
        answering = [
            one for one in archive.find(question, 12, [id])
            if occurrences(archive.passages[one][0].text, name)
        ][:2]  # fmt: skip
        others = [
            one for one in archive.find(question, 30)
            if archive.passages[one][0].article_id != id
            and not occurrences(archive.passages[one][0].text, name)
        ]  # fmt: skip
        if not answering or len(others) < size:
            continue
        made += 1
        draw.shuffle(others)
        some = [*answering, *others[: size - len(answering)]]
        yield Group("masked", question, tuple(archive.candidate(one, name, False) for one in some))


def split_news(data: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The questions to train on, and the few that are held back."""
    questions = rows(data / "news/train.questions.jsonl.gz")
    random.Random(3).shuffle(questions)
    return questions[_NEWS_HELD_BACK:], questions[:_NEWS_HELD_BACK]


def write(groups: Iterable[Group], file: Path) -> None:
    """Write the groups as JSON lines; the file is complete or not there."""
    new = file.with_suffix(".new")
    with new.open("w", encoding="utf-8") as lines:
        for group in groups:
            lines.write(json.dumps(asdict(group), ensure_ascii=False) + "\n")
    new.replace(file)


def read(file: Path) -> list[Group]:
    """The groups in a file that `write` wrote."""
    with file.open(encoding="utf-8") as lines:
        return [_group(json.loads(line)) for line in lines]


def _group(row: dict[str, Any]) -> Group:
    return Group(
        row["kind"],
        row["question"],
        tuple(
            Candidate(one["title"], one["text"], tuple((a, b) for a, b in one["spans"]))
            for one in row["candidates"]
        ),
    )


def _index(folder: Path, passages: Iterable[tuple[Passage, str]]) -> KeywordIndex:
    index = KeywordIndex(folder)
    index.drop()
    index.open()
    index.replace(Embedded(passage, title, _NO_VECTOR) for passage, title in passages)
    return index
