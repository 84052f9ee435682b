import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from retrieval.articles.article import Article
from retrieval.library import statements
from retrieval.library.check import check
from retrieval.library.filter import Filter
from retrieval.library.index import Index, SyncReport
from retrieval.library.library import FILE
from retrieval.models.embedder import Embedder
from retrieval.quotes.finder import statements_by, who_said
from retrieval.quotes.grouping import Groups as _Groups
from retrieval.quotes.grouping import _Group, still_reported
from retrieval.quotes.speakers import speaker_profiles, speakers_like
from tests.attribution.scripted import Scripted
from tests.conftest import made, sync
from tests.library.test_index import leftovers

BRIDGE = 'The bridge is shut. "The cables of the old bridge have rusted through" said Ann Lee.'
DENIAL = "The ferry is late. Ann Lee denied that the ferry had ever been promised for May."
TAX = 'A tax was named. "The toll will be paid by lorries alone" said Ann Lee in the town hall.'


def opened(folder: Path, embedder: Embedder) -> Index:
    return Index(folder, embedder, create=True, tagger=Scripted())


def filled(folder: Path, embedder: Embedder, *articles: Article) -> Index:
    index = opened(folder, embedder)
    sync(index, [*articles])
    return index


def said(index: Index, asked: str, **how: object) -> list[str]:
    found = statements_by([index], asked, **how)  # type: ignore[arg-type]
    return [" ".join(one.report.words) for one in found.statements]


def test_statements_come_newest_first_with_the_undated_last(
    tmp_path: Path, embedder: Embedder
) -> None:
    index = filled(
        tmp_path, embedder,
        made("a", TAX), made("b", BRIDGE, published="2025-05-01"),
        made("c", DENIAL, published="2025-05-20"),
    )  # fmt: skip

    assert said(index, "Ann Lee") == [
        "that the ferry had ever been promised for May",
        '"The cables of the old bridge have rusted through"',
        '"The toll will be paid by lorries alone"',
    ]
    assert said(index, "Lee", allowed=Filter(until=date(2025, 5, 1))) == [
        '"The cables of the old bridge have rusted through"'
    ]
    assert said(index, "Lee", oldest_first=True) == said(index, "Lee")[::-1]
    (denied, _, _) = statements_by([index], "Ann Lee").statements
    assert (denied.report.statement.kind, denied.report.statement.is_denied) == ("indirect", True)
    for one in statements_by([index], "Ann Lee").statements:
        cited = one.citation(1)
        assert cited.quote == cited.hit.article.text[cited.start : cited.end]
        assert "Ann Lee" in cited.quote


def test_the_same_words_in_several_articles_are_one_statement(
    tmp_path: Path, embedder: Embedder
) -> None:
    part = 'Rust was seen. "cables of the old bridge have rusted" said Ann Lee to us.'
    other = 'Rust! "All cables of our old bridge have rusted through and through" said Ann Lee.'
    late = 'A year on: "The cables of the old bridge have rusted through" said Ann Lee again.'
    index = filled(
        tmp_path, embedder,
        made("a", BRIDGE, published="2025-05-02", source="A"),
        made("b", part, published="2025-05-01", source="B"),
        made("c", other, published="2025-05-01", source="C"),
        made("d", late, published="2024-05-01", source="D"),
    )  # fmt: skip

    first, second = statements_by([index], "Ann Lee").statements

    assert first.report.article.source == "A"
    assert [one.article.source for one in first.also] == ["B"]
    assert [one.article.source for one in first.variants] == ["C"]
    assert second.report.article.source == "D"


