"""The command line with a language model, through the real client and a server on loopback."""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import REPOSITORY, Ended, newsdesk
from tests.loopback import model_server
from tests.loopback.model_server import KEY, Reply, Request, Server
from tests.test_newsdesk import STARMER

pytest.importorskip("langchain_openai")

QUESTION = "what did Starmer say?"
SAID = "British Prime Minister Keir Starmer rejected Moscow's stance"
DRAFT = f"{SAID} [1].\nStarmer said that 5,000 soldiers would be sent [1].\nHe left for Rome [9]."
SMALL_PRINT = "Written by a language model; each sentence was checked against its passages."


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server(DRAFT)
    monkeypatch.setenv("NEWSDESK_MODEL_URL", server.address)
    monkeypatch.setenv("NEWSDESK_MODEL_KEY", KEY)
    yield server
    server.stop()


def with_model(*arguments: str, data: Path, given: str = "") -> Ended:
    """Run a command with the language model in its settings."""
    return newsdesk(*arguments, data=data, given=given, NEWSDESK_MODEL="openai:gpt-x")


def test_explain_prints_proved_sentences_and_the_whole_trace(shared: Path, server: Server) -> None:
    asked = newsdesk("ask", "--model", "openai:gpt-x", "--explain", QUESTION, data=shared)

    answer, *small, _ = asked.stdout.split("\n\n")[:3]
    assert answer.startswith(f"{SAID}. [1]")
    assert "5,000" not in asked.stdout
    assert "Rome" not in asked.stdout
    assert small == [SMALL_PRINT]
    assert "\n\n[1] Ukraine and Russia agree on a prisoner exchange" in asked.stdout
    assert f"»{STARMER}«" in asked.stdout
    assert "understood" not in asked.stdout
    assert f"understood: {QUESTION}\n" in asked.stderr
    assert re.search(r"^ +1 \( *\d+\)  \w+ '[^'\n]+', .+, characters ", asked.stderr, re.M)
    assert re.search(r"^  0\.\d{3}  \w+ British Prime Minister Keir Starmer", asked.stderr, re.M)
    assert f"  {SAID}. [1]\n      proved, support " in asked.stderr
    assert "not shown: the number 5,000 isn't in a cited passage" in asked.stderr
    assert "  He left for Rome. [9]\n      not shown: there is no passage 9" in asked.stderr
    assert "mode: written\n" in asked.stderr
    last = asked.stderr.splitlines()[-1]
    assert re.fullmatch(r"search \S+ s, statements \S+ s, writing \S+ s, [\d,]+ tokens", last)
    assert asked.returncode == 0
    assert server.breaches == []


def test_model_none_does_not_use_the_configured_model(shared: Path, server: Server) -> None:
    asked = with_model("ask", "--model", "none", QUESTION, data=shared)

    assert asked.stdout.startswith(f"{STARMER} [1]\n\n[1] ")
    assert server.requests == []


@pytest.mark.slow
def test_json_tells_how_the_answer_was_made(shared: Path, server: Server) -> None:
    asked = with_model("ask", "--json", QUESTION, data=shared)

    answer = json.loads(asked.stdout)
    documented = (REPOSITORY / "docs" / "json.md").read_text()
    assert all(f"`{key}`" in documented for key in answer)
    assert (answer["mode"], answer["note"], answer["differing"]) == ("written", None, False)
    assert answer["answer"].startswith(f"{SAID}. [1]")
    assert answer["citations"][0]["quote"] == STARMER


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reply", "note"),
    [
        (model_server.fails(401), "the language model refuses the key"),
        ("Nobody knows [1].", "nothing that the language model wrote could be proved"),
    ],
)
def test_when_the_model_fails_quotes_are_shown_with_the_reason(
    shared: Path, server: Server, reply: Reply, note: str
) -> None:
    server.replies = [reply]
    asked = with_model("ask", "--json", QUESTION, data=shared)
    answer = json.loads(asked.stdout)

    assert (answer["mode"], answer["note"]) == ("quotes", note)
    assert answer["answer"] == f"{STARMER} [1]"
    assert asked.returncode == 0


