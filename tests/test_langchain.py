import asyncio
import gc
import threading
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.language_models import FakeListChatModel
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.runnables import RunnableLambda
from langchain_core.tracers.base import BaseTracer
from langchain_core.tracers.schemas import Run

from retrieval import Answer, Filter, LibraryError, Newsdesk, Question, SettingsError
from tests.conftest import made

BRIDGE = (
    "The bridge of Halvik was closed on Monday because its cables had rusted. "
    "About 1,200 commuters take the ferry now. The ferry leaves every ten minutes from the pier."
)
QUESTION = "why was the bridge of Halvik closed?"
DRAFT = (
    "The bridge of Halvik was closed on Monday because its cables had rusted [1].\n"
    "About 1,200 commuters take the ferry now [1]."
)
STARMER = "what did Starmer say?"


class Tracer(BaseTracer):
    """Keeps the runs that have no parent, each with its children."""

    def __init__(self) -> None:
        super().__init__()
        self.roots: list[Run] = []

    def _persist_run(self, run: Run) -> None:
        self.roots.append(run)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Newsdesk]:
    """A desk over one article, with a chat model that writes the same draft each time."""
    folder = tmp_path_factory.mktemp("written")
    (folder / ".models").symlink_to(models)
    model = FakeListChatModel(responses=[DRAFT])
    with Newsdesk(folder, create=True, language_model=model) as desk:
        desk.take([made("bridge", BRIDGE, title="Bridge closed", source="Halvik Post")])
        yield desk


def test_a_desk_is_a_context_manager_over_a_folder_named_by_a_string(data: Path) -> None:
    with Newsdesk(str(data), create=True) as desk:
        desk.take([made("bridge", BRIDGE)])
        assert desk.ask(QUESTION).found
    with pytest.raises(LibraryError, match="closed"):
        desk.ask(QUESTION)


def test_a_desk_does_not_close_what_it_did_not_open(data: Path) -> None:
    with Newsdesk(data, create=True) as shared:
        shared.take([made("bridge", BRIDGE)])
        with Newsdesk(data, library="own", create=True, beside=shared) as own:
            assert own.ask(QUESTION).found
        assert shared.ask(QUESTION).found


def test_a_question_may_be_a_string_a_dict_or_a_question(seeded: Newsdesk) -> None:
    given: list[Any] = [STARMER, {"question": STARMER}, Question(STARMER)]

    assert seeded.batch(given) == [seeded.ask(STARMER)] * 3


def test_a_dict_limits_which_articles_answer(seeded: Newsdesk) -> None:
    asked = {"question": STARMER, "source": "reuters", "since": "2025-05-01"}

    answer = seeded.invoke(asked)

    assert answer.since == date(2025, 5, 1)
    assert {hit.article.source for hit in answer.hits} == {"Reuters"}
    assert not seeded.invoke({**asked, "until": date(2025, 5, 2)}).hits


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({}, "question"),
        ({"text": STARMER}, "question"),
        ({"question": 3}, "question"),
        ({"question": STARMER, "before": "2025"}, "before"),
        ({"question": STARMER, "since": "soon"}, "since"),
        (3, "dictionary"),
    ],
)
def test_something_that_is_not_a_question_is_named(
    seeded: Newsdesk, asked: Any, wrong: str
) -> None:
    with pytest.raises(SettingsError, match=wrong):
        seeded.invoke(asked)


def test_a_desk_takes_its_place_in_a_chain(seeded: Newsdesk) -> None:
    chain = seeded | RunnableLambda(lambda answer: answer.citations[0].hit.article.source)

    assert chain.invoke(STARMER) == "Reuters"
    assert asyncio.run(chain.ainvoke({"question": STARMER})) == "Reuters"


def test_asynchronous_calls_give_the_same_answers(seeded: Newsdesk) -> None:
    async def ask() -> list[Answer]:
        (last,) = [answer async for answer in seeded.astream(STARMER)]
        return [await seeded.ainvoke(STARMER), *await seeded.abatch([STARMER]), last]

    assert asyncio.run(ask()) == [seeded.ask(STARMER)] * 3


def test_astream_gives_an_answer_in_parts_as_they_are_proved(written: Newsdesk) -> None:
    async def stream() -> list[Answer]:
        return [answer async for answer in written.astream(QUESTION)]

    parts = asyncio.run(stream())

    assert parts == [*written.stream(QUESTION)]
    counts = [len(one.written.sentences) for one in parts]
    assert counts == [1, 2, 2]
    assert all(later.text.startswith(earlier.text) for earlier, later in pairwise(parts))


class Halting(FakeListChatModel):
    """Waits before the last character of its reply until it may go on."""

    go: Any

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        for place, chunk in enumerate(super()._stream(*args, **kwargs), 1):
            if place == len(DRAFT):
                assert self.go.wait(10)
            yield chunk


def test_parts_come_while_the_model_writes_without_blocking_the_loop(data: Path) -> None:
    go = threading.Event()
    model = Halting(responses=[DRAFT], go=go)

    async def stream(desk: Newsdesk) -> None:
        parts = desk.astream(QUESTION)
        first = await anext(parts)
        assert len(first.written.sentences) == 1
        assert not go.is_set()
        asyncio.get_running_loop().call_later(0.1, go.set)  # needs a loop that nothing holds up
        assert len((await anext(parts)).written.sentences) == 2

    with Newsdesk(data, create=True, language_model=model) as desk:
        desk.take([made("bridge", BRIDGE)])
        asyncio.run(stream(desk))


