"""Questions with known answers → how often they are found, shown and declined."""

import gzip
import json
import re
import string
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from retrieval.answers.answer import Answer
from retrieval.articles.article import canonical_url, normalise
from retrieval.errors import Hint, ReadError, SettingsError
from retrieval.newsdesk import Newsdesk
from retrieval.questions.question import Question
from retrieval.search.sentences import MAX_WORDS

CUTS = (1, 3, 5, 10)
_KEPT = 3  # first passages of an outcome that are kept to be read
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Case:
    """A question, its answer (None: no article has it) and, if known, the articles that have it."""

    question: str
    answer: str | None
    article_urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage as kept with an outcome; `quoted` says whether a citation is from it."""

    rank: int
    title: str
    source: str
    published: str | None
    url: str | None
    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a case.

    `found` says whether it was answered at the threshold; `text` and `span` are the answer, or what
    it would have been. `rank` is that of the first passage with the right answer, None where none
    of the first ten has it. `in_text` says whether the text has it, in at most `MAX_WORDS` words.
    `exact` and `f1` compare the span with the right answer as SQuAD does. `quotes` counts all
    quotes, `exact_quotes` those that are slices of their article.
    """

    case: Case
    found: bool
    text: str
    span: str
    probability: float
    rank: int | None
    in_text: bool
    exact: bool
    f1: float
    quotes: int
    exact_quotes: int
    right_article: bool | None
    seconds: float
    passages: tuple[Shown, ...] = field(default=())

    @property
    def right(self) -> bool:
        """Whether the right answer was shown, or the question rightly declined."""
        return not self.found if self.case.answer is None else self.found and self.in_text


_OUTCOMES = TypeAdapter(list[Outcome])


