"""The models that answer questions."""

from collections.abc import Callable, Iterator
from pathlib import Path

from langchain_core.language_models import BaseChatModel

from retrieval.answers.language_model import LanguageModel
from retrieval.answers.writer import Writer
from retrieval.attribution.tagger import Tagger
from retrieval.errors import ModelError
from retrieval.library.check import Finding
from retrieval.models.embedder import Embedder
from retrieval.models.passage_reader import PassageReader
from retrieval.models.reranker import Reranker
from retrieval.models.support import SupportModel


class Models:
    """The models that several desks may share; each is loaded when it is first used."""

    def __init__(
        self,
        embedder: str,
        cache: Path,
        reranker: str | None = None,
        language_model: LanguageModel | BaseChatModel | str | None = None,
    ) -> None:
        """`cache` is the folder for exported embedding models."""
        self.embedder = Embedder(embedder, cache)
        self.network = PassageReader()
        self.reranker = Reranker(reranker) if reranker else None
        self.tagger = Tagger()
        self.writer: Writer | None = None
        if language_model is not None:
            if not isinstance(language_model, LanguageModel):
                language_model = LanguageModel(language_model)
            self.writer = Writer(language_model, SupportModel())

    def check(self) -> Iterator[Finding]:
        """Whether reader and reranker load and run."""
        models: list[tuple[str, Callable[[], object]]] = [
            ("reader", lambda: self.network.read("Who?", [("", "Somebody.")]))
        ]
        if reranker := self.reranker:
            models.append(("reranker", lambda: reranker.ranks("Who?", ["Somebody.", "Nobody."])))
        for name, run in models:
            try:
                run()
                yield Finding(name)
            except ModelError as exc:
                yield Finding(name, str(exc))
