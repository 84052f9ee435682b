import asyncio
import json

import pytest

from bot.discord.commands import day
from bot.discord.store import GuildSettings
from bot.settings import Settings
from retrieval.errors import SettingsError
from tests.discord.bot import (
    BRIDGE,
    CHANNEL,
    GUILD,
    HERE,
    ROLE,
    SECOND,
    add,
    asked,
    bot,
    check,
    first_id,
    number,
    plain,
)
from tests.loopback.discord_server import (
    AUTOCOMPLETE,
    BOT,
    DEFERRED,
    DEFERRED_UPDATE,
    DIRECT,
    EPHEMERAL,
    MANAGE_MESSAGES,
    MEMBER,
    MODERATOR,
    OWNER,
    Server,
    components,
    option,
)

pytestmark = pytest.mark.anyio

# Asking


async def test_an_answer_is_quoted_cited_and_dated(options: Settings, server: Server) -> None:
    async with bot(options, server):
        given = await asked(server, "what did Starmer say?")

    assert given.callback == {"type": DEFERRED}
    answer = given.answer
    assert answer is not None
    quotes, sources = answer["content"].split("\n\n", 1)
    assert "completely unacceptable" in plain(quotes)
    assert quotes.endswith("[1]")
    said, _, rest = sources.partition(" · ")
    assert (
        said.replace("\\", "") == "[1] Keir Starmer (British Prime Minister), partly word for word"
    )
    assert rest.startswith("**Ukraine and Russia agree")
    assert "Reuters" in sources
    assert "<t:1747396800:D>" in sources  # 16 May 2025
    assert answer["allowed_mentions"]["parse"] == []


