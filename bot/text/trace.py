"""The trace of an answer: what was found, drafted and proved, and how long each step took."""

from collections.abc import Callable
from typing import Any

from retrieval.answers.answer import Answer
from retrieval.articles.article import Article

FindArticle = Callable[[str, str], Article | None]

_CANDIDATES = 24
_QUOTES = 5


def trace(answer: Answer) -> dict[str, Any]:
    """The trace as JSON (docs/json.md).

    It has no words of an article, except those that a language model's draft repeats.
    """
    return {
        "question": answer.question,
        "since": answer.since and answer.since.isoformat(),
        "until": answer.until and answer.until.isoformat(),
        "mode": answer.mode,
        "note": answer.written.note,
        "candidates": [
            {
                "rank": hit.rank, "found": hit.search_rank, "library": hit.library,
                "article_id": hit.article.id, "start": hit.passage.start, "end": hit.passage.end,
            }
            for hit in answer.hits[:_CANDIDATES]
        ],
        "quotes": [
            {
                "probability": round(one.probability, 3), "library": one.hit.library,
                "article_id": one.hit.article.id, "start": one.start, "end": one.end,
            }
            for one in answer.offered[:_QUOTES]
        ],
        "draft": [
            {
                "text": one.sentence.text, "passages": list(one.sentence.numbers),
                "shown": one.shown is not None, "reason": one.reason,
                "support": None if one.support is None else round(one.support, 3),
            }
            for one in answer.written.drafted
        ],
        "seconds": {name: round(seconds, 3) for name, seconds in answer.steps.items()},
        "tokens": answer.written.tokens,
    }  # fmt: skip


def trace_text(trace: dict[str, Any], find_article: FindArticle) -> str:
    """The trace for people to read.

    `find_article` returns an article by its library and id, None if it was withdrawn.
    """
    limits = [f"{name} {trace[name]}" for name in ("since", "until") if trace[name]]
    lines = [f"understood: {', '.join([trace['question'], *limits])}"]
    lines.append("candidates, by rank after the reader (before it):")
    for one in trace["candidates"]:
        where = f"characters {one['start']:,} to {one['end']:,}"
        title = _title(one, find_article)
        lines.append(f"  {one['rank']:>3} ({one['found']:>3})  {title}, {where}")
    lines.append("the most probable quotes:")
    for one in trace["quotes"]:
        lines.append(f"  {one['probability']:.3f}  {_words(one, find_article)}")
    if trace["draft"]:
        lines.append("the draft, sentence by sentence:")
    for one in trace["draft"]:
        cited = "".join(f"[{number}]" for number in one["passages"])
        outcome = "proved" if one["shown"] else f"not shown: {one['reason']}"
        support = "" if one["support"] is None else f", support {one['support']:.3f}"
        lines.append(f"  {one['text']} {cited}\n      {outcome}{support}")
    lines.append(f"mode: {trace['mode']}" + (f" ({trace['note']})" if trace["note"] else ""))
    costs = [f"{name} {value:.2f} s" for name, value in trace["seconds"].items()]
    costs += [f"{trace['tokens']:,} tokens"] if trace["tokens"] else []
    return "\n".join([*lines, ", ".join(costs)])


def _title(place: dict[str, Any], find_article: FindArticle) -> str:
    article = find_article(place["library"], place["article_id"])
    if article is None:
        return _withdrawn(place)
    return f"{article.id} {article.title[:60]!r}, {article.source or 'no publisher'}"


def _words(place: dict[str, Any], find_article: FindArticle) -> str:
    """The quoted words as the stored article has them."""
    article = find_article(place["library"], place["article_id"])
    if article is None:
        return _withdrawn(place)
    return f"{article.id} {' '.join(article.text[place['start'] : place['end']].split())}"


def _withdrawn(place: dict[str, Any]) -> str:
    return f"{place['article_id']} (withdrawn)"