@pytest.mark.parametrize(
    ("model", "words"),
    [
        pytest.param("openai:gpt-x", "does it have its key?", id="no key"),
        pytest.param("groq:llama", "LangChain's package is missing", id="no package"),
        pytest.param("nobody", "write provider:model", id="no provider"),
        pytest.param("gpt-x", "write provider:model", id="a provider left to be guessed"),
        pytest.param("openai:", "write provider:model", id="no model"),
        pytest.param("nobody:knows", "write provider:model", id="an unknown provider"),
    ],
)
def test_an_unusable_model_is_an_error_in_one_sentence(
    shared: Path, monkeypatch: pytest.MonkeyPatch, model: str, words: str
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    asked = newsdesk("ask", "--model", model, QUESTION, data=shared)

    assert words in asked.stderr
    assert asked.stderr.startswith("newsdesk: ")
    assert asked.stderr.count("\n") == 1
    assert (asked.stdout, asked.returncode) == ("", 1)


def test_commands_without_answers_need_no_model(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    assert with_model("articles", data=shared).returncode == 0


def test_a_key_is_sent_to_its_own_provider_only(
    shared: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    asked = newsdesk(
        "ask", "--model", "openai:gpt-x", QUESTION, data=shared, NEWSDESK_MODEL="anthropic:claude-x"
    )

    assert "does it have its key?" in asked.stderr
    assert server.requests == []


def test_the_key_is_never_printed_or_logged(
    shared: Path, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.replies = [DRAFT]
    server.replies = ["Yes.", model_server.fails(401, f"Incorrect API key provided: {KEY}.")]
    ran = [
        with_model(*one, data=shared)
        for one in (["doctor"], ["ask", "--explain", QUESTION], ["doctor"])
    ]

    assert len(server.requests) == 3
    assert "openai" in {record.name.partition(".")[0] for record in caplog.records}
    for one in ran:
        assert KEY not in one.stdout + one.stderr
    assert KEY not in caplog.text
    assert ran[2].returncode == 1


def test_doctor_says_whether_the_model_answers(
    shared: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.replies = ["Yes.", "", model_server.fails(401)]
    well, silent, refused = (with_model("doctor", data=shared) for _ in range(3))
    none = newsdesk("doctor", data=shared)

    last = [one.stdout.splitlines()[-1] for one in (well, silent, refused, none)]
    assert re.fullmatch(r"language model: in order \(openai:gpt-x answers after \S+ s\)", last[0])
    assert last[1:3] == [
        "language model: the language model says nothing",
        "language model: the language model refuses the key",
    ]
    assert "language model" not in none.stdout
    assert [one.returncode for one in (well, silent, refused, none)] == [0, 1, 1, 0]
    monkeypatch.delenv("NEWSDESK_MODEL_KEY")
    assert "does it have its key?" in with_model("doctor", data=shared).stdout


@pytest.mark.slow
def test_chat_understands_follow_ups(shared: Path) -> None:
    talked = newsdesk("chat", data=shared, given=f"{QUESTION}\nand von der Leyen?\n")

    first, second = talked.stdout.split("Understood: ")
    assert "closely coordinating" in first
    assert second.startswith("what did von der Leyen say?\n\n")
    assert "von der Leyen said the European Union" in second


def test_chat_lets_the_model_reword_follow_ups(shared: Path, server: Server) -> None:
    def says(request: Request) -> Reply:
        follows = "end of the conversation" in request.text
        return "What did von der Leyen say about sanctions?" if follows else f"{SAID} [1]."

    server.replies = says
    talked = with_model("chat", data=shared, given=f"{QUESTION}\nand von der Leyen?\n")
    rewritten = [one.text for one in server.requests if "end of the conversation" in one.text]

    assert "\n\nUnderstood: What did von der Leyen say about sanctions?\n\n" in talked.stdout
    assert len(rewritten) == 1
    assert QUESTION in rewritten[0]
    assert KEY not in talked.stdout
    assert (talked.stderr, talked.returncode) == ("", 0)


@pytest.mark.slow
def test_a_batch_uses_the_model_too(shared: Path, server: Server) -> None:
    server.replies = [DRAFT, model_server.fails(401)]
    asked = with_model("ask", "--batch", "-", data=shared, given=f"{QUESTION}\n" * 2)

    answers = [json.loads(line) for line in asked.stdout.splitlines()]
    assert [one["mode"] for one in answers] == ["written", "quotes"]
    assert answers[1]["note"] == "the language model refuses the key"
    assert (asked.stderr, asked.returncode) == ("", 0)

    explained = with_model("ask", "--batch", "-", "--explain", data=shared, given=QUESTION)
    assert "not with --batch" in " ".join(explained.stderr.split())
    assert explained.returncode == 2