def read_cases(file: Path) -> list[Case]:
    """The cases of a file of JSON lines, gzipped or not. Raises ReadError that names a bad line."""
    found = []
    try:
        opened = gzip.open if file.suffix == ".gz" else open
        with opened(file, "rt", encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    found.append(_case(line, f"{file}:{number}"))
    except UnicodeDecodeError as exc:
        raise ReadError("it is not UTF-8 text", str(file)) from exc
    except (OSError, EOFError, zlib.error) as exc:
        reason = getattr(exc, "strerror", None) or "it is damaged"
        raise ReadError(f"it can't be read: {reason}", str(file)) from exc
    if not found:
        raise ReadError("it holds no questions", str(file))
    return found


def _case(line: str, place: str) -> Case:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise ReadError("the line is not valid JSON", place) from exc
    question = row.get("question") if isinstance(row, dict) else None
    if not isinstance(question, str) or not normalise(question):
        raise ReadError("the line has no `question`", place)
    if "answer" not in row:
        raise ReadError("the line has no `answer`; null says that the articles don't say", place)
    answer, urls = row["answer"], row.get("article_urls") or []
    if not isinstance(answer, str | None) or (answer is not None and not _words(answer)):
        raise ReadError("the line's `answer` is neither words nor null", place)
    if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
        raise ReadError("the line's `article_urls` is not a list of addresses", place)
    return Case(normalise(question), normalise(answer) if answer else None, tuple(urls))


def evaluate(desk: Newsdesk, case: Case) -> Outcome:
    """The result of asking a case's question. Raises SettingsError for an empty question.

    The desk's threshold is applied afterwards, so the result tells also what other thresholds would
    give.
    """
    answer = desk.ask(Question(case.question, threshold=0.0))
    found = answer.found and answer.probability >= desk.threshold
    if found and len(answer.citations) > 1:  # further ones may be below the threshold
        answer = replace(desk.ask(case.question), seconds=answer.seconds)
    return outcome(case, answer, found)


def outcome(case: Case, answer: Answer, found: bool) -> Outcome:
    """An answer compared with the right one; `found` says whether it is given."""
    held = [
        rank
        for rank, hit in enumerate(answer.hits[: max(CUTS)], 1)
        if case.answer is not None and holds(hit.passage.text, case.answer)
    ]
    span = ""
    if answer.span:
        hit, start, end = answer.span
        span = hit.article.text[start:end]
    known = {canonical_url(url) for url in case.article_urls}
    cited = {one.hit.article.url for one in answer.citations}
    short = len(answer.text.split()) <= MAX_WORDS
    return Outcome(
        case=case,
        found=found,
        text=answer.text,
        span=span,
        probability=answer.probability,
        rank=held[0] if held else None,
        in_text=case.answer is not None and answer.found and short
        and holds(" ".join(one.quote for one in answer.citations), case.answer),
        exact=case.answer is not None and squad_plain(span) == squad_plain(case.answer),
        f1=squad_f1(span, case.answer) if case.answer is not None else 0.0,
        quotes=len(answer.citations),
        exact_quotes=sum(
            one.hit.article.text[one.start : one.end] == one.quote for one in answer.citations
        ),
        right_article=bool(known & cited) if known and found and case.answer else None,
        seconds=answer.seconds,
        passages=tuple(_shown(answer, held[:1])),
    )  # fmt: skip


def _shown(answer: Answer, held: Sequence[int]) -> Iterator[Shown]:
    """The first passages, the quoted ones, and the first with the right answer."""
    quoted = {one.hit.passage.id for one in answer.citations}
    for rank, hit in enumerate(answer.hits, 1):
        if rank <= _KEPT or rank in held or hit.passage.id in quoted:
            article = hit.article
            yield Shown(
                rank, article.title, article.source, article.published, article.url,
                hit.passage.text, hit.passage.id in quoted,
            )  # fmt: skip


# Figures


def figures(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    """All figures by name. Shares are 0 to 1, or None where no question counts.

    To decline is to find the unanswerable: precision is the share of declined questions that are
    unanswerable, recall the share of unanswerable questions that are declined. The area is that
    under the ROC curve of the probability, between answerable and unanswerable questions.
    """
    there = [one for one in outcomes if one.case.answer is not None]
    gone = [one for one in outcomes if one.case.answer is None]
    declined = [one for one in outcomes if not one.found]
    cited = [one.right_article for one in there if one.right_article is not None]
    seconds = [one.seconds for one in outcomes]
    quotes = sum(one.quotes for one in outcomes)
    found: dict[str, float | None] = {
        "questions": len(outcomes),
        "answerable": len(there),
    }
    for cut in CUTS:
        found[f"answer@{cut}"] = _share([one.rank is not None and one.rank <= cut for one in there])
    return found | {
        "answer in text": _share([one.found and one.in_text for one in there]),
        "span exact match": _share([one.found and one.exact for one in there]),
        "span F1": _share([one.found * one.f1 for one in there]),
        "answer in text, none declined": _share([one.in_text for one in there]),
        "span exact match, none declined": _share([one.exact for one in there]),
        "span F1, none declined": _share([one.f1 for one in there]),
        "right article cited": _share(cited),
        "answerable answered": _share([one.found for one in there]),
        "unanswerable declined (recall)": _share([not one.found for one in gone]),
        "declining precision": _share([one.case.answer is None for one in declined]),
        "declining area": area(
            [one.probability for one in there], [one.probability for one in gone]
        ),
        "quotes": quotes,
        "quotes exact": sum(one.exact_quotes for one in outcomes) / quotes if quotes else None,
        "seconds p50": float(np.quantile(seconds, 0.5)) if seconds else None,
        "seconds p95": float(np.quantile(seconds, 0.95)) if seconds else None,
    }


def area(there: Sequence[float], gone: Sequence[float]) -> float | None:
    """How often a value of `there` is above one of `gone`, ties count half; None without both."""
    if not there or not gone:
        return None
    ordered = np.sort(gone)
    below = np.searchsorted(ordered, there, "left")
    same = np.searchsorted(ordered, there, "right") - below
    return float((below + same / 2).sum() / (len(there) * len(gone)))


def risk_coverage(outcomes: Sequence[Outcome]) -> list[tuple[float, float, float]]:
    """(coverage, risk, threshold) from the strictest threshold to none.

    Coverage is the share of questions answered at the threshold, risk the share of these answers
    that are wrong (El-Yaniv & Wiener, JMLR 2010).
    """
    ordered = sorted(outcomes, key=lambda one: -one.probability)
    points, wrong = [], 0
    for count, one in enumerate(ordered, 1):
        wrong += one.case.answer is None or not one.in_text
        points.append((count / len(ordered), wrong / count, one.probability))
    return points


def _share(values: Sequence[float | bool]) -> float | None:
    return float(np.mean(values)) if values else None


# Comparing texts


def holds(text: str, answer: str) -> bool:
    """Whether the text has the answer as whole words, leaving aside case, articles and marks."""
    return f" {_words(answer)} " in f" {_words(text)} "


def _words(text: str) -> str:
    text = re.sub(r"[^\w\s]|_", " ", text.lower())
    return " ".join(word for word in text.split() if word not in ("a", "an", "the"))


def squad_plain(text: str) -> str:
    """The text as SQuAD compares it: lower case, without punctuation, articles, extra blanks.

    Rajpurkar et al. (EMNLP 2016) drop only ASCII punctuation; typographic quotation marks are
    dropped here too.
    """
    text = "".join(char for char in text.lower() if char not in string.punctuation + "“”‘’«»")
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def squad_f1(given: str, answer: str) -> float:
    """The F1 of the words in common, as SQuAD counts it."""
    ours, theirs = squad_plain(given).split(), squad_plain(answer).split()
    if not ours or not theirs:
        return float(ours == theirs)
    same = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * same / (len(ours) + len(theirs))


# Keeping a run


def save(outcomes: Sequence[Outcome], file: Path) -> None:
    """Write the run as JSON, to compare it with others."""
    run = {
        "version": _VERSION,
        "figures": figures(outcomes),
        "outcomes": [asdict(one) for one in outcomes],
    }
    file.write_text(json.dumps(run, ensure_ascii=False, indent=1), encoding="utf-8")


def load(file: Path) -> list[Outcome]:
    """The outcomes that `save` wrote. Raises ReadError for anything else."""
    try:
        run = json.loads(file.read_text(encoding="utf-8"))
        if run["version"] != _VERSION:
            raise SettingsError(f"{file} was saved by another version of Newsdesk.")
        return _OUTCOMES.validate_python(run["outcomes"])
    except OSError as exc:
        raise ReadError(f"it can't be read: {exc.strerror}", str(file)) from exc
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        reason = "it is not a saved run of the evaluation"
        raise ReadError(reason, str(file), hint=Hint.SAVE_EVALUATION) from exc


def flipped(before: Sequence[Outcome], now: Sequence[Outcome]) -> list[tuple[Outcome, Outcome]]:
    """The questions of both runs that only one of them got right."""
    earlier = {one.case: one for one in before}
    return [
        (earlier[one.case], one)
        for one in now
        if one.case in earlier and earlier[one.case].right != one.right
    ]
