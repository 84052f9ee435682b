"""Questions for statements, made from articles in which people marked who says what.

    python -m benchmarks.statements --data FOLDER

FOLDER holds `dev.jsonl.gz`: articles with the spans of each source, cue and content. Printed is the
set, one question a line: "what did S say?" for each named speaker with two statements or more, and
"what did S say about T?" for some of them, T being words that no other statement of theirs has.
"""

import argparse
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.questions import rows as rows_of
from retrieval.attribution.attribution import Attribution, Span
from retrieval.attribution.statements import Statement, statements
from retrieval.english.names import key, same_person, surname
from retrieval.english.words import STOPWORDS, content_stems

_LEAST = 2  # statements that a speaker has who is asked about
_TOPICS = 3  # asked about of one speaker, so that who is quoted most isn't half of the set
_NOUNS = re.compile(
    r"\b(?:the|an?|of|about|on|for|over|his|her|their|our|its) "
    r"(?P<nouns>(?:[^\W\d_][\w’-]{2,} )?[^\W\d_][\w’-]{3,})"
    r"(?=[,.;:!?”\"]|$| (?:of|in|to|and|that|is|was|are|were|for|on|as|will|would|has|had|at|by)\b)"
)
_NO_NOUN = re.compile(
    r"(?:during|after|since|before|certain|many|few|last|next|same)\b|\w+ly\b", re.I
)


@dataclass(frozen=True, slots=True)
class Said:
    """The places of one statement's content in the text of its article."""

    article_id: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the statements that answer it.

    `others` are what others say about the speaker in the same articles: none of it answers.
    `article_ids` are those of the articles in which the speaker says what answers.
    """

    question: str
    speaker: str
    topic: str
    article_ids: tuple[str, ...]
    gold: tuple[Said, ...]
    others: tuple[Said, ...]


def main() -> None:
    """Print the set."""
    parser = argparse.ArgumentParser(prog="benchmarks.statements")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/quotes"))
    given = parser.parse_args()
    for asked in questions(rows_of(given.data / "dev.jsonl.gz")):
        print(json.dumps(asdict(asked), ensure_ascii=False))


def questions(rows: Sequence[dict[str, Any]]) -> list[Asked]:
    """The questions that the articles' marked attributions allow, speaker by speaker."""
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
        if len(own) < _LEAST or not _is_one(name, everything):
            continue
        others = _about(name, own, everything, texts)
        found.append(_asked(name, "", own, others))
        for topic, one in _topics(own, texts, rarity):
            found.append(_asked(name, topic, [one], others))
    return found


def attributions(row: dict[str, Any]) -> list[Attribution]:
    """The attributions that people marked in an article."""
    return [
        Attribution(*(tuple((s, e) for s, e in one[part]) for part in ("source", "cue", "content")))
        for one in row["attributions"]
    ]


def speakers_of(everything: Iterable[Statement]) -> dict[str, list[Statement]]:
    """The statements of each speaker under the fullest name.

    A surname alone is somebody's where only one of all speakers has it.
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


def _is_one(name: str, everything: Iterable[Statement]) -> bool:
    """Whether a question with the name asks for one speaker, not for two or a namesake."""
    own = key(name)
    namesakes = {
        key(one.speaker.name) for one in everything if surname(one.speaker.name) == own
    } - {own}
    return " and " not in name and not namesakes


def _about(
    name: str, own: list[Statement], everything: Iterable[Statement], texts: dict[str, str]
) -> list[Statement]:
    articles = {one.article_id for one in own}
    spoken_of = re.compile(rf"\b{re.escape(name.split()[-1])}\b")
    return [
        one
        for one in everything
        if one.article_id in articles and one not in own and spoken_of.search(_text(one, texts))
    ]


def _topics(
    own: list[Statement], texts: dict[str, str], rarity: dict[str, float]
) -> list[tuple[str, Statement]]:
    """Noun phrases that tell one statement from all others of its speaker, the rarest first."""
    stems = [content_stems(_text(one, texts)) for one in own]
    counts = Counter(stem for each in stems for stem in each)
    found = []
    for one in own:
        likely = [
            (sum(rarity[stem] for stem in meant) / len(meant), nouns["nouns"], one)
            for nouns in _NOUNS.finditer(_text(one, texts))
            if not STOPWORDS & set(nouns["nouns"].lower().split())
            and not _NO_NOUN.search(nouns["nouns"])
            and (meant := content_stems(nouns["nouns"]))
            and all(counts[stem] == 1 for stem in meant)
        ]
        if likely:
            found.append(max(likely, key=lambda each: each[0]))
    best = sorted(found, key=lambda each: -each[0])[:_TOPICS]
    return [(topic, one) for _, topic, one in best]


def _rarity(texts: Iterable[str]) -> dict[str, float]:
    """How rare each stem is among the articles."""
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
        tuple(Said(one.article_id, one.attribution.content) for one in gold),
        tuple(Said(one.article_id, one.attribution.content) for one in others),
    )


def _text(one: Statement, texts: dict[str, str]) -> str:
    text = texts[one.article_id]
    return " ".join(text[start:end] for start, end in one.attribution.content)


if __name__ == "__main__":
    main()
