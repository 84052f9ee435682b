"""Hybrid search: question → ranked hits, also as a LangChain retriever."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config, get_callback_manager_for_config
from pydantic import ConfigDict

from retrieval.articles.duplicates import share_held
from retrieval.library.filter import Filter
from retrieval.library.index import Index
from retrieval.library.library import Library
from retrieval.search.hit import Hit, merged

_CANDIDATES = 100  # asked of either projection
_MORE = (400, 1600)  # asked when copies of one another take up so much that too little is left
_SAME_WORDS = 0.7  # of a passage's words, from which a copy has it already
_RANK_OFFSET = 10  # k of reciprocal rank fusion (Cormack et al., SIGIR 2009)


class NewsdeskRetriever(BaseRetriever):
    """Searches libraries by vectors and by words, fused by reciprocal rank.

    It returns at most `k` passages, of articles that pass the `filter`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    indexes: Sequence[Index]
    k: int = 10
    filter: Filter = Filter()

    def hits(
        self,
        question: str,
        config: RunnableConfig | None = None,
        *,
        k: int | None = None,
        filter: Filter | None = None,
    ) -> list[Hit]:
        """The passages for the question, best first.

        `k` and `filter` replace the retriever's own. It is one run for the callbacks of `config`.
        """
        manager = get_callback_manager_for_config(ensure_config(config))
        run = manager.on_retriever_start(None, question, name=self.get_name())
        try:
            found = self._search(question, k or self.k, filter or self.filter)
        except Exception as exc:
            run.on_retriever_error(exc)
            raise
        run.on_retriever_end([document(hit) for hit in found])
        return found

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        return [document(hit) for hit in self._search(query, self.k, self.filter)]

    def _search(self, question: str, k: int, filter: Filter) -> list[Hit]:
        found = merged(_hits(one, question, k, filter) for one in self.indexes)[:k]
        return [replace(hit, search_rank=hit.rank) for hit in found]


def document(hit: Hit) -> Document:
    """The hit as LangChain has it: the passage's text, with its place in the metadata."""
    article, passage = hit.article, hit.passage
    metadata: dict[str, Any] = {
        "id": passage.id,
        "library": hit.library,
        "article_id": article.id,
        "story": hit.story,
        "title": article.title,
        "source": article.source,
        "authors": list(article.authors),
        "url": article.url,
        "published": article.published,
        "start": passage.start,
        "end": passage.end,
        "rank": hit.rank,
        "similarity": hit.similarity,
    }
    return Document(id=passage.id, page_content=passage.text, metadata=metadata)


def _hits(index: Index, question: str, k: int, allowed: Filter) -> list[Hit]:
    """The best passages of one library, best first, at most `k`."""
    vector = index.embedder.question(question)
    library = index.library
    with index.reading() as (vectors, words):
        passages = articles = None
        if not allowed.is_open:
            passages, articles = library.passage_ids(allowed), library.article_ids(allowed)
        for wanted in (max(k, _CANDIDATES), *_MORE):
            near = vectors.nearest(vector, wanted, passages)
            worded = words.search(question, wanted, articles)
            fused = _fused([id for id, _ in near], [id for id, _ in worded])
            stories = _one_of_each_story(library, fused)
            if len(stories) >= k or len(fused) == len(stories) or len(near) < wanted:
                break
        found = library.passages([*stories][:k])
    similarities = dict(near)
    ordered = [(id, *found[id]) for id in stories if id in found]
    return [
        Hit(passage, article, rank, similarities.get(id), library.name, story=stories[id])
        for rank, (id, passage, article) in enumerate(ordered, 1)
    ]


def _one_of_each_story(library: Library, order: Sequence[str]) -> dict[str, str]:
    """Each passage, in order, with its story; without those whose words a better copy has."""
    told = library.stories(order)
    articles: dict[str, set[str]] = {}
    for article, story in told.values():
        articles.setdefault(story, set()).add(article)
    several = {story for story, ids in articles.items() if len(ids) > 1}
    texts = library.passages(id for id in order if id in told and told[id][1] in several)
    kept: dict[str, list[tuple[str, str]]] = {story: [] for story in several}
    chosen = {}
    for id in order:
        if id not in told:
            continue
        article, story = told[id]
        if story in several:
            text = texts[id][0].text
            others = [words for one, words in kept[story] if one != article]
            if share_held(text, others) >= _SAME_WORDS:
                continue
            kept[story].append((article, text))
        chosen[id] = story
    return chosen


def _fused(*rankings: list[str]) -> list[str]:
    worth: dict[str, float] = {}
    for ranking in rankings:
        for rank, id in enumerate(ranking, 1):
            worth[id] = worth.get(id, 0.0) + 1 / (_RANK_OFFSET + rank)
    return sorted(worth, key=lambda id: (-worth[id], id))
