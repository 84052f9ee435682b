import json
from pathlib import Path

from bot.cli.ask import READ
from retrieval.questions import question
from tests.cli.command import REPOSITORY, newsdesk
from tests.test_newsdesk import STARMER


def test_ask_prints_quotes_and_sources(shared: Path) -> None:
    asked = newsdesk("ask", "what did Starmer say?", data=shared)

    answer, _, rest = asked.stdout.partition("\n\n")
    assert answer == STARMER + " [1]"
    assert rest.startswith(
        "[1] Ukraine and Russia agree on a prisoner exchange but no ceasefire in Istanbul · "
        "Reuters · 16 May 2025\n"
    )
    assert f"»{STARMER}«" in rest
    assert (asked.stderr, asked.returncode) == ("", 0)


def test_ask_declines_with_the_nearest_passages(shared: Path) -> None:
    asked = newsdesk("ask", "who won the 2022 World Cup?", data=shared)

    assert asked.stdout.startswith("The articles don't say.\n\nThe nearest passages:\n\n")
    assert asked.returncode == 0


def test_ask_json_is_one_object_that_the_documentation_describes(shared: Path) -> None:
    asked = newsdesk("ask", "--json", "what did Starmer say?", data=shared)

    (line,) = asked.stdout.splitlines()
    answer = json.loads(line)
    documented = (REPOSITORY / "docs" / "json.md").read_text()
    for keys in (answer, answer["citations"][0], answer["passages"][0]):
        assert all(f"`{key}`" in documented for key in keys)
    assert list(answer) == [
        "question", "found", "answer", "citations", "span", "probability", "passages", "mode",
        "note", "differing", "missing", "others", "since", "until", "seconds",
    ]  # fmt: skip
    assert list(answer["citations"][0]) == [
        "number", "article_id", "title", "source", "url", "published", "quote", "start", "end",
        "span", "said", "also",
    ]  # fmt: skip
    assert list(answer["passages"][0]) == ["article_id", "url", "start", "end", "text", "rank"]
    assert len(answer["passages"]) >= 10
    for place in [*answer["citations"], *answer["passages"]]:
        shown = newsdesk("show", "--json", place["article_id"], data=shared).stdout
        text = json.loads(shown)["text"]
        assert text[place["start"] : place["end"]] == place.get("quote", place.get("text"))


def test_batch_answers_line_by_line_and_passes_fields_through(shared: Path) -> None:
    lines = [
        "\ufeffwhat did Starmer say?",
        '{"id": 7, "question": "who won the 2022 World Cup?", "answer": "Argentina"}',
        "",
        '{"id": 8}',
        "{broken",
        "x" * 3000,
        '{"question": ' + "[" * 100_000,
        '{"question": "who?", "x": NaN}',
        '{"question": "who \\ud800 said it?"}',
    ]

    asked = newsdesk("ask", "--batch", "-", data=shared, given="\n".join(lines))

    first, second, *bad, odd = map(json.loads, asked.stdout.splitlines())
    assert bad[0] == {"id": 8, "line": 4, "error": "The line has no `question`."}
    assert (first["question"], first["found"]) == ("what did Starmer say?", True)
    assert (second["id"], second["found"]) == (7, False)
    assert [one["line"] for one in bad] == [4, 5, 6, 7, 8]
    assert len(asked.stderr.splitlines()) == 5
    assert odd["question"] == "who said it?"
    assert asked.returncode == 1


def test_chat_answers_until_the_end_of_input(shared: Path) -> None:
    talked = newsdesk(
        "chat", data=shared, given="what did Starmer say?\n\nwhat did von der Leyen say?\n"
    )

    assert talked.stdout.index("closely coordinating") < talked.stdout.index("von der Leyen said")
    assert (talked.stderr, talked.returncode) == ("", 0)


def test_articles_text_is_never_markup_or_a_control_sequence(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "[bold]Mayor Lindqvist[/bold] said that \x1b[31mred\x1b[0m is the colour of the harbour."
    )
    newsdesk("index", str(path), data=data)

    answer = newsdesk("ask", "what did Lindqvist say about the harbour?", data=data).stdout

    assert "[bold]Mayor Lindqvist[/bold] said that [31mred[0m is the colour" in answer
    assert "\x1b" not in answer


def test_ask_reads_as_many_passages_as_a_question_does_by_default() -> None:
    assert question.READ == READ


def test_the_days_that_the_articles_were_limited_to_are_shown(shared: Path) -> None:
    limits = ["--since", "2025-05-01", "--until", "2025-05-31"]

    both, since, until = (
        newsdesk("ask", "what did Starmer say?", *chosen, data=shared).stdout
        for chosen in (limits, limits[:2], limits[2:])
    )

    assert "\n\nOnly articles from 1 May 2025 to 31 May 2025 were searched.\n\n" in both
    assert "\n\nOnly articles from 1 May 2025 on were searched.\n\n" in since
    assert "\n\nOnly articles up to 31 May 2025 were searched.\n\n" in until
