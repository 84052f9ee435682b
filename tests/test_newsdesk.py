import threading
from datetime import date
from pathlib import Path

import pytest

from retrieval.answers.answer import DECLINED
from retrieval.errors import LibraryError, SettingsError
from retrieval.newsdesk import Newsdesk
from retrieval.questions.question import Question
from tests.conftest import SEEDS

STARMER = (
    "British Prime Minister Keir Starmer also rejected Moscow's stance, calling Russia's demands "
    '"completely unacceptable" and saying that the leaders of Europe, Ukraine and the US are '
    '" closely coordinating" to respond in a unified manner.'
)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("what did Starmer say?", STARMER),
        ("What did Keir Starmer say", STARMER),
        ("what did starmer say about Russia's demands?", STARMER),
        ("what did von der Leyen say?", "von der Leyen said the European Union is promoting"),
        ("how many prisoners will be exchanged?", "agreed to exchange 1,000 prisoners"),
        ("who leads the Russian delegation?", "the negotiation delegation Vladimir Medinsky"),
        ("what did starmer say?", STARMER),
        ("what did Okafor say?", "Ruth Okafor, who voted for the terminal, said that she had"),
        ("what did Kiev say?", '"un Acceptable" and "unconstructive"'),
        ("what did the police say?", "Some 400 people followed the debate"),
        ("how much will the terminal cost?", "million crowns"),
        ("what did Brandt say about the eelgrass?", "I was wrong about the eelgrass"),
        ("when will the court hear the case?", "will hear the case on 12 May"),
    ],
)  # fmt: skip
def test_questions_are_answered_from_the_seeds(seeded: Newsdesk, question: str, words: str) -> None:
    answer = seeded.ask(question)

    assert answer.found
    assert words in answer.citations[0].quote
    assert answer.text.startswith(answer.citations[0].quote + " [1]")
    for citation in answer.citations:
        assert citation.hit.article.text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize(
    "question",
    [
        "what did Starmer say about tariffs?",
        "who won the 2022 World Cup?",
        "What is the capital of Brazil?",
        "What are Starmer's tariffs?",
        "Did Starmer announce tariffs?",
        "What did Starmer promise about tariffs?",
        "what did Macron say about the ferry terminal?",
        "macron said what about the ferry terminal?",
        "what did Trump say?",
        "when was Zelensky born?",
        "who shot Zelensky?",
        "how old is Lindqvist?",
        "how tall is Mount Everest?",
        "?",
        "who",
        "the",
    ],
)
def test_questions_that_the_seeds_do_not_answer_are_declined(
    seeded: Newsdesk, question: str
) -> None:
    answer = seeded.ask(question)

    assert (answer.found, answer.text, answer.citations) == (False, DECLINED, ())
    assert answer.hits


def test_filters_limit_what_may_answer(seeded: Newsdesk) -> None:
    question = "how many people protested in front of the town hall?"

    def sources(**limits: object) -> set[str]:
        hits = seeded.ask(Question(question, **limits)).hits  # type: ignore[arg-type]
        return {hit.article.source for hit in hits}

    assert sources(source="reuters") == {"Reuters"}
    assert sources(source="northshore gazette (made up)") == {"Northshore Gazette (made up)"}
    assert sources(until=date(2025, 12, 31)) == {"Reuters"}
    assert sources(since=date(2030, 1, 1)) == set()
    with pytest.raises(SettingsError, match="Northshore Gazette"):
        sources(source="Nobody's Post")


def test_more_passages_are_considered_when_asked_for(seeded: Newsdesk) -> None:
    assert len(seeded.ask(Question("ferry terminal", limit=1)).hits) == 10
    ranks = [hit.rank for hit in seeded.ask(Question("ferry terminal", limit=11)).hits]
    assert ranks == [*range(1, 12)]


@pytest.mark.parametrize("question", ["", "  \n", "why? " * 1000])
def test_an_empty_question_is_refused(seeded: Newsdesk, question: str) -> None:
    with pytest.raises(SettingsError):
        seeded.ask(question)


