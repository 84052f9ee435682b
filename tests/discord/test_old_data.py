"""What the bot of the release before remembers is there, and its quotes are found again."""

import json
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from bot.discord.recall import recall
from bot.discord.store import GuildSettings, Store
from bot.text.trace import trace_text
from retrieval.newsdesk import Newsdesk

GUILD = 11


@pytest.mark.parametrize("is_upgraded", [False, True])
def test_answers_of_the_release_before_show_their_quotes(old_data: Path, is_upgraded: bool) -> None:
    with (
        closing(Store(old_data)) as store,
        closing(Newsdesk(old_data)) as shared,
        closing(Newsdesk(old_data, library=f"guild-{GUILD}", beside=shared)) as desk,
    ):
        if is_upgraded:
            for one in (shared, desk):
                for _ in one.reindex():
                    pass
        quotes = {}
        for number in (1, 2, 3):
            record = store.answer(number)
            assert record
            quotes[number] = [one.quote if one else None for one in recall(desk, record)]

    assert any("I was wrong about the eelgrass" in str(quote) for quote in quotes[1])
    assert quotes[2] == ["The sailing club has 140 members."]
    assert any("First the grass, then the gravel" in str(quote) for quote in quotes[3])
    assert None not in [quote for some in quotes.values() for quote in some]


def test_what_the_bot_of_the_release_before_remembers_is_there(old_data: Path) -> None:
    with closing(Store(old_data)) as store:
        records = [store.answer(number) for number in (1, 2, 3, 4)]
        assert None not in records
        first, second, page, checked = records
        assert (first.question, first.message) == ("What did Brandt say about the eelgrass?", 9001)
        assert (second.follows, second.source) == (1, "The Alder Courier (made up)")
        assert (second.since, second.until) == (date(2026, 1, 1), date(2026, 12, 31))
        assert (page.speaker, page.about, len(page.places)) == ("Brandt", "", 5)
        assert (checked.checks, checked.shared, checked.places) == (True, True, ())
        traced = trace_text(json.loads(first.trace), lambda library, id: None).splitlines()
        assert traced[0] == "understood: What did Brandt say about the eelgrass?"
        assert [line for line in traced if line.startswith("mode: ")]
        assert [(one.answer, one.good) for one in store.feedback()] == [(1, True), (1, False)]
        assert store.settings(GUILD) == GuildSettings(
            channels=frozenset({111}), askers=frozenset({5}), threads=True, per_person=3
        )
        assert store.rows("SELECT tokens FROM spent") == [(1234,)]
        assert (store.fact("commands"), store.fact("alive")) == ("abc", "1764380000")
        assert store.answer_in(9003) == page
