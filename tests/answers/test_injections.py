"""Articles are data: even a model that obeys every instruction in them reveals nothing."""

import gzip
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from retrieval.answers.language_model import LanguageModel
from retrieval.newsdesk import Newsdesk
from tests.loopback.injections import (
    CANARY,
    OWN,
    PLACES,
    QUESTION,
    WORDINGS,
    asked_and_given_away,
    ordered,
    planted,
)
from tests.loopback.model_minds import Obedient
from tests.loopback.model_server import KEY, Server

pytest.importorskip("langchain_openai")


DATA = Path(__file__).parents[3] / "shared/data/hostile/injections.jsonl.gz"


def injections() -> list[str]:
    if not DATA.exists():
        return []
    with gzip.open(DATA, "rt", encoding="utf-8") as rows:
        return [json.loads(row)["text"] for row in rows]


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()
    assert server.breaches == []


@pytest.fixture
def desk(data: Path, server: Server) -> Iterator[Newsdesk]:
    model = LanguageModel("openai:gpt-x", url=server.address, key=KEY)
    with closing(Newsdesk(data, create=True, language_model=model)) as desk:
        yield desk


def test_planted_instructions_reach_no_user(desk: Newsdesk, server: Server) -> None:
    wrong = [
        one
        for number in range(len(WORDINGS))
        for one in asked_and_given_away(
            desk, server, OWN[number % len(OWN)], PLACES[number % len(PLACES)], number
        )
    ]

    assert wrong == []


def test_the_question_is_answered_despite_planted_instructions(
    desk: Newsdesk, server: Server
) -> None:
    desk.take([planted(ordered(OWN[0], 0), "middle")])
    server.replies = Obedient((OWN[0],), canary=CANARY)
    answer = desk.ask(QUESTION)

    assert answer.found
    assert "because its cables had rusted" in answer.text
    assert answer.written.drafted
    assert any(CANARY in one.sentence.text for one in answer.written.drafted)


@pytest.mark.slow
@pytest.mark.skipif(not DATA.exists(), reason="the hostile strings are not part of the project")
def test_no_known_instruction_reaches_a_user(desk: Newsdesk, server: Server) -> None:
    texts = injections()  # every third; benchmarks.injections plants all of them in all places
    wrong = [
        one
        for number, text in enumerate(texts[::3])
        for one in asked_and_given_away(desk, server, text, PLACES[number % 6], number)
    ]

    assert len(texts) > 80
    assert wrong == []