async def test_whoever_says_nothing_on_it_is_told_from_those_who_do(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        given = await asked(server, "what did Starmer say about the ferry terminal?")

    assert given.answer is not None
    declined, reason, *others = given.answer["content"].split("\n-# ")
    assert declined.endswith("The articles don't say.")
    assert plain(reason) == "Keir Starmer says nothing on the ferry terminal in them."
    assert others
    assert all("terminal" in one and "Starmer" not in one for one in others)


async def test_an_answer_that_is_not_there_offers_the_nearest_passages(
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


async def test_a_private_answer_is_private_until_it_is_shared(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        given = await asked(server, "what did Starmer say?", option("private", True))
        assert given.ephemeral
        assert given.answer is not None
        shared = await server.click(given.answer, first_id(given.answer, "share"), **HERE)
        await shared.until(lambda one: one.followups)

        again = await server.click(given.answer, f"newsdesk:share:{number(given.answer)}", **HERE)
        await again.until(lambda one: one.followups)

    assert not shared.followups[0]["flags"] & 64
    assert "completely unacceptable" in plain(shared.followups[0]["content"])
    assert not any("share" in id for id in components(shared.followups[0]))
    assert not any("share" in id for id in components(shared.original or {}))
    assert again.followups[0]["flags"] & 64
    assert "shared already" in again.followups[0]["content"]


async def test_a_source_opens_its_passage_for_the_one_who_chose_it(
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
async def test_nearest_passages_and_sharing_outlive_a_restart(
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
async def test_an_opened_passage_has_its_neighbours_and_leads_to_the_words(
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


@pytest.mark.slow
async def test_in_direct_messages_an_answer_may_be_private_too(
    options: Settings, server: Server
) -> None:
    direct = {"guild": None, "channel": DIRECT}
    async with bot(options, server) as client:
        given = await asked(server, "what did Starmer say?", option("private", True), **direct)
        assert given.answer is not None
        before = client.store.last_in(DIRECT)
        used = await server.click(given.answer, first_id(given.answer, "share"), **direct)
        await used.until(lambda one: one.followups)
        after = client.store.last_in(DIRECT)

    assert given.ephemeral
    assert "unacceptable" in plain(given.answer["content"])
    assert before is None
    assert "unacceptable" in plain(used.followups[0]["content"])
    assert after is not None
    assert (after.guild, after.private) == (None, False)


@pytest.mark.slow
async def test_opinions_are_kept_with_the_question(options: Settings, server: Server) -> None:
    async with bot(options, server) as client:
        given = await asked(server, "what did Starmer say?")
        assert given.answer is not None
        for id in [one for one in components(given.answer) if "rate" in one]:
            rated = await server.click(given.answer, id, **HERE)
            await rated.until(lambda one: one.followups)
            assert rated.ephemeral
        (kept,) = client.store.feedback()

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


async def test_filters_and_autocomplete(options: Settings, server: Server) -> None:
    async with bot(options, server):
        typed = await server.command(
            "ask", [option("question", "x"), option("source", "reu", focused=True)],
            kind=AUTOCOMPLETE, **HERE,
        )  # fmt: skip
        await typed.until(lambda one: one.callback)
        assert typed.callback is not None
        choices = [one["value"] for one in typed.callback["data"]["choices"]]
        assert choices == ["Reuters"]

        old = await asked(server, "what did Starmer say?", option("since", "last week"))
        assert old.answer is not None
        assert "don't say" in old.answer["content"]
        wrong = await asked(server, "what did Starmer say?", option("since", "gibberish"))
        assert wrong.followups[0]["flags"] & 64
        nobody = await asked(server, "what did Starmer say?", option("source", "*Nobody*"))
        assert nobody.deleted
        assert "\\*Nobody\\*" in nobody.followups[0]["content"]


@pytest.mark.slow
async def test_an_answer_is_from_articles_up_to_a_day(options: Settings, server: Server) -> None:
    async with bot(options, server):
        on = await asked(server, "what did Starmer say?", option("until", "16 May 2025"))
        before = await asked(server, "what did Starmer say?", option("until", "2025-05-15"))
        wrong = await asked(server, "what did Starmer say?", option("until", "gibberish"))

    assert on.answer is not None
    assert "unacceptable" in plain(on.answer["content"])
    assert before.answer is not None
    assert "don't say" in before.answer["content"]
    assert "gibberish" in wrong.followups[0]["content"]


@pytest.mark.parametrize("name", ["since", "until"])
async def test_days_are_offered_in_words(options: Settings, server: Server, name: str) -> None:
    offered = {}
    async with bot(options, server):
        for typed in ("", " LAST w", "2025"):
            used = await server.command(
                "ask", [option(name, typed, focused=True)], kind=AUTOCOMPLETE, **HERE
            )
            await used.until(lambda one: one.callback)
            assert used.callback is not None
            offered[typed] = [one["value"] for one in used.callback["data"]["choices"]]

    everything = ["today", "yesterday", "last week", "last month", "last year"]
    assert offered == {"": everything, " LAST w": ["last week"], "2025": []}


def test_days_in_words() -> None:
    from datetime import date

    today = date(2026, 11, 25)
    assert day("last week", today) == date(2026, 11, 18)
    assert day("2025-05-16", today) == date(2025, 5, 16)
    assert day("16 May 2025", today) == date(2025, 5, 16)
    assert day("May 2025", today) == date(2025, 5, 1)
    assert day("May 2025", today, last=True) == date(2025, 5, 31)
    assert day("2025", today) == date(2025, 1, 1)
    assert day("2025", today, last=True) == date(2025, 12, 31)
    assert day("  ", today) is None
    for text in ("gibberish", "5"):
        with pytest.raises(SettingsError):
            day(text, today)


# Messages


async def test_a_mention_is_answered_with_a_reply(options: Settings, server: Server) -> None:
    async with bot(options, server, read_all=False):
        message = await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))

    (reply,) = server.replies(CHANNEL)
    assert str(reply["message_reference"]["message_id"]) == message["id"]
    assert "completely unacceptable" in plain(reply["content"])
    assert reply["allowed_mentions"]["parse"] == []
    assert any(one.path == f"channels/{CHANNEL}/typing" for one in server.requests)


@pytest.mark.slow
async def test_a_mention_without_a_question_says_how(options: Settings, server: Server) -> None:
    async with bot(options, server):
        await server.say(f"<@{BOT}>", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))

    assert "/ask" in server.replies(CHANNEL)[0]["content"]


@pytest.mark.slow
async def test_other_peoples_talk_is_none_of_its_business(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        await server.say("what did Starmer say?", **HERE)
        mine = await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))
        await asyncio.sleep(0.3)

    (reply,) = server.replies(CHANNEL)
    assert str(reply["message_reference"]["message_id"]) == mine["id"]


async def test_a_reply_to_an_answer_is_a_follow_up(options: Settings, server: Server) -> None:
    async with bot(options, server):
        await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))
        (first,) = server.replies(CHANNEL)
        await server.say("and von der Leyen?", reply_to=first, mentions=(BOT,), **HERE)
        await server.until(lambda: len(server.replies(CHANNEL)) == 2)

    second = server.replies(CHANNEL)[1]
    assert "von der Leyen" in second["content"]
    assert "Understood: what did von der Leyen say?" in second["content"]


