import json
from pathlib import Path

import pytest

from retrieval.newsdesk import Newsdesk
from tests.attribution.scripted import Scripted
from tests.cli.command import newsdesk
from tests.conftest import SEEDS, made


@pytest.fixture
def reports(data: Path) -> Path:
    """A data folder whose library has known statements."""
    desk = Newsdesk(data, create=True)
    desk.index.batches.tagger = Scripted()
    rows = [
        made("a", 'A. "The old bridge must be shut" said Ann Lee. So.', published="2025-05-01",
             source="Courier"),
        made("b", 'B. "The old bridge must be shut" said Ann Lee. Yes.', published="2025-05-02",
             source="Gazette"),
        made("c", "Ann Lee denied that the ferry was late.", published="2025-06-01"),
        made("d", "Bo Moe was seen in Halvik."),
        *(made(f"n{n}", f'"We sold {n} tickets for boat number {n}" said Cy Fox.')
          for n in range(25)),
    ]  # fmt: skip
    desk.take(rows)
    desk.close()
    return data


def test_quotes_are_listed_with_who_reports_them(reports: Path) -> None:
    listed = newsdesk("quotes", "Ann Lee", data=reports)

    assert listed.stdout == (
        "Ann Lee · quoted 3 times\n"
        "\n"
        "    a denial, in the reporter's words: Ann Lee denied that the ferry was late\n"
        "    2025-06-01 · news.example · Ann Lee denied that the ferry was late. · "
        "https://news.example/c\n"
        "\n"
        "    “The old bridge must be shut”\n"
        '    2025-05-02 · Gazette · B. "The old bridge must be shut" said Ann Lee. Yes. · '
        "https://news.example/b\n"
        "    also in: Courier\n"
    )
    assert (listed.stderr, listed.returncode) == ("", 0)


def test_a_timeline_starts_with_the_oldest(reports: Path) -> None:
    line = newsdesk("quotes", "Lee", "--timeline", data=reports)
    few = newsdesk("quotes", "Lee", "--timeline", "--since", "2025-06-01", data=reports)
    topic = newsdesk("quotes", "Lee", "--about", "the ferry", "--json", data=reports)

    assert line.stdout == (
        "2025-05-02  “The old bridge must be shut”  (Gazette)\n"
        "2025-06-01  a denial, in the reporter's words: Ann Lee denied that the ferry was late"
        "  (news.example)\n"
    )
    assert few.stdout == line.stdout.partition("\n")[2]
    assert [json.loads(one)["denied"] for one in topic.stdout.splitlines()] == [True]


def test_a_shared_name_shows_the_speaker_of_each_statement(data: Path) -> None:
    desk = Newsdesk(data, create=True)
    desk.index.batches.tagger = Scripted()
    desk.take([
        made("a", '"We won the vote" said Ida Moe.', published="2025-05-03"),
        made("b", '"We lost the vote" said Per Moe.', published="2025-05-02"),
        made("c", '"Fish have no vote" said Moe.', published="2025-05-01"),
    ])  # fmt: skip
    desk.close()
    several = newsdesk("quotes", "Moe", data=data).stdout
    one = newsdesk("quotes", "Ida Moe", data=data).stdout

    assert "    Ida Moe: “We won the vote”" in several
    assert "    Per Moe: “We lost the vote”" in several
    assert "    Moe: “Fish have no vote”" in several
    assert "“We won the vote”" in one
    assert "lost" not in one
    assert "Fish" not in one


def test_a_long_list_comes_in_pages(reports: Path) -> None:
    first, second = (newsdesk("quotes", "Fox", "--page", n, data=reports).stdout for n in "12")

    assert "There are more: --page 2" in first
    assert "There are more" not in second
    assert first.count("“We sold") + second.count("“We sold") == 25
    every = newsdesk("quotes", "Fox", "--json", data=reports).stdout.splitlines()
    assert len(every) == 25
    assert newsdesk("quotes", "Fox", "--page", "0", data=reports).returncode == 2


def test_a_speaker_without_statements_gets_a_message(reports: Path) -> None:
    asked = newsdesk("quotes", "Bo Moe", data=reports)
    of_topic = newsdesk("quotes", "Lee", "--about", "chess in Peru", data=reports)
    as_json = newsdesk("quotes", "Bo Moe", "--json", data=reports)
    empty = newsdesk("quotes", " ", data=reports)

    nobody = "Nobody called Bo Moe says anything in these articles. One of them mentions Bo Moe.\n"
    assert (asked.stdout, asked.returncode) == (nobody, 0)
    assert (as_json.stdout, as_json.stderr, as_json.returncode) == ("", nobody, 0)
    assert of_topic.stdout == "Ann Lee says nothing about chess in Peru in these articles.\n"
    assert (empty.stderr, empty.returncode) == ("newsdesk: The name is empty.\n", 1)


def test_who_names_the_speaker(reports: Path) -> None:
    found = newsdesk("who", "“old bridge must be SHUT”", data=reports)
    nobody = newsdesk("who", "seen in Halvik", data=reports)
    nearly = newsdesk("who", "the old bridge shut", data=reports)
    lines = newsdesk("who", "the old bridge shut", "--json", data=reports).stdout.splitlines()

    assert nearly.stdout.startswith(
        "Nobody in these articles says exactly that. The closest statements:\n\nAnn Lee:\n"
    )
    assert [json.loads(line)["exact"] for line in lines] == [False]
    assert found.stdout.startswith("Ann Lee:\n    “The old bridge must be shut”\n")
    assert nobody.stdout == "Nobody in these articles says that.\n"
    assert nobody.returncode == 0


def test_json_is_what_the_documentation_describes(shared: Path) -> None:
    documented = (SEEDS.parent / "docs" / "json.md").read_text()
    lines = newsdesk("quotes", "Starmer", "--json", data=shared).stdout.splitlines()

    assert lines
    for line in lines:
        one = json.loads(line)
        text = json.loads(newsdesk("show", "--json", one["article_id"], data=shared).stdout)["text"]
        assert all(f"`{key}`" in documented for key in one)
        assert [text[a:b] for a, b in one["spans"]["content"]] == one["words"]
    assert any("completely unacceptable" in line for line in lines)


def test_articles_not_searched_for_statements_yet_are_counted(reports: Path) -> None:
    desk = Newsdesk(reports)
    desk.index.statements.invalidate([made("a", "x").id])
    desk.close()

    asked = newsdesk("quotes", "Lee", data=reports)

    assert asked.stderr == (
        "newsdesk: 1 article has not been searched for statements yet; newsdesk reindex does that\n"
    )
