"""The way to an answer: what was found, drafted and proved, and how long each step took."""

from collections.abc import Callable
from typing import Any

from retrieval.answers.answer import Answer
from retrieval.articles.article import Article

_CANDIDATES = 24
_QUOTES = 5


def trace(answer: Answer) -> dict[str, Any]:
    """The way as JSON takes it. No word of an article is in it but what a language model wrote."""
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


def trace_text(told: dict[str, Any], article: Callable[[str, str], Article | None]) -> str:
    """The way for people to read; `article` finds one by its library and id, None if it is gone."""
    limits = [f"{name} {told[name]}" for name in ("since", "until") if told[name]]
    lines = [f"understood: {', '.join([told['question'], *limits])}"]
    lines.append("candidates, by rank after the reader (before it):")
    for one in told["candidates"]:
        where = f"characters {one['start']:,} to {one['end']:,}"
        lines.append(f"  {one['rank']:>3} ({one['found']:>3})  {_title(one, article)}, {where}")
    lines.append("the likeliest quotes:")
    for one in told["quotes"]:
        lines.append(f"  {one['probability']:.3f}  {_words(one, article)}")
    if told["draft"]:
        lines.append("the draft, sentence by sentence:")
    for one in told["draft"]:
        cited = "".join(f"[{number}]" for number in one["passages"])
        verdict = "proved" if one["shown"] else f"not shown: {one['reason']}"
        support = "" if one["support"] is None else f", support {one['support']:.3f}"
        lines.append(f"  {one['text']} {cited}\n      {verdict}{support}")
    lines.append(f"mode: {told['mode']}" + (f" ({told['note']})" if told["note"] else ""))
    seconds = [f"{name} {value:.2f} s" for name, value in told["seconds"].items()]
    lines.append(", ".join([*seconds, *([f"{told['tokens']:,} tokens"] if told["tokens"] else [])]))
    return "\n".join(lines)


def _title(one: dict[str, Any], article: Callable[[str, str], Article | None]) -> str:
    found = article(one["library"], one["article_id"])
    if found is None:
        return f"{one['article_id']} (withdrawn)"
    return f"{one['article_id']} {found.title[:60]!r}, {found.source or 'no publisher'}"


def _words(one: dict[str, Any], article: Callable[[str, str], Article | None]) -> str:
    found = article(one["library"], one["article_id"])
    if found is None:
        return f"{one['article_id']} (withdrawn)"
    return f"{one['article_id']} {' '.join(found.text[one['start'] : one['end']].split())}"
