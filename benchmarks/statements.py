"""Questions for statements, made from articles in which people annotated who says what.

    python -m benchmarks.statements --data FOLDER

FOLDER holds `dev.jsonl.gz`: articles with the spans of each attribution's source (its speaker), cue
and content. The questions are printed one on a line: "what did S say?" for each named speaker with
at least two statements, and "what did S say about T?" for some of them, with words T that only one
of the speaker's statements has.
"""

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.questions import options
from benchmarks.questions import rows as rows_of
from retrieval.attribution.attribution import Attribution, Span
from retrieval.attribution.statements import Statement, statements
from retrieval.english.names import key, same_person, surname
from retrieval.english.words import STOPWORDS, content_stems

_LEAST = 2  # statements of a speaker who is asked about
_TOPICS = 3  # per speaker, so that the most quoted ones don't fill the set
_NOUNS = re.compile(
    r"\b(?:the|an?|of|about|on|for|over|his|her|their|our|its) "
    r"(?P<nouns>(?:[^\W\d_][\w’-]{2,} )?[^\W\d_][\w’-]{3,})"
    r"(?=[,.;:!?”\"]|$| (?:of|in|to|and|that|is|was|are|were|for|on|as|will|would|has|had|at|by)\b)"
)
_NO_NOUN = re.compile(
    r"(?:during|after|since|before|certain|many|few|last|next|same)\b|\w+ly\b", re.I
)


@dataclass(frozen=True, slots=True)
class Place:
    """The places of one statement's content in the text of its article."""

    article_id: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the statements that answer it (`gold`).

    `others` are what others say about the speaker in the same articles; they don't answer it.
    `article_ids` are the articles with the statements that do.
    """

    question: str
    speaker: str
    topic: str
    article_ids: tuple[str, ...]
    gold: tuple[Place, ...]
    others: tuple[Place, ...]


def main() -> None:
    """Print the questions."""
    given = options(__doc__, "quotes").parse_args()
    for asked in questions(rows_of(given.data / "dev.jsonl.gz")):
        print(json.dumps(asdict(asked), ensure_ascii=False))


def questions(rows: Sequence[dict[str, Any]]) -> list[Asked]:
    """The questions that the articles' annotations allow, speaker by speaker."""
    texts = {row["id"]: row["text"] for row in rows}
    everything = [
        one
        for row in rows
        for one in statements(row["id"], row["text"], attributions(row))
        if one.speaker.is_named
    ]
    rarity = _rarity(texts.values())
    found = []
    for name, own in speakers_of(everything).items():
        if len(own) < _LEAST or not _is_unambiguous(name, everything):
            continue
        others = _about(name, own, everything, texts)
        found.append(_asked(name, "", own, others))
        for topic, one in _topics(own, texts, rarity):
            found.append(_asked(name, topic, [one], others))
    return found


def attributions(row: dict[str, Any]) -> list[Attribution]:
    """The attributions that people annotated in an article."""
    return [
        Attribution(*(tuple((s, e) for s, e in one[part]) for part in ("source", "cue", "content")))
        for one in row["attributions"]
    ]


def speakers_of(everything: Iterable[Statement]) -> dict[str, list[Statement]]:
    """The statements of each speaker, by the fullest name.

    A surname alone means the one speaker who has it; if several have it, it means none of them.
    """
    by_key: dict[str, list[Statement]] = defaultdict(list)
    for one in everything:
        by_key[key(one.speaker.name)].append(one)
    found: dict[str, list[Statement]] = {}
    for own in sorted(by_key, key=lambda words: -len(words.split())):
        same = [name for name in found if same_person(name, own)]
        if " " not in own and not same:
            same = [name for name in found if " " in key(name) and surname(name) == own]
        name = same[0] if len(same) == 1 else by_key[own][0].speaker.name
        found.setdefault(name, []).extend(by_key[own])
    return found


def _is_unambiguous(name: str, everything: Iterable[Statement]) -> bool:
    """Whether the name means one speaker: not two people, and nobody else has the surname."""
    own = key(name)
    namesakes = {
        key(one.speaker.name) for one in everything if surname(one.speaker.name) == own
    } - {own}
    return " and " not in name and not namesakes


def _about(
    name: str, own: list[Statement], everything: Iterable[Statement], texts: dict[str, str]
) -> list[Statement]:
    """What others say about a speaker in the articles that have the speaker's statements."""
    articles = {one.article_id for one in own}
    surname_of = re.compile(rf"\b{re.escape(name.split()[-1])}\b")
    return [
        one
        for one in everything
        if one.article_id in articles and one not in own and surname_of.search(_text(one, texts))
    ]


def _topics(
    own: list[Statement], texts: dict[str, str], rarity: dict[str, float]
) -> list[tuple[str, Statement]]:
    """Noun phrases that only one of the speaker's statements has, the rarest first."""
    stems = [content_stems(_text(one, texts)) for one in own]
    counts = Counter(stem for each in stems for stem in each)
    found = []
    for one in own:
        candidates = [
            (sum(rarity[stem] for stem in meant) / len(meant), nouns["nouns"], one)
            for nouns in _NOUNS.finditer(_text(one, texts))
            if not STOPWORDS & set(nouns["nouns"].lower().split())
            and not _NO_NOUN.search(nouns["nouns"])
            and (meant := content_stems(nouns["nouns"]))
            and all(counts[stem] == 1 for stem in meant)
        ]
        if candidates:
            found.append(max(candidates, key=lambda each: each[0]))
    best = sorted(found, key=lambda each: -each[0])[:_TOPICS]
    return [(topic, one) for _, topic, one in best]


def _rarity(texts: Iterable[str]) -> dict[str, float]:
    """How rare each stem is in the articles: its inverse document frequency."""
    among = [content_stems(text) for text in texts]
    counts = Counter(stem for stems in among for stem in stems)
    return {stem: math.log(len(among) / count) for stem, count in counts.items()}


def _asked(name: str, topic: str, gold: Sequence[Statement], others: Sequence[Statement]) -> Asked:
    question = f"what did {name} say about {topic}?" if topic else f"what did {name} say?"
    return Asked(
        question,
        name,
        topic,
        tuple(dict.fromkeys(one.article_id for one in gold)),
        tuple(Place(one.article_id, one.attribution.content) for one in gold),
        tuple(Place(one.article_id, one.attribution.content) for one in others),
    )


def _text(one: Statement, texts: dict[str, str]) -> str:
    text = texts[one.article_id]
    return " ".join(text[start:end] for start, end in one.attribution.content)


if __name__ == "__main__":
    main()