@pytest.mark.slow
@pytest.mark.parametrize("private", [False, True])
async def test_a_follow_up_leans_on_all_of_the_talk_that_was_public(
    options: Settings, server: Server, private: bool
) -> None:
    async with bot(options, server) as client:
        await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        for number, text in enumerate(("which country won this week?", "did he agree?"), 1):
            await server.until(lambda number=number: len(server.replies(CHANNEL)) == number)
            if private:
                client.store.rows("UPDATE answers SET private = 1 WHERE question LIKE '%Starmer%'")
                client.store.rows("UPDATE answers SET private = 0 WHERE question LIKE '%week%'")
            last = server.replies(CHANNEL)[-1]
            await server.say(text, reply_to=last, mentions=(BOT,), **HERE)
        await server.until(lambda: len(server.replies(CHANNEL)) == 3)

    assert ("Starmer" in server.replies(CHANNEL)[-1]["content"].split("\n")[-1]) is not private


async def test_a_direct_message_is_answered(options: Settings, server: Server) -> None:
    async with bot(options, server, read_all=False):
        await server.say("what did Starmer say?", guild=None, channel=DIRECT)
        await server.until(lambda: server.replies(DIRECT))

    assert "completely unacceptable" in plain(server.replies(DIRECT)[0]["content"])


async def test_in_its_own_thread_every_message_is_a_follow_up(
    options: Settings, server: Server
) -> None:
    async with bot(options, server) as client:
        client.store.set(GUILD, type(client.store.settings(GUILD))(threads=True))
        asking = await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        thread = int(asking["id"])
        await server.until(lambda: server.replies(thread))
        await server.dispatch("THREAD_CREATE", server.thread(CHANNEL, thread, "what did"))
        await server.say("and von der Leyen?", guild=GUILD, channel=thread)
        await server.until(lambda: len(server.replies(thread)) == 2)

    assert "von der Leyen" in server.replies(thread)[1]["content"]


@pytest.mark.slow
async def test_a_thread_opens_below_an_answer_to_ask(options: Settings, server: Server) -> None:
    async with bot(options, server) as client:
        client.store.set(GUILD, type(client.store.settings(GUILD))(threads=True))
        given = await asked(server, "what did Starmer say?")
        assert given.answer is not None
        thread = int(given.answer["id"])
        await server.until(lambda: any(one.path.endswith("/threads") for one in server.requests))
        await server.dispatch("THREAD_CREATE", server.thread(CHANNEL, thread, "what did"))
        await server.say("and von der Leyen?", guild=GUILD, channel=thread)
        await server.until(lambda: server.replies(thread))

    assert "Understood: what did von der Leyen say?" in server.replies(thread)[0]["content"]


@pytest.mark.slow
async def test_a_follow_up_is_asked_of_the_same_articles(options: Settings, server: Server) -> None:
    async with bot(options, server):
        first = await asked(server, "what did Starmer say?", option("until", "2025-05-16"))
        assert first.answer is not None
        await server.say("and von der Leyen?", reply_to=first.answer, mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))
        none = await asked(server, "what did Starmer say?", option("until", "2025-05-01"))

    understood = "Understood: what did von der Leyen say?, until 2025\\-05\\-16"
    assert understood.replace("\\", "") in server.replies(CHANNEL)[0]["content"].replace("\\", "")
    assert none.answer is not None
    assert "don't say" in none.answer["content"]


@pytest.mark.slow
async def test_in_its_own_thread_thanks_and_talk_with_others_get_no_answer(
    options: Settings, server: Server
) -> None:
    async with bot(options, server) as client:
        client.store.set(GUILD, type(client.store.settings(GUILD))(threads=True))
        asking = await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        thread = int(asking["id"])
        await server.until(lambda: server.replies(thread))
        await server.dispatch("THREAD_CREATE", server.thread(CHANNEL, thread, "what did"))
        there = {"guild": GUILD, "channel": thread}
        for text in ("Thanks!", "lol", "👍 <:yes:123>", "ok, got it"):
            await server.say(text, **there)
        other = await server.say("he was right", **there, mentions=(OWNER,))
        await server.say("who do you mean?", **there, reply_to=other, user=OWNER)
        await server.say("and von der Leyen?", **there)
        await server.until(lambda: len(server.replies(thread)) == 2)
        await asyncio.sleep(0.3)

    assert len(server.replies(thread)) == 2
    assert "von der Leyen" in server.replies(thread)[1]["content"]


