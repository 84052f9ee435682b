"""The messages that a language model is given."""

import secrets
from importlib.resources import files as package_files

from langchain_core.messages import BaseMessage
from langchain_core.prompts import ChatPromptTemplate

from retrieval.search.hit import Hit


def messages(question: str, hits: dict[int, Hit]) -> list[BaseMessage]:
    """The messages that ask for an answer from these passages, each between lines of a fence."""
    fence = new_fence()
    passages = "\n\n".join(_fenced(number, hit, fence) for number, hit in hits.items())
    filled = load_prompt("answer").invoke(
        {"fence": fence, "passages": passages, "question": question}
    )
    return filled.to_messages()


def new_fence() -> str:
    """A mark to put around text from articles; no article can guess it."""
    return f"<{secrets.token_hex(8)}>"


def _fenced(number: int, hit: Hit, fence: str) -> str:
    article = hit.article
    about = f"publisher: {article.source or 'unknown'}, date: {article.day or 'unknown'}"
    head = f"{fence} passage {number}, {about}, title: {article.title}"
    return f"{head}\n{hit.passage.text}\n{fence} end of passage {number}"


def load_prompt(name: str) -> ChatPromptTemplate:
    """The prompt of `name.system.txt` and `name.human.txt` in the folder `prompts/`.

    There are "answer" (`fence`, `passages`, `question`) and "followup" (`fence`, `talk`,
    `question`).
    """
    folder = package_files("prompts")
    return ChatPromptTemplate(
        [
            (role, (folder / f"{name}.{role}.txt").read_text(encoding="utf-8"))
            for role in ("system", "human")
        ]
    )
