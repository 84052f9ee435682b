"""Claims to train the support model on: a sentence, a text, and whether the text supports it.

Two sets were judged by people: `claims/fever` and `claims/news_summaries`. Two are generated:

- sentences of news articles, paraphrased, half of them with one edit that changes what they say.
  The edit is made in the sentence or in the passage, so that neither alone gives it away;
- questions turned into statements, with the right answer or another one from the same text.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.questions import rows
from retrieval.english.sentences import sentences
from retrieval.english.words import content_stems
from retrieval.models.support import closest
from training.edits import EDITS, FIGURE, names
from training.groups import held_back
from training.paraphrase import paraphrase

TRAIN, TUNE, HELD_BACK = "train", "tune", "held back"
GENERATED = "edited news"
ORIGINS = ("fever", "summary", GENERATED)
KINDS = (*EDITS, "elsewhere")
_ARTICLE_CHARACTERS = 4000
_EVIDENCE_CHARACTERS = (300, 400, 400, 400, 800)  # short evidence trains faster


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence and the text to check it against; `kind` is its origin or how it was edited."""

    kind: str
    text: str
    evidence: str
    supported: bool


def part(key: str, tenths: tuple[int, int]) -> str:
    """Which part a text belongs to; `tenths` are the shares held back and to tune on."""
    drawn = random.Random(key).randrange(10)
    return HELD_BACK if drawn < tenths[0] else TUNE if drawn < sum(tenths) else TRAIN


def tuning(data: Path) -> list[Claim]:
    """The claims that thresholds are chosen on."""
    return [*fever(data, TUNE)[:400], *summaries(data, TUNE), *edited_news(data, 120, 2, 7, TUNE)]


def held_back_claims(data: Path) -> list[Claim]:
    """The claims that figures are reported on: neither trained nor tuned on."""
    return [
        *fever(data, HELD_BACK)[:600],
        *summaries(data, HELD_BACK),
        *edited_news(data, 150, 2, 8, HELD_BACK),
    ]


def origin(one: Claim) -> str:
    """One of `ORIGINS`."""
    return one.kind if one.kind in ORIGINS else GENERATED


# Judged by people


def fever(data: Path, wanted: str) -> list[Claim]:
    """The claims about Wikipedia of one part; no claim and no evidence is in two parts."""
    found = [
        (part(row["evidence"], (2, 1)), _row("fever", row))
        for row in rows(data / "claims/fever.jsonl.gz")
    ]
    part_of: dict[str, str] = {}
    for name in (TUNE, TRAIN, HELD_BACK):
        part_of |= {one.text: name for evidence_part, one in found if evidence_part == name}
    return [one for name, one in found if name == wanted == part_of[one.text]]


def summaries(data: Path, wanted: str) -> list[Claim]:
    """The news summaries of one part, split by article: half held back, half to tune on."""
    return [
        _row("summary", row)
        for row in rows(data / "claims/news_summaries.jsonl.gz")
        if part(row["evidence"], (5, 5)) == wanted
    ]


def _row(kind: str, row: dict[str, str]) -> Claim:
    return Claim(kind, _plain(row["claim"]), _plain(row["evidence"]), bool(row["supported"]))


def _plain(text: str) -> str:
    for treebank, char in (("-LRB-", "("), ("-RRB-", ")"), ("``", '"'), ("''", '"'), ("--", "–")):
        text = text.replace(treebank, char)
    return text


def mismatched(claims: Sequence[Claim], share: float, seed: int) -> Iterator[Claim]:
    """A share of the supported claims, each with the evidence of another that begins alike."""
    draw = random.Random(seed)
    by_first_word: dict[str, list[Claim]] = {}
    for one in claims:
        by_first_word.setdefault(one.text.split()[0], []).append(one)
    for one in claims:
        if one.supported and draw.random() < share:
            other = draw.choice(by_first_word[one.text.split()[0]])
            stems = content_stems(one.text)
            if len(stems & content_stems(other.evidence)) < 0.6 * len(stems):
                yield Claim("mismatched", one.text, other.evidence, False)


# Generated from questions

_SUBJECT_QUESTION = re.compile(
    r"(?i)^(who|what|which|how many|how much)\s+(?!did\b|do\b|does\b)(.*?)\?*$"
)
_WHEN_OR_WHERE = re.compile(
    r"(?i)^(?:in what year|what year|when|where)\s+(?:did|do|does|was|were|is|are)\s+(.*?)\?*$"
)
_ASKS_FOR_NUMBER = re.compile(r"(?i)^(how many|how much|when|in what year|what year)\b")