def test_two_people_with_one_surname_are_distinguished(tmp_path: Path, embedder: Embedder) -> None:
    index = filled(
        tmp_path, embedder,
        made("a", BRIDGE), made("b", 'Nets. "We caught four cod" said Bo Lee.'),
        made("c", 'Who? "It is a scandal of the first order" said Cy Moe.'),
        made("d", 'Moe. "That was a joke that nobody got" said Moe.'),
    )  # fmt: skip

    assert {one.speaker.name for one in speaker_profiles([index], "Lee")} == {"Ann Lee", "Bo Lee"}
    assert [one.speaker.name for one in speaker_profiles([index], "Ann Lee")] == ["Ann Lee"]
    assert {(one.speaker.name, one.count) for one in speaker_profiles([index], "Moe")} == {
        ("Cy Moe", 1), ("Moe", 1)
    }  # fmt: skip
    assert [one.speaker.name for one in speaker_profiles([index], "Cy Moe")] == ["Cy Moe"]
    assert [one.speaker.name for one in speakers_like([index], "a", 5)] == ["Ann Lee"]
    assert len(speakers_like([index], "", 2)) == 2


def test_a_shared_surname_alone_means_nobody(tmp_path: Path, embedder: Embedder) -> None:
    index = filled(
        tmp_path, embedder,
        made("a", BRIDGE), made("b", 'Nets. "We caught four cod" said Bo Lee.'),
        made("c", 'Who? "It is a scandal of the first order" said Lee.'),
        made("d", '"Rain is a blessing for all of us" said Lee Moe.'),
    )  # fmt: skip

    assert said(index, "Ann Lee") == ['"The cables of the old bridge have rusted through"']
    assert len(said(index, "Lee")) == 3


def test_nobody_gets_the_words_of_a_namesake(tmp_path: Path, embedder: Embedder) -> None:
    index = filled(
        tmp_path, embedder,
        made("a", '"We will win in Halvik" said Hillary Moe.'),
        made("b", '"The law is a crazy thing" said Moe of the law.'),
    )  # fmt: skip

    assert speaker_profiles([index], "Bill Moe") == []
    assert said(index, "Hillary Moe") == ['"We will win in Halvik"']


def test_a_city_is_found_by_either_spelling(tmp_path: Path, embedder: Embedder) -> None:
    index = filled(tmp_path, embedder, made("a", 'Talks. "We shall not yield" said Kyiv.'))

    assert said(index, "Kiev") == said(index, "Kyiv") == ['"We shall not yield"']


@pytest.mark.parametrize(
    ("one", "other", "beside"),
    [
        ("We will raise the rates this year if prices do not fall",
         "We will raise the rates this year while prices do not fall", True),
        ("We will raise the rates this year if prices fall quickly",
         "We will not raise the rates this year if prices fall quickly", False),
        ("We will raise the rates by 2 points this year for all banks",
         "We will raise the rates by 3 points this year for all banks", False),
    ],
)  # fmt: skip
def test_other_wordings_have_the_same_polarity_and_figures(
    tmp_path: Path, embedder: Embedder, one: str, other: str, beside: bool
) -> None:
    index = filled(
        tmp_path, embedder,
        made("a", f'Banks. "{one}" said Ann Lee.', published="2025-05-02"),
        made("b", f'News. "{other}" said Ann Lee.', published="2025-05-01"),
    )  # fmt: skip

    told = statements_by([index], "Ann Lee").statements

    assert (len(told), len(told[0].variants)) == ((1, 1) if beside else (2, 0))


def test_words_that_another_clause_reverses_are_not_a_report_of_them(
    tmp_path: Path, embedder: Embedder
) -> None:
    index = filled(
        tmp_path, embedder,
        made("a", 'A dam. "The dam is safe for everyone below" said Ann Lee.'),
        made("b", 'News. "Fools believe that the dam is safe for everyone below" said Ann Lee.'),
    )  # fmt: skip

    told = statements_by([index], "Ann Lee").statements

    assert [one.also for one in told] == [(), ()]


def test_a_speaker_of_the_opposite_is_not_the_speaker(tmp_path: Path, embedder: Embedder) -> None:
    index = filled(
        tmp_path, embedder, made("a", 'A map. "The earth is certainly not flat" said Bo Fox.')
    )

    assert who_said([index], "the earth is flat") == ()
    assert len(who_said([index], "the earth is not flat")) == 1


