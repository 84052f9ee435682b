"""Newsdesk: answers questions from news articles, and proves every word of the answer.

All that a program needs can be imported from here; a name's module is loaded at its first use. See
docs/python.md.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrieval.answers.answer import Answer
    from retrieval.answers.language_model import LanguageModel
    from retrieval.answers.prompts import load_prompt
    from retrieval.articles.article import Article
    from retrieval.articles.passages import Passage
    from retrieval.attribution.speaker import Speaker
    from retrieval.attribution.statements import Statement
    from retrieval.errors import (
        LibraryError,
        ModelError,
        NewsdeskError,
        ReadError,
        SettingsError,
    )
    from retrieval.library.filter import Filter
    from retrieval.library.index import SyncReport
    from retrieval.models.embedder import Embedder
    from retrieval.newsdesk import Newsdesk
    from retrieval.questions.question import Question
    from retrieval.quotes.finder import StatementPage
    from retrieval.quotes.grouping import ReportedStatement
    from retrieval.search.hit import Citation, Hit
    from retrieval.search.retriever import NewsdeskRetriever

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "Article",
    "Citation",
    "Embedder",
    "Filter",
    "Hit",
    "LanguageModel",
    "LibraryError",
    "ModelError",
    "Newsdesk",
    "NewsdeskError",
    "NewsdeskRetriever",
    "Passage",
    "Question",
    "ReadError",
    "ReportedStatement",
    "SettingsError",
    "Speaker",
    "Statement",
    "StatementPage",
    "SyncReport",
    "__version__",
    "load_prompt",
]

_MODULES = {
    "Answer": "answers.answer",
    "Article": "articles.article",
    "Citation": "search.hit",
    "Embedder": "models.embedder",
    "Filter": "library.filter",
    "Hit": "search.hit",
    "LanguageModel": "answers.language_model",
    "LibraryError": "errors",
    "ModelError": "errors",
    "Newsdesk": "newsdesk",
    "NewsdeskError": "errors",
    "NewsdeskRetriever": "search.retriever",
    "Passage": "articles.passages",
    "Question": "questions.question",
    "ReadError": "errors",
    "ReportedStatement": "quotes.grouping",
    "SettingsError": "errors",
    "Speaker": "attribution.speaker",
    "Statement": "attribution.statements",
    "StatementPage": "quotes.finder",
    "SyncReport": "library.index",
    "load_prompt": "answers.prompts",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