def statement(question: str, answer: str) -> str | None:
    """The question and its answer as a statement; None if the question has another form."""
    question = " ".join(question.split())
    if asked := _SUBJECT_QUESTION.match(question):
        rest = asked[2]
        if asked[1].lower() == "which" and (noun := re.match(r"\w+ (?=\w+ )", rest)):
            rest = rest[noun.end() :]
        made = f"{answer} {rest}."
    elif asked := _WHEN_OR_WHERE.match(question):
        made = f"{asked[1]} {answer}."
    else:
        return None
    return made[0].upper() + made[1:]


def from_questions(data: Path, count: int, seed: int, *, held: bool) -> Iterator[Claim]:
    """Up to `count` statements made of questions, with the right answer or another one."""
    draw = random.Random(seed)
    every = [row for row in rows(data / "reading/reading.jsonl.gz")
             if held_back(row["context"]) == held
             and "amazon" not in row["source"] and "reddit" not in row["source"]]  # fmt: skip
    draw.shuffle(every)
    for row in every:
        question, context, answer = row["question"], row["context"], row["answer"]
        others = FIGURE.findall(context) if _ASKS_FOR_NUMBER.match(question) else names(context)
        others = [
            one for one in others
            if not answer or (one.lower() not in answer.lower()
                              and answer.lower() not in one.lower() and one not in question)
        ]  # fmt: skip
        right = answer is not None and (not others or draw.random() < 0.6)
        given = answer if right else draw.choice(others) if others else None
        made = statement(question, given) if given and len(given) < 80 else None
        if made and count > 0:
            count -= 1
            size = draw.choice(_EVIDENCE_CHARACTERS)
            yield Claim("asked", made, closest(made, [context], size), right)


# Generated from news


def edited_news(data: Path, articles: int, each: int, seed: int, wanted: str) -> Iterator[Claim]:
    """Claims in pairs, supported and not, from up to `each` sentences of each of some articles."""
    draw = random.Random(seed)
    every = [row for row in rows(data / "news/train.articles.jsonl.gz")
             if part(row["url"], (1, 1)) == wanted]  # fmt: skip
    draw.shuffle(every)
    for row in every[:articles]:
        text = row["text"][:_ARTICLE_CHARACTERS]
        found = [" ".join(text[a:b].split()) for a, b in sentences(text)]
        places = [n for n, one in enumerate(found) if 40 < len(one) < 280 and one[-1] in '.”"']
        for place in draw.sample(places, min(each, len(places))):
            yield from _pair(found, place, draw)


def _pair(article: Sequence[str], place: int, draw: random.Random) -> Iterator[Claim]:
    """A supported and an unsupported claim made of one sentence of an article; or none."""
    size = draw.choice(_EVIDENCE_CHARACTERS)
    around = _around(article, place, size, draw)
    passage, sentence = [article[n] for n in around], article[place]
    known = names(" ".join(article))
    here = [name for name in known if name in " ".join(passage)]
    kinds = [*KINDS]
    draw.shuffle(kinds)
    # Sentences that allow the first two are rare, so these are mostly tried first.
    kinds.sort(key=lambda kind: kind not in ("roles", "attribution") or draw.random() < 0.3)
    for kind in kinds:
        if kind == "elsewhere":
            yield from _elsewhere(article, around, sentence, " ".join(passage), draw)
            return
        if (other := EDITS[kind](sentence, here, draw)) and other != sentence:
            break
    else:
        return
    changed = [other if one == sentence else one for one in passage]
    for supported in (True, False):
        is_edited = draw.random() < 0.5
        text = other if is_edited else sentence
        evidence = " ".join(passage if supported != is_edited else changed)
        reworded = paraphrase(text, draw, here)
        yield Claim(kind, reworded, closest(text, [evidence], size), supported)


def _around(article: Sequence[str], place: int, size: int, draw: random.Random) -> range:
    """The places of some sentences around one, of about `size` characters together."""
    first, last = place, place + 1
    while (length := sum(map(len, article[first:last]))) < size and last - first < len(article):
        before = first > 0 and (draw.random() < 0.5 or last == len(article))
        first, last = (first - 1, last) if before else (first, min(last + 1, len(article)))
        if length > 2 * size:
            break
    return range(first, last)


def _elsewhere(
    article: Sequence[str], around: range, sentence: str, passage: str, draw: random.Random
) -> Iterator[Claim]:
    """The sentence, and the one outside the passage that shares most words with it."""
    there = content_stems(passage)
    closest_one, best = "", 0.3
    for n, one in enumerate(article):
        own = content_stems(one)
        share = len(own & there) / len(own) if len(own) > 5 else 0.0
        if n not in around and best < share < 0.7:
            closest_one, best = one, share
    if closest_one and 40 < len(closest_one) < 280:
        yield Claim("elsewhere", paraphrase(sentence, draw, []), passage, True)
        yield Claim("elsewhere", paraphrase(closest_one, draw, []), passage, False)