@pytest.mark.slow
def test_many_threads_ask_at_once(seeded: Newsdesk) -> None:
    expected = seeded.ask("what did Starmer say?")
    answers: list[object] = []
    threads = [
        threading.Thread(target=lambda: answers.append(seeded.ask("what did Starmer say?")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [expected] * 8


def test_prune_withdraws_only_what_is_gone(data: Path, tmp_path: Path) -> None:
    folder, other = tmp_path / "news", tmp_path / "newsroom"
    for place in (folder, other):
        place.mkdir()
        for name in "ab":
            (place / f"{name}.txt").write_text(f"Article {name} of {place.name}.")
    desk = Newsdesk(data, create=True)
    assert [*desk.sync([folder, other])][-1].added == 4
    (folder / "a.txt").unlink()

    assert [*desk.sync([folder])][-1].withdrawn == 0
    assert [*desk.sync([folder], prune=True)][-1].withdrawn == 1
    assert {one.text for one in desk.articles()} == {
        "Article b of news.", "Article a of newsroom.", "Article b of newsroom.",
    }  # fmt: skip


def test_prune_spares_what_could_not_be_read(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.txt").write_text("Article a.")
    (folder / "many.jsonl").write_text('{"text": "First."}\n{"text": "Second."}\n')
    desk = Newsdesk(data, create=True)
    assert [*desk.sync([folder])][-1].added == 3
    (folder / "a.txt").write_bytes(b"\0\1\2")
    (folder / "many.jsonl").write_text('{"text": "First."}\n{"text": "Sec')

    report = [*desk.sync([folder, tmp_path / "unmounted"], prune=True)][-1]

    assert (report.withdrawn, len(report.failed)) == (0, 3)
    assert len([*desk.articles()]) == 3


def test_removal_by_the_start_of_an_id(data: Path) -> None:
    desk = Newsdesk(data, create=True)
    [*desk.sync([SEEDS / "istanbul-talks.md", SEEDS / "court-case.md"])]
    gone, kept = desk.articles(since=date(2000, 1, 1))

    with pytest.raises(LibraryError, match="No article"):
        desk.article("zzz")
    with pytest.raises(LibraryError, match="2 articles"):
        desk.article("")
    assert desk.article(gone.id[:6].upper()) == gone

    desk.remove([gone])

    assert [one.id for one in desk.articles()] == [kept.id]
    assert all(hit.article.id == kept.id for hit in desk.ask("boat owners court case").hits)


def test_articles_are_found_by_their_titles_and_page_by_page(data: Path, tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.md").write_text(
            f"---\ntitle: ÖLPREIS {number}%\npublished: 2025-01-0{number + 1}\n---\nText {number}."
        )
    desk = Newsdesk(data, create=True)
    [*desk.sync([tmp_path])]

    assert [one.title[-2] for one in desk.articles(titled="ölpreis")] == ["4", "3", "2", "1", "0"]
    assert [one.title[-2] for one in desk.articles(first=1, most=2)] == ["3", "2"]
    assert [one.title for one in desk.articles(titled="0%")] == ["ÖLPREIS 0%"]
    assert not [*desk.articles(titled="_")]


@pytest.mark.parametrize("name", ["", "..", ".models", "a/b", "a b", "x" * 51])
def test_the_name_of_a_library_is_never_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError):
        Newsdesk(tmp_path, library=name, create=True)
    assert [*tmp_path.iterdir()] == []


def test_an_empty_library_declines(data: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    desk = Newsdesk(data, create=True)
    [*desk.sync([tmp_path / "none"])]

    answer = desk.ask("who?")

    assert (answer.found, answer.hits) == (False, ())


def test_nobody_gets_the_words_of_somebody_else(seeded: Newsdesk) -> None:
    for name, others in (("Zelensky", "Putin"), ("Lindqvist", "comment"), ("police", "Lindqvist")):
        for citation in seeded.ask(f"what did {name} say?").citations:
            assert others not in citation.quote


def test_numbers_in_brackets_are_always_citations(data: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "The bridge of Halvik cost nine million crowns [7]. The bridge of Halvik is green."
    )
    desk = Newsdesk(data, create=True)
    [*desk.sync([tmp_path / "a.txt"])]

    assert "[7]" not in desk.ask("what is the bridge of Halvik like?").text


def test_a_moved_file_is_pruned_by_its_new_path(data: Path, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    (old / "a.md").write_text("---\nurl: https://news.example/a\n---\nArticle a.")
    desk = Newsdesk(data, create=True)
    [*desk.sync([old])]
    (old / "a.md").rename(new / "a.md")

    assert [*desk.sync([new])][-1].unchanged == 1
    assert [*desk.sync([old], prune=True)][-1].withdrawn == 0
    (new / "a.md").unlink()
    assert [*desk.sync([new], prune=True)][-1].withdrawn == 1


def test_a_damaged_library_gets_one_clear_message(data: Path) -> None:
    desk = Newsdesk(data, create=True)
    [*desk.sync([SEEDS])]
    desk.close()
    file = data / "shared" / "library.sqlite"
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(bytes(content))

    with pytest.raises(LibraryError, match=r"malformed|damaged"):
        Newsdesk(data).ask("what did Starmer say?")