def test_a_joint_statement_is_listed_for_both_speakers(tmp_path: Path, embedder: Embedder) -> None:
    both = "Ann Lee and Bo Fox said that the bridge is old."
    index = filled(
        tmp_path, embedder,
        made("a", both), made("b", 'Nets. "We caught four cod" said Ann Lee.'),
        made("c", '"It is a scandal of the first order" said Bo Fox.'),
    )  # fmt: skip

    for name in ("Ann Lee", "Bo Fox"):
        (voice,) = speaker_profiles([index], name)
        assert (voice.speaker.name, voice.count) == (name, 2)
        assert "that the bridge is old" in said(index, name)


def test_only_statements_on_the_topic_are_found(tmp_path: Path, embedder: Embedder) -> None:
    index = filled(tmp_path, embedder, made("a", TAX), made("b", BRIDGE), made("c", DENIAL))

    assert said(index, "Ann Lee", about="the toll for lorries") == [
        '"The toll will be paid by lorries alone"'
    ]
    assert said(index, "Ann Lee", about="football in Brazil") == []


def test_who_said_ignores_quotation_marks_and_case(tmp_path: Path, embedder: Embedder) -> None:
    index = filled(tmp_path, embedder, made("a", TAX), made("b", BRIDGE))

    for phrase in (
        "“old bridge have rusted”",
        "OLD BRIDGE HAVE RUSTED",
        "old bridge rusted cables",
    ):
        (found,) = who_said([index], phrase)
        assert found.report.statement.speaker.name == "Ann Lee"
        assert found.report.article.text == BRIDGE
    assert who_said([index], "The bridge is shut") == ()  # nobody says this
    assert who_said([index], "the") == ()


def test_an_unknown_speaker_is_reported_with_the_number_of_mentions(
    tmp_path: Path, embedder: Embedder
) -> None:
    index = filled(tmp_path, embedder, made("a", BRIDGE + " Moe was there."))

    found = statements_by([index], "Moe")

    assert (found.speakers, found.statements, found.mentions) == ((), (), 1)


def test_pages_are_disjoint_and_complete(tmp_path: Path, embedder: Embedder) -> None:
    articles = [
        made(f"{n}", f'Day {n}. "It is sentence number {n} of the long speech" said Ann Lee.',
             published=f"2025-05-{1 + n % 28:02}")
        for n in range(70)
    ]  # fmt: skip
    index = filled(tmp_path, embedder, *articles)

    pages = [statements_by([index], "Ann Lee", first=n, most=9) for n in range(0, 72, 9)]

    shown = [one.report.article.id for page in pages for one in page.statements]
    assert len(shown) == len({*shown})
    everything = statements_by([index], "Ann Lee", most=-1)
    assert shown == [one.report.article.id for one in everything.statements]
    assert [page.more for page in pages] == [
        (n + 1) * 9 < len(everything.statements) for n in range(len(pages))
    ]
    assert everything.count == 70


def test_statements_changed_meanwhile_are_not_shown(tmp_path: Path, embedder: Embedder) -> None:
    index = filled(
        tmp_path, embedder, made("a", BRIDGE), made("b", "Again: " + BRIDGE), made("c", TAX)
    )
    told = statements_by([index], "Ann Lee").statements
    assert [len(one.also) for one in told] == [1, 0]

    sync(index, [made("b", "Again: " + BRIDGE), made("c", TAX.replace("lorries", "cars"))])

    (left,) = still_reported([index], told)
    assert left.report.article.url == "https://news.example/b"
    assert left.also == ()


def test_the_statements_of_a_withdrawn_article_are_in_no_file(
    tmp_path: Path, embedder: Embedder
) -> None:
    secret = 'So it is. "The decree was signed in ink" said Ottilie Grauwacke.'
    index = filled(tmp_path, embedder, made("a", BRIDGE), made("s", secret))
    assert leftovers(tmp_path, ["grauwacke"])

    with index.writing():
        index.remove([made("s", secret).id])

    assert leftovers(tmp_path, ["grauwacke"]) == []
    assert index.statements.count() == 1
    assert speaker_profiles([index], "Grauwacke") == []


