"""Check: what is wrong with a library, in sentences; mends nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.articles.passages import split
from retrieval.errors import NewsdeskError
from retrieval.library.index import Index


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `wrong` is a sentence, or empty when it is as it should be.

    `note` says what is worth knowing about it all the same.
    """

    looked_at: str
    wrong: str = ""
    note: str = ""


def check(index: Index) -> Iterator[Finding]:
    """Whether SQLite is sound, its passages and statements are slices, the projections agree.

    And whether the embedding model loads.
    """
    library = index.library
    yield Finding("SQLite file", "; ".join(library.faults()))
    yield Finding("unfinished work", _unfinished(index))
    yield Finding("passages in SQLite", _torn(index))
    yield Finding("statements in SQLite", _torn_statements(index), _unread(index))
    yield Finding("embedding model", _complaint(index))
    try:
        with index.projections.held(), index.projections.as_they_are() as (vectors, words):
            expected = set(library.passage_ids())
            found = {"vectors in Chroma": vectors.ids(), "words in Tantivy": words.ids()}
    except NewsdeskError as exc:
        yield Finding("vectors in Chroma and words in Tantivy", str(exc))
        return
    for name, ids in found.items():
        missing, extra = len(expected - ids), len(ids - expected)
        wrong = (
            f"{missing} passages are missing and {extra} are too many." if missing or extra else ""
        )
        yield Finding(name, wrong)


def _unfinished(index: Index) -> str:
    pending, withdrawn = index.library.count("pending"), index.library.count("withdrawn")
    strays = len(index.projections.strays())
    if not pending and not withdrawn and not strays:
        return ""
    return (
        f"{pending} articles wait to be published, {withdrawn} to be forgotten, and {strays} "
        "outdated folders to be deleted. Another process is at it, or the next question or "
        "`newsdesk index` does it."
    )


def _torn(index: Index) -> str:
    torn = [
        article.id
        for article in index.library.articles()
        if index.library.passage_ids_of(article.id) != [p.id for p in split(article)]
    ]
    return f"Articles whose passages are not slices of them: {', '.join(torn)}." if torn else ""


def _torn_statements(index: Index) -> str:
    torn = index.register.torn()
    return f"Articles whose statements are not slices of them: {', '.join(torn)}." if torn else ""


def _unread(index: Index) -> str:
    unread = index.register.count_unread()
    what = f"statements were not looked for in {unread} articles yet: `newsdesk reindex` does it"
    return f"({what})" if unread else ""


def _complaint(index: Index) -> str:
    try:
        index.check_embedder()
        index.embedder.question("Who said what?")
    except NewsdeskError as exc:
        return str(exc)
    return ""
