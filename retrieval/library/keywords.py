"""Keyword index: Tantivy as a projection of the library."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import tantivy

from retrieval.english.words import content_words
from retrieval.errors import Hint, LibraryError
from retrieval.library.embeddings import Embedded

_TITLE_WEIGHT = 0.25
_HEAP = 64_000_000  # bytes; one thread writes, so each rebuild ends in few segments


class KeywordIndex:
    """One inverted index over the passages' words and their titles' words; no text is stored."""

    def __init__(self, folder: Path) -> None:
        """Opens nothing yet."""
        self.folder = folder
        self._index: tantivy.Index | None = None

    def open(self) -> None:
        """Open the index as it is now, creating it when there is none.

        Raises LibraryError when its files can't be opened.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._index = tantivy.Index(_schema(), path=str(self.folder))
        except ValueError as exc:
            raise LibraryError(
                f"The keyword index in {self.folder} can't be opened. Rebuild the index.",
                hint=Hint.REINDEX,
            ) from exc

    def close(self) -> None:
        """Close the files."""
        self._index = None

    def drop(self) -> None:
        """Delete the index and all that it holds."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _opened(self) -> tantivy.Index:
        assert self._index is not None, "open() comes first"
        return self._index

    def count(self) -> int:
        """How many passages are indexed."""
        return self._opened.searcher().num_docs

    def ids(self) -> set[str]:
        """The ids of all passages that are indexed."""
        searcher = self._opened.searcher()
        hits = searcher.search(tantivy.Query.all_query(), limit=max(1, searcher.num_docs)).hits
        return {searcher.doc(address)["id"][0] for _, address in hits}

    def replace(self, passages: Iterable[Embedded], gone: Iterable[str] = ()) -> None:
        """Index the passages, replacing those with the same ids, and drop those `gone`, at once."""
        writer = self._opened.writer(heap_size=_HEAP, num_threads=1)
        for id in gone:
            writer.delete_documents_by_term("id", id)
        for embedded in passages:
            passage = embedded.passage
            writer.delete_documents_by_term("id", passage.id)
            writer.add_document(
                tantivy.Document(
                    id=passage.id,
                    article=passage.article_id,
                    title=embedded.title,
                    text=passage.text,
                )
            )
        writer.commit()
        writer.wait_merging_threads()
        self._opened.reload()

    def known(self, wanted: Iterable[str]) -> set[str]:
        """The stems among these that occur in any text or title."""
        searcher = self._opened.searcher()
        return {
            stem
            for stem in wanted
            if searcher.doc_freq("text", stem) or searcher.doc_freq("title", stem)
        }

    def search(
        self, question: str, limit: int, within: list[str] | None = None
    ) -> list[tuple[str, float]]:
        """Up to `limit` (passage id, BM25), best first; only articles `within`, if given.

        Any word may match; a question of stop words alone finds nothing.
        """
        words = content_words(question)
        if not words:
            return []
        index, schema = self._opened, self._opened.schema
        query, _ = index.parse_query_lenient(
            " ".join(f'"{word}"' for word in dict.fromkeys(words)),
            ["text", "title"],
            field_boosts={"title": _TITLE_WEIGHT},
        )
        if within is not None:
            allowed = tantivy.Query.const_score_query(
                tantivy.Query.term_set_query(schema, "article", within), 0.0
            )
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, query), (tantivy.Occur.Must, allowed)]
            )
        searcher = index.searcher()
        return [
            (searcher.doc(address)["id"][0], relevance)
            for relevance, address in searcher.search(query, limit, count=False).hits
        ]


def _schema() -> tantivy.Schema:
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    schema.add_text_field("article", tokenizer_name="raw", index_option="basic")
    for field in ("title", "text"):
        schema.add_text_field(field, tokenizer_name="en_stem", index_option="freq")
    return schema.build()
