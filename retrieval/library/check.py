"""Check: what is wrong with a library, in sentences; repairs nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.articles import passages
from retrieval.articles.article import Article
from retrieval.articles.passages import split
from retrieval.errors import Hint, NewsdeskError
from retrieval.library.index import Index
from retrieval.library.library import Library


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: `wrong` is a sentence, "" where all is in order.

    `note` is worth knowing even then, in parentheses. `hint` says what to do about either.
    """

    looked_at: str
    wrong: str = ""
    note: str = ""
    hint: Hint | None = None


def check(index: Index) -> Iterator[Finding]:
    """Whether SQLite is sound, passages and statements are slices of the text, and models load.

    And whether the vectors and the keyword index hold the same passages as SQLite.
    """
    library = index.library
    yield Finding("SQLite file", "; ".join(library.faults()))
    yield Finding("unfinished work", _unfinished(index))
    yield _passages(library)
    yield _statements(index)
    yield _embedding_model(index)
    try:
        with index.projections.held(), index.projections.as_they_are() as (vectors, words):
            expected = set(library.passage_ids())
            found = {"vectors in Chroma": vectors.ids(), "words in Tantivy": words.ids()}
    except NewsdeskError as exc:
        yield Finding("vectors in Chroma and words in Tantivy", str(exc), hint=exc.hint)
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
        f"{pending} articles are to be published, {withdrawn} to be deleted, and {strays} outdated "
        "folders to be deleted. Another process is at work, or the next question or indexing run "
        "will do it."
    )


def _passages(library: Library) -> Finding:
    is_current = library.fact("passages") == passages.VERSION
    damaged = [one.id for one in library.articles() if _is_damaged(library, one, is_current)]
    wrong = f"Articles whose passages are not slices of them: {', '.join(damaged)}."
    note = "(Some articles may be split as an older version of Newsdesk did it.)"
    return Finding(
        "passages in SQLite",
        wrong if damaged else "",
        "" if is_current else note,
        None if is_current else Hint.UPDATE,
    )


def _is_damaged(library: Library, article: Article, is_current: bool) -> bool:
    """Whether the article's passages aren't those of `split`, or no slices if it isn't current."""
    ids = library.passage_ids_of(article.id)
    if is_current:
        return ids != [passage.id for passage in split(article)]
    return not ids or any(id != one.id for id, (one, _) in library.passages(ids).items())


def _statements(index: Index) -> Finding:
    damaged, pending = index.statements.damaged(), index.statements.count_pending()
    wrong = f"Articles whose statements are not slices of them: {', '.join(damaged)}."
    note = f"({pending} articles are still to be read for statements.)"
    return Finding(
        "statements in SQLite",
        wrong if damaged else "",
        note if pending else "",
        Hint.UPDATE if pending else None,
    )


def _embedding_model(index: Index) -> Finding:
    looked_at = "embedding model"
    try:
        index.check_embedder()
        index.embedder.question("Who said what?")
    except NewsdeskError as exc:
        return Finding(looked_at, str(exc), hint=exc.hint)
    return Finding(looked_at)
