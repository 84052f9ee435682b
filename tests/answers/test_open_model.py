"""A real open model, tiny and with random weights, through the product's clients."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from transformers.utils.import_utils import is_accelerate_available, is_serve_available

from retrieval.answers.language_model import LanguageModel
from retrieval.articles.article import article
from retrieval.newsdesk import Newsdesk
from tests.loopback import open_model

openai = pytest.importorskip("openai", reason="needs langchain-openai")
pytest.importorskip("langchain_openai", reason="needs langchain-openai")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (is_serve_available() and is_accelerate_available()),
        reason="needs transformers[serving]",
    ),
]


class Draft(BaseModel):
    """A schema that a product may ask for."""

    sentences: list[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("open-model")
    open_model.make(folder)
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with open_model.serving(folder) as address:
        yield address


@pytest.fixture
def model(address: str, folder: Path) -> Any:
    from langchain.chat_models import init_chat_model

    settings = {"base_url": address, "api_key": "none", "timeout": 60, "max_retries": 0}
    return init_chat_model(f"openai:{folder}", max_tokens=40, stream_usage=True, **settings)


def test_the_model_streams_text(model: Any) -> None:
    first, *rest = model.stream([("system", "Answer briefly."), ("user", "Who met whom?")])

    answer = sum(rest, first)

    assert answer.content.strip()
    assert len(rest) > 3
    assert answer.response_metadata["finish_reason"] in ("length", "stop")


def test_the_whole_answer_equals_the_stream_and_its_tokens_are_counted(model: Any) -> None:
    answer = model.invoke("Who met whom?")

    assert answer.content.strip()
    assert 0 < answer.usage_metadata["output_tokens"] <= 40


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_the_model_ignores_the_schema(model: Any, method: str) -> None:
    asked = model.with_structured_output(Draft, method=method, include_raw=True)

    try:
        parsed = asked.invoke("Who met whom?")["parsed"]
    except (ValueError, openai.LengthFinishReasonError):  # no JSON, or cut off
        parsed = None

    assert parsed is None


def test_the_whole_chain_answers_with_the_model(address: str, folder: Path, data: Path) -> None:
    language_model = LanguageModel(f"openai:{folder}", url=address, key="none")
    with closing(Newsdesk(data, create=True, language_model=language_model)) as desk:
        assert desk.models.writer is not None
        text = "The bridge of Halvik was closed on Monday because its cables had rusted."
        desk.take([article(text, url="https://news.example/bridge")])
        answer = desk.ask("why was the bridge of Halvik closed?")

    assert answer.found
    assert answer.citations[0].quote == text
    assert answer.mode == "quotes"  # nothing from random weights can be proved
    assert answer.written.note in (
        "nothing that the language model wrote could be proved",
        "the language model takes too long",
        "the language model failed",  # what the client makes of JSON that is cut off
    )
