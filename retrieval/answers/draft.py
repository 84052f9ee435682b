"""A language model's text, as it comes → sentences with the passages that they cite."""

import re
from collections.abc import Iterator
from typing import Any

from langchain_core.utils.json import parse_partial_json

from retrieval.articles.article import normalise
from retrieval.english.sentences import sentences
from retrieval.proof.sentence import Sentence

MAX_CHARACTERS = 6_000  # of a draft; an answer has a few hundred
_NUMBERS = r"\[\s*\d{1,4}(?:\s*[,;]\s*\d{1,4})*\s*\]"
_RANGE = re.compile(r"\[\s*(\d{1,4})\s*[-–]\s*(\d{1,4})\s*\]")
_MAX_RANGE = 9
_BRACKETS = str.maketrans("【】", "[]")
_CITED = re.compile(rf"\s*((?:{_NUMBERS}\s*)+)")
_CITED_BEFORE_WORDS = re.compile(rf"\s*(?:{_NUMBERS}\s*)+(?=[^\W_]|[\"'“‘«(–—-])")
_AFTER_THE_END = re.compile(rf"([.!?…][\"'”’»)]*)\s*((?:{_NUMBERS}[ \t]*)+)")
_ENDED = re.compile(r"[.!?…][\"'”’»)]*$")
_BEGUN = re.compile(r"\s*\[[\d\s,;]*$")  # a citation that isn't complete yet
# What a draft may repeat without end; parsers take n² steps for it.
_BLANKS = re.compile(r"(\s)\s{2,}")
_RUN = re.compile(r"((?:[.!?]?\s?\[\d{1,4}\]){8})(?:[.!?]?\s?\[\d{1,4}\])+")
_MAY_END = re.compile(r"[.!?…}\]\n]")
_FENCE = re.compile(r"\s*```(?:json)?", re.I)
_MARKS = re.compile(
    r"^\s*(?:[-*•]\s+|#{1,6}\s+|>\s+|\d{1,2}[.)]\s+)"
    r"|(?<!\w)(?:\*\*|__)(?=\S)|(?<=\S)(?:\*\*|__)(?!\w)",
    re.M,
)


class Draft:
    """A model's text, taken piece by piece: plain prose, or the JSON of `SCHEMA`."""

    def __init__(self) -> None:
        """Empty."""
        self.text = ""
        self._given = 0

    def add(self, piece: str) -> Iterator[Sentence]:
        """The sentences that this piece has completed."""
        self.text = _RUN.sub(r"\1", _BLANKS.sub(r"\1", _tidy(self.text + piece)))[:MAX_CHARACTERS]
        if _MAY_END.search(piece):  # parsing after every piece would be slow
            yield from self._new(self._sentences(ended=False))

    @property
    def is_full(self) -> bool:
        """Whether more of it would not be read."""
        return len(self.text) >= MAX_CHARACTERS

    def end(self) -> Iterator[Sentence]:
        """The last sentences, when nothing more comes; one without an end was cut off."""
        found = self._sentences(ended=True)
        if found and not _ENDED.search(found[-1].text):
            found.pop()
        yield from self._new(found)

    def _new(self, found: list[Sentence]) -> Iterator[Sentence]:
        new = found[self._given :]
        self._given = max(self._given, len(found))
        yield from new

    def _sentences(self, *, ended: bool) -> list[Sentence]:
        """All sentences, or those that are complete with their citations."""
        text = _FENCE.sub("", self.text, count=1) if self.text.lstrip()[:1] in "`{" else self.text
        if text.lstrip().startswith("{"):
            return _structured(text, ended=ended)
        return _prose(text) if ended else _prose(_BEGUN.sub("", text))[:-1]


SCHEMA: dict[str, Any] = {
    "title": "answer",
    "type": "object",
    "properties": {
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string", "description": "one sentence"},
                    "passages": {
                        "type": "array",
                        "items": {"type": "integer"},
                        "description": "numbers of the passages that it rests on",
                    },
                },
                "required": ["text", "passages"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["sentences"],
    "additionalProperties": False,
}


def _tidy(text: str) -> str:
    whole = text.encode("utf-8", "ignore").decode()  # without lone surrogates
    return _RANGE.sub(_listed, whole.translate(_BRACKETS))


def _listed(cited: re.Match[str]) -> str:
    """[1-3] as [1, 2, 3]; anything but a short range stays as it is, and cites nothing."""
    first, last = int(cited[1]), int(cited[2])
    few = first < last <= first + _MAX_RANGE
    return f"[{', '.join(map(str, range(first, last + 1)))}]" if few else cited[0]


def _structured(text: str, *, ended: bool) -> list[Sentence]:
    try:
        said = parse_partial_json(text)
    except (ValueError, RecursionError):
        return []
    rows = said.get("sentences") if isinstance(said, dict) else None
    found = []
    rows = rows if isinstance(rows, list) else []
    for row in rows if ended else rows[:-1]:  # a row's citations are at its end
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            continue
        cited = row.get("passages")
        cited = cited if isinstance(cited, list) else []
        named = [int(one) for one in cited if re.fullmatch(r"\d{1,4}", str(one))]
        inside = _prose(row["text"])
        found += [Sentence(one.text, one.numbers or _once(named)) for one in inside]
    return found


def _prose(text: str) -> list[Sentence]:
    """The sentences with the citations in them or right after them."""
    text = _MARKS.sub("", _AFTER_THE_END.sub(r" \2\1", normalise(text)))
    found = []
    for start, end in sentences(text):
        numbers = [
            int(one) for one in re.findall(r"\d+", " ".join(_CITED.findall(text[start:end])))
        ]
        words = " ".join(_CITED_BEFORE_WORDS.sub(" ", text[start:end]).split())
        words = _CITED.sub("", words)
        if words:
            found.append(Sentence(words, _once(numbers)))
    return found


def _once(numbers: list[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(numbers))