@pytest.mark.slow
async def test_without_the_intent_a_reply_that_does_not_mention_it_is_told_so(
    options: Settings, server: Server
) -> None:
    server.allow_content = False
    async with bot(options, server, read_all=False):
        first = await asked(server, "what did Starmer say?")
        assert first.answer is not None
        await server.say("and von der Leyen?", reply_to=first.answer, **HERE)
        await server.until(lambda: server.replies(CHANNEL))

    assert "switch the mention on" in server.replies(CHANNEL)[0]["content"]


@pytest.mark.slow
async def test_private_answers_are_no_ground_for_a_follow_up_of_all(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        secret = await asked(server, "what did Starmer say?", option("private", True))
        assert secret.answer is not None
        await server.say("and von der Leyen?", reply_to=secret.answer, user=OWNER, **HERE)
        await server.say(f"<@{BOT}> when was that?", mentions=(BOT,), user=OWNER, **HERE)
        await server.until(lambda: server.replies(CHANNEL))
        await asyncio.sleep(0.2)

    (reply,) = server.replies(CHANNEL)
    assert "Starmer" not in reply["content"].split("\n")[-1]


@pytest.mark.slow
async def test_thanks_and_what_is_forwarded_get_no_answer(
    options: Settings, server: Server
) -> None:
    async with bot(options, server, read_all=False):
        first = await asked(server, "what did Starmer say?")
        assert first.answer is not None
        await server.say("thanks!", reply_to=first.answer, mentions=(BOT,), **HERE)
        await server.say("Thank you", guild=None, channel=DIRECT)
        await server.say("", reply_to=first.answer, reference=1, **HERE)
        await asyncio.sleep(0.5)

    assert server.replies(CHANNEL) == server.replies(DIRECT) == []


@pytest.mark.slow
async def test_a_reply_elsewhere_and_another_member_get_nothing_of_an_answer(
    options: Settings, server: Server
) -> None:
    async with bot(options, server) as client:
        shown = await asked(server, "what did Starmer say?")
        secret = await asked(server, "what did Starmer say?", option("private", True))
        assert shown.answer is not None
        assert secret.answer is not None
        await server.say("and von der Leyen?", reply_to=shown.answer, guild=GUILD, channel=SECOND)
        for id in components(secret.answer):
            values = ["1"] if "sources" in id else None
            used = await server.click(secret.answer, id, values=values, user=MODERATOR, **HERE)
            await used.until(lambda one: one.followups)
            assert "I no longer know this answer" in used.followups[0]["content"]
        client.store.set(GUILD, GuildSettings(askers=frozenset({ROLE})))
        share = first_id(secret.answer, "share")
        shared = await server.click(secret.answer, share, **HERE)
        await shared.until(lambda one: one.followups)

    assert server.replies(SECOND) == []
    assert "Only some roles may ask" in shared.followups[0]["content"]
    assert shared.followups[0]["flags"] & 64


@pytest.mark.slow
async def test_answers_that_no_longer_stand_are_listed_and_moved_quotes_found(
    options: Settings, server: Server
) -> None:
    article = f"Before it all. {BRIDGE} The ferry runs."
    async with bot(options, server) as client:
        await add(server, "bridge.txt", article, **HERE)
        given = await asked(server, "why was the bridge of Halvik closed?")
        assert given.answer is not None
        menu = first_id(given.answer, "sources")
        await add(server, "bridge.txt", "It was corrected: more now. " + article, **HERE)
        moved = await server.click(given.answer, menu, values=["1"], **HERE)
        await moved.until(lambda one: one.followups)
        stands = [one for kept in client.store.answers() for one in client.desks.changes(kept)]
        await add(server, "bridge.txt", article.replace("rusted", "been cut"), **HERE)
        changed = [one for kept in client.store.answers() for one in client.desks.changes(kept)]
        with client.desks.own(GUILD) as desk:
            desk.index.library.rows("DELETE FROM versions")
        no_longer_kept = [
            one for kept in client.store.answers() for one in client.desks.changes(kept)
        ]
        with client.desks.own(GUILD) as desk:
            desk.remove([*desk.articles()])
        gone = [one for kept in client.store.answers() for one in client.desks.changes(kept)]

    assert "rusted" in moved.followups[0]["embeds"][0]["description"]
    assert stands == []
    assert [(one.quote, one.withdrawn) for one in changed] == [(BRIDGE, False)]
    assert [(one.quote, one.withdrawn) for one in no_longer_kept] == [(None, False)]
    assert [(one.quote, one.withdrawn) for one in gone] == [(None, True)]


# What it may not do


@pytest.mark.slow
async def test_without_the_history_a_mention_is_answered_all_the_same(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        server.may[CHANNEL] -= {"history"}
        await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL), 5)

    assert "unacceptable" in plain(server.replies(CHANNEL)[0]["content"])


