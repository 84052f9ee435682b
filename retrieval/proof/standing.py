"""Standing: what of hits and quotes still stands, to the letter, in the libraries."""

from collections.abc import Mapping, Sequence

from retrieval.library.library import Library
from retrieval.search.hit import Hit


def standing(hits: Sequence[Hit], libraries: Mapping[str, Library]) -> tuple[Hit, ...]:
    """Those hits whose passage stands, to the letter, in the libraries as they are."""
    return standing_in(hits, stored_texts(hits, libraries))


def standing_in(hits: Sequence[Hit], texts: Mapping[tuple[str, str], str]) -> tuple[Hit, ...]:
    return tuple(
        hit
        for hit in hits
        if stands(texts, hit, hit.passage.start, hit.passage.end, hit.passage.text)
    )


def stored_texts(
    hits: Sequence[Hit], libraries: Mapping[str, Library]
) -> dict[tuple[str, str], str]:
    """The text of each article that is hit, empty where it is gone."""
    texts = {(hit.library, hit.article.id): "" for hit in hits}
    for name, id in texts:
        article = libraries[name].article(id) if name in libraries else None
        texts[name, id] = article.text if article else ""
    return texts


def stands(
    texts: Mapping[tuple[str, str], str], hit: Hit, start: int, end: int, words: str
) -> bool:
    return texts.get((hit.library, hit.article.id), "")[start:end] == words
