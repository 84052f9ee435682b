"""JSON as docs/json.md documents it: one function for each kind of object."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from retrieval.answers.answer import Answer
from retrieval.articles.article import Article
from retrieval.attribution.statements import Statement
from retrieval.library.library import Version
from retrieval.quotes.grouping import ReportedStatement
from retrieval.quotes.reports import Report
from retrieval.search.hit import Citation, Hit
from retrieval.watching.subscriptions import Subscription

Json = dict[str, Any]


def json_line(value: Json) -> str:
    """The value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False)


def answer_json(answer: Answer) -> Json:
    """An answer with its citations and the passages considered."""
    return {
        "question": answer.question,
        "found": answer.found,
        "answer": answer.text,
        "citations": [_citation_json(one) for one in answer.citations],
        "span": _span_json(answer.span[0], answer.span[1:]) if answer.span else None,
        "probability": round(answer.probability, 4),
        "passages": [_passage_json(hit) for hit in answer.hits],
        "mode": answer.mode,
        "note": answer.written.note or None,
        "differing": answer.differing,
        "missing": answer.missing.reason or None,
        "others": [_citation_json(one) for one in answer.missing.others],
        "since": answer.since and answer.since.isoformat(),
        "until": answer.until and answer.until.isoformat(),
        "seconds": round(answer.seconds, 4),
    }


def _citation_json(citation: Citation) -> Json:
    return {
        "number": citation.number,
        "article_id": citation.hit.article.id,
        "title": citation.hit.article.title,
        "source": citation.hit.article.source,
        "url": citation.hit.article.url,
        "published": citation.hit.article.published,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "span": _span_json(citation.hit, citation.span),
        "said": citation.statement and _said_json(citation.statement),
        "also": [
            {"article_id": one.id, "source": one.source, "url": one.url} for one in citation.also
        ],
    }


def _said_json(statement: Statement) -> Json:
    return {
        "speaker": statement.speaker.name,
        "description": statement.speaker.description,
        "kind": statement.kind,
        "denied": statement.is_denied,
    }


def _span_json(hit: Hit, span: tuple[int, int] | None) -> Json | None:
    if not span:
        return None
    start, end = span
    text = hit.article.text[start:end]
    return {"article_id": hit.article.id, "start": start, "end": end, "text": text}


def _passage_json(hit: Hit) -> Json:
    return {
        "article_id": hit.article.id,
        "url": hit.article.url,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "text": hit.passage.text,
        "rank": hit.rank,
    }


def article_json(article: Article, *, with_text: bool) -> Json:
    """An article, with or without its text."""
    shown: Json = {
        "id": article.id,
        "url": article.url,
        "path": article.path,
        "title": article.title,
        "source": article.source,
        "published": article.published,
        "authors": list(article.authors),
    }
    return shown | {"text": article.text} if with_text else shown


def version_json(version: Version) -> Json:
    """An earlier version of an article, its number, and when it was replaced."""
    return {
        "number": version.number,
        "replaced": version.replaced.isoformat(),
        **article_json(version.article, with_text=True),
    }


def statement_json(statement: ReportedStatement) -> Json:
    """A statement, the other articles that report it, and its other wordings."""
    return _report_json(statement.report) | {
        "also": [_article_of_report(one) for one in statement.also],
        "variants": [_report_json(one) for one in statement.variants],
    }


def _report_json(report: Report) -> Json:
    speaker, parts = report.statement.speaker, report.statement.attribution
    return {
        "speaker": speaker.name,
        "description": speaker.description,
        "named": speaker.is_named,
        "kind": report.statement.kind,
        "denied": report.statement.is_denied,
        "words": list(report.words),
        "sentence": report.sentence,
        "spans": {
            "source": _spans_json(parts.speaker_spans),
            "cue": _spans_json(parts.cue),
            "content": _spans_json(parts.content),
        },
        **_article_of_report(report),
    }


def _article_of_report(report: Report) -> Json:
    article = report.article
    return {
        "library": report.library,
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "published": article.published,
    }


def _spans_json(spans: Sequence[tuple[int, int]]) -> list[list[int]]:
    return [[start, end] for start, end in spans]


def feed_json(feed: Subscription) -> Json:
    """A feed that is followed, and how its polls went."""
    return {
        "url": feed.url,
        "title": feed.title,
        "paused": feed.paused,
        "success": _iso(feed.success),
        "next": None if feed.paused else _iso(feed.due),
        "articles": feed.articles,
        "failures": feed.failures,
        "error": feed.error or None,
    }


def _iso(seconds: float | None) -> str | None:
    """A Unix time in ISO 8601, UTC."""
    at = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return at.isoformat(timespec="seconds") if at else None