def test_leaving_a_stream_early_ends_its_run(written: Newsdesk) -> None:
    tracer = Tracer()

    async def leave() -> None:
        async for _ in written.astream(QUESTION, {"callbacks": [tracer]}):
            break

    asyncio.run(leave())
    next(iter(written.stream(QUESTION, {"callbacks": [tracer]})))
    gc.collect()

    assert [root.error for root in tracer.roots] == [None, None]


def test_any_chat_model_writes_answers(written: Newsdesk) -> None:
    answer = written.ask(QUESTION)

    assert answer.mode == "written"
    assert [one.text for one in answer.written.sentences] == DRAFT.replace(" [1]", "").split("\n")


def test_the_retriever_searches_the_libraries_that_answer(data: Path) -> None:
    with (
        Newsdesk(data, create=True) as shared,
        Newsdesk(data, library="own", create=True, beside=shared) as own,
    ):
        shared.take([made("bridge", BRIDGE, source="Halvik Post", authors=["Ada Lund"])])
        own.take([made("ferry", "The ferry of Halvik is new.", source="Courier")])

        documents = own.as_retriever(k=5).invoke("ferry of Halvik")

        assert {one.metadata["library"] for one in documents} == {"shared", "own"}
        assert {one.metadata["article_id"] for one in documents} == {
            hit.article.id for hit in own.ask("ferry of Halvik").hits
        }
        assert [one.metadata["rank"] for one in documents] == [1, 2]
        assert len(own.as_retriever(k=1).invoke("ferry of Halvik")) == 1
        only = own.as_retriever(filter=Filter(sources=("Halvik Post",)))
        (document,) = asyncio.run(only.ainvoke("ferry of Halvik"))
        assert document.metadata["authors"] == ["Ada Lund"]


def test_documents_lead_back_to_their_place(seeded: Newsdesk) -> None:
    documents = seeded.as_retriever().invoke(STARMER)

    assert len(documents) == 10
    assert "completely unacceptable" in documents[0].page_content
    for rank, document in enumerate(documents, 1):
        assert isinstance(document, Document)
        where = document.metadata
        article = seeded.article(where["article_id"])
        assert article.text[where["start"] : where["end"]] == document.page_content
        assert (where["rank"], where["title"]) == (rank, article.title)
        assert (where["url"], where["published"]) == (article.url, article.published)
        assert where["id"] == document.id
        assert -1 <= where["similarity"] <= 1


def test_copies_of_an_article_share_its_story(data: Path) -> None:
    with Newsdesk(data, create=True) as desk:
        desk.take([made("one", BRIDGE), made("two", BRIDGE + " It rains."), made("three", "Rain.")])

        documents = desk.as_retriever().invoke("what is the weather, does it rain on Halvik?")

    stories = {one.metadata["article_id"]: one.metadata["story"] for one in documents}
    assert all(stories.values())
    assert len({*stories.values()}) == 2


STEPS = ["NewsdeskRetriever", "reader", "proof"]


def shown(run: Run) -> list[tuple[str, str]]:
    return [(one.name, one.run_type) for one in run.child_runs]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_the_steps_are_children_of_one_run(written: Newsdesk, asynchronous: bool) -> None:
    tracer = Tracer()
    config: Any = {"callbacks": [tracer], "tags": ["news"], "run_name": "desk"}

    if asynchronous:
        asyncio.run(written.ainvoke(QUESTION, config))
    else:
        written.invoke(QUESTION, config)

    (root,) = tracer.roots
    assert (root.name, root.error) == ("desk", None)
    assert root.inputs == {"input": QUESTION}
    assert root.outputs is not None
    assert root.outputs["output"].mode == "written"
    names = [name for name, _ in shown(root)]
    assert names[:3] == STEPS
    assert names.count("FakeListChatModel") == 1
    assert names.index("FakeListChatModel") < len(names) - names[::-1].index("proof")
    assert ("NewsdeskRetriever", "retriever") in shown(root)
    assert ("FakeListChatModel", "llm") in shown(root)
    (found,) = [one for one in root.child_runs if one.run_type == "retriever"]
    assert found.outputs is not None
    assert found.outputs["documents"][0].metadata["source"] == "Halvik Post"
    assert all("news" in (one.tags or []) for one in root.child_runs)


def test_the_parts_of_a_stream_are_one_run(written: Newsdesk) -> None:
    async def stream(config: Any) -> int:
        return len([one async for one in written.astream(QUESTION, config)])

    for run in (lambda config: len([*written.stream(QUESTION, config)]),
                lambda config: asyncio.run(stream(config))):  # fmt: skip
        tracer = Tracer()
        parts = run({"callbacks": [tracer]})
        (root,) = tracer.roots
        assert [name for name, _ in shown(root)].count("proof") == 1 + parts


def test_questions_of_a_batch_and_of_a_chain_are_runs_of_their_own(seeded: Newsdesk) -> None:
    tracer = Tracer()
    seeded.batch([STARMER, "who leads the Russian delegation?"], {"callbacks": [tracer]})
    assert [[name for name, _ in shown(root)] for root in tracer.roots] == [STEPS, STEPS]

    tracer = Tracer()
    (seeded | RunnableLambda(lambda answer: answer.text)).invoke(STARMER, {"callbacks": [tracer]})
    (chain,) = tracer.roots
    assert [name for name, _ in shown(chain.child_runs[0])] == STEPS


def test_a_failure_is_traced(seeded: Newsdesk) -> None:
    tracer = Tracer()

    with pytest.raises(SettingsError):
        seeded.invoke({"question": STARMER, "source": "Nobody's Post"}, {"callbacks": [tracer]})

    (root,) = tracer.roots
    assert "Nobody's Post" in (root.error or "")