@pytest.mark.slow
async def test_without_threads_it_answers_in_the_channel(options: Settings, server: Server) -> None:
    async with bot(options, server) as client:
        client.store.set(GUILD, type(client.store.settings(GUILD))(threads=True))
        server.may[CHANNEL] -= {"create threads"}
        await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))
        given = await asked(server, "what did Starmer say?")

    assert "unacceptable" in plain(server.replies(CHANNEL)[0]["content"])
    assert given.answer


@pytest.mark.slow
async def test_where_it_may_open_threads_but_not_send_in_them_it_answers_in_the_channel(
    options: Settings, server: Server
) -> None:
    async with bot(options, server) as client:
        client.store.set(GUILD, type(client.store.settings(GUILD))(threads=True))
        server.may[CHANNEL] -= {"send in threads"}
        await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL), 5)

    assert "unacceptable" in plain(server.replies(CHANNEL)[0]["content"])


@pytest.mark.slow
async def test_where_it_may_not_send_it_answers_commands_only(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        server.may[CHANNEL] -= {"send"}
        await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(
            lambda: any(one.path == f"channels/{CHANNEL}/messages" for one in server.requests)
        )
        given = await asked(server, "what did Starmer say?")

    assert given.answer
    assert server.replies(CHANNEL) == []


@pytest.mark.slow
async def test_a_question_deleted_meanwhile_is_answered(options: Settings, server: Server) -> None:
    async with bot(options, server):
        mine = await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        del server.messages[int(mine["id"])]
        await server.until(lambda: server.replies(CHANNEL))

    assert "unacceptable" in plain(server.replies(CHANNEL)[0]["content"])


# Checking a message


COUNCIL = "Port Alder's council voted nine to six for the ferry terminal on Monday."


async def test_a_message_is_checked_against_the_articles(options: Settings, server: Server) -> None:
    async with bot(options, server):
        given = await check(server, f"{COUNCIL} The moon is green cheese. Is it?")
        assert given.answer is not None
        shown = given.answer["content"]
        opened = await server.click(
            given.answer, first_id(given.answer, "sources"), values=["1"], **HERE
        )
        await opened.until(lambda one: one.followups)
        shared = await server.click(given.answer, first_id(given.answer, "share"), **HERE)
        await shared.until(lambda one: one.followups and not components(one.original or {}))

    assert given.ephemeral
    assert shown.count("> ") == 2
    assert "The articles say it" in shown.split("green cheese")[0]
    assert "The articles don't say it" in shown.split("green cheese")[1]
    assert opened.ephemeral
    assert "nine to six" in opened.followups[0]["embeds"][0]["description"]
    assert not shared.followups[0]["flags"] & 64
    assert shared.followups[0]["content"] == shown
    assert any("delete" in id for id in components(shared.followups[0]))


@pytest.mark.slow
async def test_a_reply_to_a_shared_check_is_a_question_of_its_own(
    options: Settings, server: Server
) -> None:
    async with bot(options, server) as client:
        given = await check(server, COUNCIL)
        assert given.answer is not None
        used = await server.click(given.answer, first_id(given.answer, "share"), **HERE)
        await used.until(lambda one: one.followups and not components(one.original or {}))
        await server.say("what did Starmer say?", reply_to=used.followups[0], **HERE)
        await server.until(lambda: server.replies(CHANNEL))
        last = client.store.last_in(CHANNEL)

    assert "unacceptable" in plain(server.replies(CHANNEL)[0]["content"])
    assert "Understood" not in server.replies(CHANNEL)[0]["content"]
    assert last is not None
    assert (last.question, last.follows) == ("what did Starmer say?", None)


@pytest.mark.slow
async def test_a_message_without_a_statement_is_not_judged(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        given = await check(server, "Is that so? 😀")
    assert given.answer is not None
    assert "no statement" in given.answer["content"]