def test_a_changed_article_has_only_its_new_statements(tmp_path: Path, embedder: Embedder) -> None:
    index = filled(tmp_path, embedder, made("a", BRIDGE))

    sync(index, [made("a", TAX)])

    assert said(index, "Lee") == ['"The toll will be paid by lorries alone"']


def test_the_next_sync_adds_missing_statements(tmp_path: Path, embedder: Embedder) -> None:
    articles = [made(f"{n}", f"{BRIDGE} Part {n}.") for n in range(40)]
    index = filled(tmp_path, embedder, *articles)
    index.close()
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        db.executescript(
            "DROP TABLE statements; DROP TABLE speakers; DROP INDEX articles_by_tagger; "
            "ALTER TABLE articles DROP COLUMN tagger; PRAGMA user_version = 3"
        )

    index = opened(tmp_path, embedder)
    (note,) = [one.note for one in check(index) if one.looked_at == "statements in SQLite"]
    with index.writing():
        stopped = index.sync(articles)
        for report in stopped:
            if report.refreshed:
                break
        stopped.close()
    left = index.statements.count_pending()
    few = sync_few(index, articles)
    last = sync(index, articles)

    assert "40 articles" in note
    assert 0 < left < 40
    assert few.refreshed == 5
    assert last == SyncReport(unchanged=40, refreshed=left - 5)
    assert index.statements.count() == 40
    assert index.statements.count_pending() == 0


def sync_few(index: Index, articles: list[Article]) -> SyncReport:
    with index.writing():
        return [*index.sync(articles, most_refreshed=5)][-1]


def test_unchanged_articles_are_read_again_only_by_a_newer_version(
    tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path, embedder, made("a", BRIDGE))
    index = opened(tmp_path, embedder)
    tagger = index.batches.tagger
    assert isinstance(tagger, Scripted)

    sync(index, [made("a", BRIDGE)])
    assert tagger.read == []
    monkeypatch.setattr(statements, "VERSION", "newer")
    sync(index, [made("a", BRIDGE)])

    assert tagger.read == [BRIDGE]
    assert index.statements.count() == 1


def test_damaged_statements_are_found_and_repaired(tmp_path: Path, embedder: Embedder) -> None:
    index = filled(tmp_path, embedder, made("a", BRIDGE))
    with closing(sqlite3.connect(tmp_path / FILE)) as db, db:
        db.execute("UPDATE statements SET spans = '[[],[],[[5,9000]]]'")
    wrong = [one.looked_at for one in check(index) if one.wrong]

    with index.writing():
        assert [*index.reindex()]

    assert wrong == ["statements in SQLite"]
    assert not [one for one in check(index) if one.wrong]
    assert len(said(index, "Lee")) == 1


def test_few_of_many_statements_are_compared_and_those_on_a_topic_are_found(
    tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []
    joined = _Groups._joined

    def counted(self: _Groups, new: _Group, groups: list[_Group]) -> bool:
        compared.append(len(groups))
        return joined(self, new, groups)

    monkeypatch.setattr(_Groups, "_joined", counted)
    monkeypatch.setattr("retrieval.quotes.finder._MANY", 40)
    monkeypatch.setattr("retrieval.quotes.grouping._COMPARED", 5)
    text = " ".join(f'"We sold {n} tickets for boat number {n}" said Cy Fox.' for n in range(80))
    whale = 'A find. "Whales were seen from the lighthouse" said Cy Fox.'
    index = filled(tmp_path, embedder, made("a", text, published="2025-05-02"), made("b", whale))

    assert len(said(index, "Fox")) == 10
    assert sum(compared) <= 80 * 40
    assert said(index, "Fox", about="whales near the lighthouse") == [
        '"Whales were seen from the lighthouse"'
    ]
    assert said(index, "Fox", about="boat number 32", most=1) == [
        '"We sold 32 tickets for boat number 32"'
    ]
    assert said(index, "Fox", about="the price of bread") == []
