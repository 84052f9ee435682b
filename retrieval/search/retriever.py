"""Search: question → ranked Hits, and the same as a LangChain retriever."""

from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from retrieval.articles.duplicates import share_held
from retrieval.library.filter import Filter
from retrieval.library.index import Index
from retrieval.library.library import Library
from retrieval.search.hit import Hit

_CANDIDATES = 100  # asked of either projection


_MORE = (400, 1600)  # asked when copies of one another take up so much that too little is left


_SAME_WORDS = 0.7  # of a passage's words, from which a copy has it already


_RANK_OFFSET = 10  # k of reciprocal rank fusion (Cormack et al., SIGIR 2009)


class NewsdeskRetriever(BaseRetriever):
    """Vectors and words of one index, fused by reciprocal rank."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index
    limit: int = 10
    allowed: Filter = Filter()

    def hits(
        self, question: str, *, limit: int | None = None, allowed: Filter | None = None
    ) -> list[Hit]:
        """The best passages for the question, best first, at most `limit`."""
        limit = self.limit if limit is None else limit
        allowed = self.allowed if allowed is None else allowed
        vector = self.index.embedder.question(question)
        library = self.index.library
        with self.index.reading() as (vectors, words):
            passages = articles = None
            if not allowed.is_open:
                passages, articles = library.passage_ids(allowed), library.article_ids(allowed)
            for wanted in (max(limit, _CANDIDATES), *_MORE):
                near = vectors.nearest(vector, wanted, passages)
                worded = words.search(question, wanted, articles)
                fused = _fused([id for id, _ in near], [id for id, _ in worded])
                order = _one_of_each_story(library, fused)
                if len(order) >= limit or len(fused) == len(order) or len(near) < wanted:
                    break
            found = library.passages(order[:limit])
        similarities = dict(near)
        ordered = [(id, *found[id]) for id in order if id in found]
        return [
            Hit(passage, article, rank, similarities.get(id), library.name)
            for rank, (id, passage, article) in enumerate(ordered, 1)
        ]

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        return [document(hit) for hit in self.hits(query)]


def document(hit: Hit) -> Document:
    """The hit as LangChain has it: the passage's text, and where it stands as metadata."""
    article, passage = hit.article, hit.passage
    metadata: dict[str, Any] = {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "published": article.published,
        "start": passage.start,
        "end": passage.end,
        "rank": hit.rank,
        "similarity": hit.similarity,
    }
    return Document(id=passage.id, page_content=passage.text, metadata=metadata)


def _one_of_each_story(library: Library, order: Sequence[str]) -> list[str]:
    """The passages, without those whose words a copy of their article has in a better place."""
    told = library.stories(order)
    articles: dict[str, set[str]] = {}
    for article, story in told.values():
        articles.setdefault(story, set()).add(article)
    several = {story for story, ids in articles.items() if len(ids) > 1}
    if not several:
        return [id for id in order if id in told]
    texts = library.passages(id for id in order if id in told and told[id][1] in several)
    said: dict[str, list[tuple[str, str]]] = {story: [] for story in several}
    chosen = []
    for id in order:
        article, story = told.get(id, ("", ""))
        if story in several:
            text = texts[id][0].text
            others = [words for one, words in said[story] if one != article]
            if share_held(text, others) >= _SAME_WORDS:
                continue
            said[story].append((article, text))
        if id in told:
            chosen.append(id)
    return chosen


def _fused(*rankings: list[str]) -> list[str]:
    worth: dict[str, float] = {}
    for ranking in rankings:
        for rank, id in enumerate(ranking, 1):
            worth[id] = worth.get(id, 0.0) + 1 / (_RANK_OFFSET + rank)
    return sorted(worth, key=lambda id: (-worth[id], id))
