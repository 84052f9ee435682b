import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from retrieval.articles.article import Article, article
from retrieval.newsdesk import Newsdesk
from retrieval.questions.question import Question

STORY = (
    "The bridge of Halvik was closed on Monday because its cables had rusted, the mayor said. "
    "Thousands of commuters have to take the ferry until the spring, which costs them an hour. "
    "Engineers found the damage in a routine inspection last week, after two winters of salt and "
    "storms. The repair is expected to cost forty million crowns, half of it paid by the state. "
    "Shopkeepers on the island fear for their trade and have asked the council for help. A second "
    "ferry has been ordered from the neighbouring county and is to arrive in a few days. "
) * 1
OTHER = (
    "The ferry company of Halvik said that it would run every quarter of an hour while the bridge "
    "is closed, and that it had hired thirty sailors for it. Tickets are free for pupils. "
)


def printed(site: str, text: str, day: str = "2026-11-20", **more: str) -> Article:
    return article(
        text, url=f"https://{site}.example/bridge", source=site.title(), published=day,
        title=more.get("title", "Bridge closed"),
    )  # fmt: skip


def edited(text: str, seed: int, share: float = 0.1) -> str:
    draw = random.Random(seed)
    return " ".join(
        draw.choice(["indeed", "reportedly", "on the day"]) if draw.random() < share else word
        for word in text.split()
    )


@pytest.fixture
def desk(data: Path) -> Iterator[Newsdesk]:
    with closing(Newsdesk(data, create=True)) as desk:
        yield desk


def test_copies_take_one_place_in_the_hits_and_are_listed(desk: Newsdesk) -> None:
    desk.take([
        printed("agency", STORY),
        printed("courier", "Subscribe to our newsletter for the best of the day. " + STORY),
        printed("gazette", STORY[:90] + edited(STORY[90:], 1), title="Halvik cut off"),
        printed("ferry", OTHER),
    ])  # fmt: skip

    answer = desk.ask("why was the bridge of Halvik closed?")
    sources = [hit.article.source for hit in answer.hits]

    assert len(desk.index.library.copies(printed("agency", STORY).id)) == 2
    assert len({"Agency", "Courier", "Gazette"} & {*sources[:2]}) == 1
    assert "Ferry" in sources[:2]
    (citation,) = answer.citations[:1]
    assert "because its cables had rusted" in citation.quote
    assert citation.also
    assert all(citation.quote in one.text for one in citation.also)


@pytest.mark.slow
def test_ten_copies_do_not_push_other_sources_out_of_the_first_five(desk: Newsdesk) -> None:
    others = [
        printed("ferry", OTHER),
        printed("school", "Pupils of Halvik are taught at home while the bridge is closed."),
        printed("mail", "Letters to Halvik come by boat, as the bridge of the island is closed."),
    ]
    copies = [printed(f"copy{n}", edited(STORY * 3, n, 0.05)) for n in range(10)]
    desk.take([*others[:2], *copies, others[2]])

    hits = desk.ask("why was the bridge of Halvik closed?").hits[:5]

    assert {"Ferry", "School", "Mail"} <= {hit.article.source for hit in hits}


@pytest.mark.slow
def test_a_copy_is_found_if_the_filter_has_only_its_source(desk: Newsdesk) -> None:
    desk.take([printed("agency", STORY), printed("courier", STORY)])

    for source in ("Agency", "Courier"):
        answer = desk.ask(Question("why was the bridge of Halvik closed?", source))
        assert answer.citations[0].hit.article.source == source


@pytest.mark.slow
def test_a_text_printed_again_a_year_later_is_not_a_copy(desk: Newsdesk) -> None:
    desk.take([printed("agency", STORY), printed("courier", STORY, "2027-11-20")])

    assert desk.index.library.copies(printed("agency", STORY).id) == []


def test_a_changed_article_is_no_longer_a_copy(desk: Newsdesk) -> None:
    copies = [printed(site, STORY) for site in ("agency", "courier", "gazette")]
    desk.take(copies)
    desk.take([printed("agency", OTHER)])

    assert desk.index.library.copies(copies[0].id) == []
    assert [one.source for one in desk.index.library.copies(copies[1].id)] == ["Gazette"]

    desk.remove([copies[1]])
    assert desk.index.library.copies(copies[2].id) == []


@pytest.mark.slow
def test_another_report_of_the_event_is_not_a_copy(desk: Newsdesk) -> None:
    desk.take([printed("agency", STORY), printed("ferry", OTHER * 3)])

    assert desk.index.library.copies(printed("agency", STORY).id) == []


@pytest.mark.slow
def test_the_newer_of_two_similar_articles_answers(desk: Newsdesk) -> None:
    desk.take([
        printed(site, f"The council of Halvik met. It wants {n} ferries, the mayor said.", day)
        for site, n, day in (
            ("monday", "two", "2026-11-16"), ("friday", "six", "2026-11-20"),
            ("wednesday", "four", "2026-11-18"),
        )
    ])  # fmt: skip

    hits = desk.ask("how many ferries does the council of Halvik want?").hits

    assert hits[0].article.source == "Friday"


def test_days_in_the_question_limit_the_articles(desk: Newsdesk) -> None:
    from datetime import date

    desk.take([
        printed("old", "Starmer said that the ferry was too slow, to laughter.", "2026-05-12"),
        printed("new", "Starmer said that the bridge was too dear for him.", "2026-11-24"),
    ])  # fmt: skip
    today = date(2026, 11, 25)

    def asked(text: str) -> list[str]:
        answer = desk.ask(Question(text, today=today))
        return [one.hit.article.source for one in answer.citations]

    assert asked("what did Starmer say yesterday?") == ["New"]
    assert asked("what did Starmer say in May?") == ["Old"]
    assert asked("what did Starmer say in April?") == []
    answer = desk.ask(Question("what did Starmer say yesterday?", today=today))
    assert (answer.since, answer.until) == (date(2026, 11, 24), None)
