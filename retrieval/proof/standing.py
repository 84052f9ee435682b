"""Which hits and quotes still stand, word for word, in the libraries as they are now."""

from collections.abc import Mapping, Sequence

from retrieval.library.library import Library
from retrieval.search.hit import Hit

Texts = Mapping[tuple[str, str], str]  # the text of an article, by library and id


def standing(hits: Sequence[Hit], texts: Texts) -> tuple[Hit, ...]:
    """Those hits whose passage still stands in the texts."""
    return tuple(
        hit
        for hit in hits
        if stands(texts, hit, hit.passage.start, hit.passage.end, hit.passage.text)
    )


def stored_texts(hits: Sequence[Hit], libraries: Mapping[str, Library]) -> Texts:
    """The stored text of each hit's article, empty where the article is gone."""
    texts = {(hit.library, hit.article.id): "" for hit in hits}
    for name, id in texts:
        article = libraries[name].article(id) if name in libraries else None
        texts[name, id] = article.text if article else ""
    return texts


def stands(texts: Texts, hit: Hit, start: int, end: int, words: str) -> bool:
    """Whether the hit's article has these words at this place."""
    return texts.get((hit.library, hit.article.id), "")[start:end] == words
