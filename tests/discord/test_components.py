import json

import pytest

from bot.settings import Settings
from tests.discord.bot import BRIDGE, COUNCIL, HERE, add, asked, bot, check, first_id, plain
from tests.loopback.discord_server import (
    DEFERRED,
    DEFERRED_UPDATE,
    EPHEMERAL,
    MANAGE_MESSAGES,
    MEMBER,
    MODERATOR,
    Server,
    components,
    option,
)

pytestmark = pytest.mark.anyio


async def test_a_declined_answer_offers_the_nearest_passages(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        given = await asked(server, "who won the 2022 World Cup?")
        assert given.answer is not None
        assert "The articles don't say." in given.answer["content"]

        nearest = await server.click(given.answer, first_id(given.answer, "nearest"), **HERE)
        await nearest.until(lambda one: one.followups)

    assert nearest.ephemeral
    assert nearest.followups[0]["content"].startswith("[1] ")


async def test_the_menu_opens_a_passage_for_the_person_who_chose_it(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        given = await asked(server, "what did Starmer say?")
        assert given.answer is not None
        menu = first_id(given.answer, "sources")
        opened = await server.click(given.answer, menu, values=["1"], user=MODERATOR, **HERE)
        await opened.until(lambda one: one.followups)

    assert opened.callback is not None
    assert opened.callback["type"] == DEFERRED
    assert opened.ephemeral
    (embed,) = opened.followups[0]["embeds"]
    assert "__British Prime Minister Keir Starmer" in plain(embed["description"])
    assert embed["footer"]["text"] == "Reuters · 2025-05-16"


@pytest.mark.slow
async def test_components_work_after_a_restart(options: Settings, server: Server) -> None:
    async with bot(options, server):
        given = await asked(server, "what did Starmer say?")
    assert given.answer is not None
    ids = components(given.answer)
    async with bot(options, server):
        for id in ids:
            values = ["1"] if "sources" in id else None
            used = await server.click(given.answer, id, values=values, user=MEMBER, **HERE)
            await used.until(lambda one: one.followups or one.deleted)
            assert used.callback is not None
            assert used.callback["type"] in (DEFERRED, DEFERRED_UPDATE)
    assert len(ids) == 4


@pytest.mark.slow
async def test_nearest_passages_and_sharing_work_after_a_restart(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        declined = await asked(server, "who won the 2022 World Cup?")
        private = await asked(server, "what did Starmer say?", option("private", True))
        checked = await check(server, COUNCIL)
    assert declined.answer
    assert private.answer
    assert checked.answer
    async with bot(options, server):
        nearest = await server.click(declined.answer, first_id(declined.answer, "nearest"), **HERE)
        await nearest.until(lambda one: one.followups)
        shared = []
        for message in (private.answer, checked.answer):
            used = await server.click(message, first_id(message, "share"), **HERE)
            shared.append(await used.until(lambda one: one.followups and one.original))

    assert nearest.ephemeral
    assert nearest.followups[0]["content"].startswith("[1] ")
    answer, verdict = [one.followups[0] for one in shared]
    assert "completely unacceptable" in plain(answer["content"])
    assert "The articles say it" in verdict["content"]
    assert not answer["flags"] & EPHEMERAL
    assert not verdict["flags"] & EPHEMERAL


@pytest.mark.slow
async def test_an_opened_passage_shows_its_neighbours_and_links_to_the_words(
    options: Settings, server: Server
) -> None:
    before = "Rain fell on the valley for the whole of last week. " * 25
    after = "A new school opens in the village next spring. " * 25
    article = {"title": "The bridge of Halvik", "url": "https://news.example/halvik?page=2",
               "text": f"{before.strip()}\n\n{BRIDGE}\n\n{after.strip()}"}  # fmt: skip
    async with bot(options, server):
        await add(server, "halvik.jsonl", json.dumps(article), **HERE)
        given = await asked(server, "why was the bridge of Halvik closed?")
        assert given.answer is not None
        assert "rusted" in given.answer["content"].split("\n\n")[0]
        menu = first_id(given.answer, "sources")
        opened = await server.click(given.answer, menu, values=["1"], **HERE)
        await opened.until(lambda one: one.followups)

    (embed,) = opened.followups[0]["embeds"]
    ahead, quoted, behind = plain(embed["description"]).split("__")
    assert quoted == BRIDGE
    assert ahead.startswith("…Rain fell on the valley")
    assert ahead.count("Rain fell") > 5
    assert behind.strip().startswith("A new school opens")
    assert behind.endswith("next spring.…")
    assert embed["url"] == (
        "https://news.example/halvik?page=2"
        "#:~:text=The%20bridge%20of%20Halvik%20was,had%20rusted%2C%20the%20mayor%20said."
    )


async def test_feedback_is_kept_with_the_question(options: Settings, server: Server) -> None:
    async with bot(options, server) as client:
        given = await asked(server, "what did Starmer say?")
        assert given.answer is not None
        for id in [one for one in components(given.answer) if "rate" in one]:
            rated = await server.click(given.answer, id, **HERE)
            await rated.until(lambda one: one.followups)
            assert rated.ephemeral
        (kept,) = client.context.store.feedback()

    assert (kept.question, kept.found, kept.good) == ("what did Starmer say?", True, False)


@pytest.mark.slow
async def test_only_the_asker_and_moderators_delete(options: Settings, server: Server) -> None:
    async with bot(options, server):
        for user, permissions, deleted in (
            (MODERATOR, 0, False),
            (MODERATOR, MANAGE_MESSAGES, True),
            (MEMBER, 0, True),
        ):
            given = await asked(server, "what did Starmer say?")
            assert given.answer is not None
            used = await server.click(
                given.answer, first_id(given.answer, "delete"),
                user=user, permissions=permissions, **HERE,
            )  # fmt: skip
            await used.until(lambda one: one.followups or one.deleted)
            assert used.deleted == deleted
