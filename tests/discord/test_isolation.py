"""Generated servers, libraries, channels, settings and people: no server sees another's data."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from bot.discord.client import Client
from bot.discord.replies import InteractionReply
from bot.discord.store import AnswerRecord as Kept
from bot.discord.store import GuildSettings
from bot.settings import Settings
from retrieval.articles.article import article
from tests.discord.bot import add, asked, bot, check, number, plain
from tests.loopback.discord_server import (
    AUTOCOMPLETE,
    BOT,
    MANAGE_GUILD,
    MANAGE_MESSAGES,
    Given,
    Json,
    Server,
    option,
)

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

Who = dict[str, Any]
Step = Callable[[], Awaitable[object]]

TOPICS = [
    ("Which password did the harbour master of Vik name?",
     "The harbour master of Vik named the password {} on Monday."),
    ("Who was elected mayor of Halvik?", "Voters of Halvik elected {} mayor on Sunday."),
    ("Which firm will build the tunnel under Lake Orn?",
     "The firm {} will build the tunnel under Lake Orn, the county council decided."),
    ("What is the new ferry of Sund called?",
     "The new ferry of Sund is called {}, its owner said."),
]  # fmt: skip
SAYINGS = [
    "The children have heard of {} at school",
    "There is more to come after {}",
    "Ask me about {} again in a year",
    "You cannot buy {} in a shop",
    "It took us years to find {}",
    "We should have thought of {} long ago",
]  # one more than fit on a page of /quotes
EVERYWHERE = "Tora Berg"  # speaks in every article; every other speaker is in one article only
PUBLISHED, EARLIER = "2025-05-16", "2025-05-15"
REFUSALS = ("I answer only in <#", "Only certain roles may ask", "I no longer know")
PEOPLE = range(2101, 2105)
IDS = [
    "sources:{}", "nearest:{}", "quotes:{}:0", "rate:{}:1", "rate:{}:0", "share:{}", "delete:{}",
]  # fmt: skip
PAGES = ["newsdesk:list:0", "newsdesk:list:1", f"newsdesk:quotes:{10**20}:0"]


@dataclass(frozen=True)
class Fed:
    """An article of a server; its `words` are in no other, and the first three are shown."""

    question: str
    row: dict[str, Any]
    words: list[str]

    @property
    def id(self) -> str:
        return article(**self.row).id

    @property
    def speaker(self) -> str:
        return f"Lena {self.words[4]}"

    @property
    def fact(self) -> str:
        """In capitals, like all that is typed, so that an echo of it doesn't count as a leak."""
        return str(self.row["text"]).split("\n")[0].upper()

    @property
    def is_long(self) -> bool:
        return SAYINGS[-1].format(self.words[2]) in self.row["text"]

    @property
    def saying(self) -> str:
        return f"of {self.words[2]} at school".upper()


@dataclass(frozen=True)
class Listed:
    """A list of statements that was shown to somebody."""

    number: str
    asker: int
    private: bool
    fed: Fed


@dataclass
class Guild:
    id: int
    channels: list[int]
    roles: tuple[int, int]  # the roles that may ask, and those that may add articles
    settings: GuildSettings
    members: dict[int, tuple[int, ...]]  # and their roles
    fed: list[Fed]
    answers: list[tuple[Json, Who]] = field(default_factory=list)  # messages, where to reply
    lists: list[Listed] = field(default_factory=list)

    def may_ask(self, who: Who) -> bool:
        asks = not self.settings.askers or self.roles[0] in who["roles"]
        return asks and who["channel"] in (self.settings.channels or self.channels)

    def own(self, question: str) -> list[Fed]:
        return [one for one in self.fed if one.question == question]


class World:
    """The servers and people, what they do, and what the bot says in which place."""

    client: Client  # once it is connected

    def __init__(self, server: Server, seed: int) -> None:
        self.server, self.draw = server, random.Random(seed)
        count = self.draw.randint(3, 4)
        with_own = self.draw.sample(range(count), count - 1)
        self.guilds = [self._guild(31 + n, n in with_own) for n in range(count)]
        self.own = [one for one in self.guilds if one.fed]
        self.fed = [(one, fed) for one in self.own for fed in one.fed]  # withdrawn ones too
        server.directs = {user: 9000 + user for user in PEOPLE}
        self.homes = {channel: one.id for one in self.guilds for channel in one.channels}
        self.homes |= {channel: user for user, channel in server.directs.items()}
        self.told: set[tuple[int, int]] = set()  # who got a direct message, and about which server

    def _word(self) -> str:
        pairs = (self.draw.choice("bdfgklmnprstvz") + self.draw.choice("aeiou") for _ in range(5))
        return "".join(pairs).capitalize()

    def _guild(self, id: int, with_own: bool) -> Guild:
        draw = self.draw
        channels = [id * 10 + n for n in range(draw.randint(1, 3))]
        asker, feeder = id * 100, id * 100 + 1
        members = draw.sample(PEOPLE, draw.randint(2, 4))
        roles: list[tuple[int, ...]] = [(), (asker,), (feeder,), (asker, feeder)]
        settings = GuildSettings(
            channels=frozenset(draw.sample(channels, draw.randint(0, len(channels)))),
            askers=frozenset(draw.choice([[], [asker]])),
            feeders=frozenset(draw.choice([[], [feeder]])),
            threads=draw.random() < 0.5,
        )
        fed = [self._fed(*topic) for topic in draw.sample(TOPICS, with_own * draw.randint(1, 3))]
        self.server.guild(id, *channels, roles=(asker, feeder))
        drawn = {user: draw.choice(roles) for user in members} | {members[0]: roles[-1]}
        return Guild(id, channels, (asker, feeder), settings, drawn, fed)

    def _fed(self, question: str, text: str) -> Fed:
        title, source, said, author, speaker, place = words = [self._word() for _ in range(6)]
        sayings = SAYINGS[: self.draw.choice([1, len(SAYINGS)])]
        quoted = [f"“{one.format(said)},” said Lena {speaker}." for one in sayings]
        quoted += [f"“We are tired of {said} by now,” said {EVERYWHERE}."]
        if self.draw.random() < 0.3:
            place = "vik"  # articles of several servers then have the same id
            words.pop()
        row = {
            "title": f"News of {title}", "source": f"{source} Post", "authors": [f"Ann {author}"],
            "url": f"https://news.example/{place}/{question.split()[-1][:-1]}",
            "text": "\n\n".join([text.format(said), *quoted]), "published": PUBLISHED,
        }  # fmt: skip
        return Fed(question, row, words)

    def who(self, guild: Guild, user: int | None = None, **more: Any) -> Who:
        """A member of the server in one of its channels."""
        user = user or self.draw.choice([*guild.members])
        channel = self.draw.choice(guild.channels)
        roles = guild.members.get(user, ())
        return {"guild": guild.id, "channel": channel, "user": user, "roles": roles} | more

    def chief(self, guild: Guild) -> Who:
        """A member who may do everything, in a channel where it is allowed."""
        channel = self.draw.choice(sorted(guild.settings.channels) or guild.channels)
        permissions = MANAGE_GUILD | MANAGE_MESSAGES
        return self.who(guild, next(iter(guild.members)), channel=channel, permissions=permissions)

    def direct(self, user: int | None = None) -> Who:
        user = user or self.draw.choice(PEOPLE)
        return {"guild": None, "channel": self.server.directs[user], "user": user}

    async def play(self, steps: list[Step]) -> None:
        """Play all actions in random order, some at the same time."""
        self.draw.shuffle(steps)
        while steps:
            now = [steps.pop() for _ in range(min(len(steps), self.draw.randint(1, 9)))]
            await asyncio.gather(*(step() for step in now))

    def sent(self) -> list[tuple[str, int, str]]:
        """The path, place and text of all that the bot has sent; place 0 means none."""
        return [
            (one.path, self._place(one.path.split("/")), plain(json.dumps(one.body)))
            for one in self.server.requests
            if one.body is not None
        ]

    def _place(self, path: list[str]) -> int:
        if path[0] == "channels":
            channel = int(path[1])
            return self.homes[self.server.threads.get(channel, channel)]
        return self.server.given[path[2]].place if path[0] in ("interactions", "webhooks") else 0

    def leaks(self) -> list[tuple[str, int, int, str]]:
        """The places where words of another server were shown."""
        return [
            (path, place, guild.id, word)
            for path, place, text in self.sent()
            for guild, fed in self.fed
            for word in fed.words
            if word in text and place != guild.id and (place, guild.id) not in self.told
        ]

    # What people do. Each action checks that members see the articles of their own server.

    def surfaces(self, guild: Guild) -> list[Step]:
        """Use every way to see articles, as a member of the server."""
        draw = self.draw
        foreign = [fed for other, fed in self.fed if other is not guild]
        steps: list[Step] = [
            partial(self.ask, guild, draw.choice(TOPICS)[0], draw.random() < 0.5, self.who(guild))
        ]
        for place, one in enumerate(guild.fed):
            by = draw.choice([None, one])
            steps += [
                partial(self.ask, guild, one.question, place % 2 == 0, self.chief(guild), by),
                partial(self.check, guild, one, self.chief(guild)),
            ]
        one = draw.choice(foreign)
        steps += [
            partial(self.ask, guild, one.question, False, self.chief(guild), one),
            partial(self.ask, guild, f"What of {one.words[2].upper()}?", True, self.who(guild)),
            partial(self.check, guild, one, self.chief(guild)),
            *(partial(self.remove_foreign, guild, one) for one in foreign),
            partial(self.talk, guild, draw.choice(guild.fed or foreign).question),
            partial(self.autocomplete, guild),
            partial(self.look, guild),
        ]
        return steps + self.statements(guild)

    def statements(self, guild: Guild) -> list[Step]:
        """Use every way to see who says what, as a member of the server."""
        draw, chief = self.draw, self.chief(guild)
        foreign = [fed for other, fed in self.fed if other is not guild]
        apart = [fed for other, fed in self.fed if chief["user"] not in other.members]
        some = draw.choice(guild.fed or foreign)
        steps: list[Step] = [
            partial(way, guild, one, who)
            for way in (self.quotes, self.who_said)
            for one, who in [
                (some, self.chief(guild)),
                (draw.choice(guild.fed or foreign), self.who(guild)),
                (draw.choice(foreign), self.chief(guild)),
                (draw.choice(apart or foreign), chief),
            ]
        ]
        steps += [
            *(partial(self.quotes, guild, one, chief) for one in guild.fed if one is not some),
            partial(self.everywhere, guild, self.chief(guild)),
            partial(self.speakers, guild, draw.choice(foreign), self.chief(guild)),
            partial(self.speakers, guild, draw.choice(foreign), self.who(guild)),
        ]
        return steps

    async def ask(
        self, guild: Guild, question: str, private: bool, who: Who, by: Fed | None = None
    ) -> None:
        """Ask for an article; with `by`, of its publisher only."""
        limit = [option("source", by.row["source"].upper())] if by else []
        given = await asked(self.server, question, option("private", private), *limit, **who)
        own = guild.own(question)
        self.seen(own if by is None or by in own else [], given, guild.may_ask(who))
        if given.answer and not private:
            guild.answers.append((given.answer, who))

    def seen(self, own: list[Fed], shown: object, may: bool = True) -> None:
        text = plain(json.dumps(shown.original if isinstance(shown, Given) else shown))
        for one in own:
            assert {word in text for word in one.words[:3]} == {may}, (one, text)

    async def check(self, guild: Guild, fed: Fed, who: Who) -> None:
        given = await check(self.server, fed.fact, **who)
        self.seen([fed] if fed in guild.fed else [], given)

    async def talk(self, guild: Guild, question: str) -> None:
        """Mention the bot, reply to its answer, and go on in the thread if it opened one."""
        who = self.chief(guild)
        answer = await self.said(f"<@{BOT}> {question}", **who)
        self.seen(guild.own(question), answer)
        there = who | {"channel": int(answer["channel_id"])}
        guild.answers.append((answer, there))
        # Nobody can reply to an answer that is not stored yet.
        await self.server.until(lambda: self.client.context.store.answer_in(int(answer["id"])))
        await self.said("and when was that?", reply_to=answer, **there)
        if guild.settings.threads:
            thread = self.server.thread(who["channel"], there["channel"], "a thread")
            await self.server.dispatch("THREAD_CREATE", thread)
            more = await self.said(question, **there)
            self.seen(guild.own(question), more)

    async def said(self, text: str, **who: Any) -> Json:
        """The bot's reply to a message, in the thread opened for it or in the same channel."""
        server = self.server
        mentions = (BOT,) if "<@" in text else ()
        message = await server.say(text, mentions=mentions, **who)

        def replies() -> list[Json]:
            return server.replies(int(message["id"])) + [
                one for one in server.replies(who["channel"])
                if str((one.get("message_reference") or {}).get("message_id")) == message["id"]
            ]  # fmt: skip

        await server.until(replies)
        return replies()[0]

    async def used(self, name: str, *options: Json, who: Who) -> Given:
        given = await self.server.command(name, [*options], **who)
        return await given.until(lambda one: one.answer or (one.deleted and one.followups))

    async def quotes(self, guild: Guild, fed: Fed, who: Who) -> None:
        """Ask what a speaker of this server or another says, with or without a topic."""
        private = self.draw.random() < 0.5
        limit, is_left = self.draw.choice([
            ([], True),
            ([option("about", fed.words[2].upper())], True),
            ([option("since", PUBLISHED), option("until", PUBLISHED)], True),
            ([option("until", EARLIER)], False),
        ])  # fmt: skip
        speaker = fed.speaker.upper()
        options = option("speaker", speaker), option("private", private)
        given = await self.used("quotes", *options, *limit, who=who)
        nobody = f"Nobody called {speaker} says anything in these articles."
        self.stated(guild, fed, given, who, nobody, is_left=is_left)
        if fed in guild.fed and is_left and guild.may_ask(who):
            assert given.answer
            guild.lists.append(Listed(number(given.answer), who["user"], private, fed))
            guild.answers += [] if private else [(given.answer, who)]

    async def who_said(self, guild: Guild, fed: Fed, who: Who) -> None:
        """Ask who said something, in this server or another."""
        private = option("private", self.draw.random() < 0.5)
        given = await self.used("who", option("said", fed.saying), private, who=who)
        self.stated(guild, fed, given, who, "Nobody in these articles says that.")

    def stated(
        self, guild: Guild, fed: Fed, given: Given, who: Who, nobody: str, *, is_left: bool = True
    ) -> None:
        """Check that a statement of the server is shown, and that one of another is not found."""
        shown = given.answer or given.followups[0]
        if not guild.may_ask(who):
            assert shown["content"].startswith(REFUSALS)
        elif fed not in guild.fed:
            assert shown["content"] == nobody
        self.seen([fed] if fed in guild.fed else [], given, guild.may_ask(who) and is_left)

    async def everywhere(self, guild: Guild, who: Who) -> None:
        """Check that each server sees its own statements of somebody who speaks on all servers."""
        given = await self.used("quotes", option("speaker", EVERYWHERE), who=who)
        self.seen(guild.fed, given)

    async def speakers(self, guild: Guild, foreign: Fed, who: Who) -> None:
        """Complete a name that all share, one of another server, and an empty text."""
        own = {fed.speaker for fed in guild.fed} if guild.may_ask(who) else set()
        for typed, wanted in [("lena", own), (foreign.speaker.upper(), set()), ("", None)]:
            named = option("speaker", typed, focused=True)
            found = {one["value"] for one in await self.typed("quotes", named, who=who)}
            assert wanted is None or found == wanted

    async def turn(self, guild: Guild, one: Listed, page: int, who: Who) -> None:
        """Turn to a page of a list of the server, as one of its members."""
        given = await self.click(f"newsdesk:quotes:{one.number}:{page}", who)
        may = guild.may_ask(who) and (not one.private or who["user"] == one.asker)
        if one.fed in guild.fed and (page == 0 or one.fed.is_long):
            self.seen([one.fed], given, may)
        assert may or given.followups[0]["content"].startswith(REFUSALS)

    async def typed(self, name: str, *options: Json, who: Who) -> Any:
        given = await self.server.command(name, [*options], kind=AUTOCOMPLETE, **who)
        await given.until(lambda one: one.callback)
        return given.callback and given.callback["data"]["choices"]

    async def autocomplete(self, guild: Guild) -> None:
        who = self.chief(guild)
        question = option("question", "x")
        sources = await self.typed("ask", question, option("source", "post", focused=True), who=who)
        titles = [
            await self.typed("articles remove", option("article", text, focused=True), who=who)
            for text in ("news", "")
        ]
        assert {one["value"] for one in sources} >= {one.row["source"] for one in guild.fed}
        for found in titles:
            assert {one["value"] for one in found} == {one.id for one in guild.fed}

    async def look(self, guild: Guild) -> None:
        who = self.chief(guild)
        listed = await self.server.command("articles list", **who)
        await listed.until(lambda one: one.answer)
        first, *_ = [await self.click(id, who) for id in self.pages()]
        for one in (listed, first):
            shown = plain(json.dumps(one.original))
            assert {fed.words[0] in shown for fed in guild.fed} <= {True}

    def pages(self) -> list[str]:
        """Ids of lists that exist, that may exist later, and that never do."""
        drawn = [f"newsdesk:quotes:{self.draw.randint(1, 60)}:{page}" for page in (0, 1)]
        return PAGES + drawn

    async def click(self, id: str, who: Who) -> Given:
        """Use a component of a message, whether or not the bot has sent it."""
        menu = ":sources:" in id
        one: Json = {"type": 3 if menu else 2, "custom_id": id}
        one |= {"options": [{"label": n, "value": n} for n in "123"]} if menu else {"style": 2}
        row = {"type": 1, "components": [one]}
        shown = {"content": "forged", "components": [row]}
        message = self.server._made(who["channel"], shown, BOT)
        given = await self.server.click(message, id, values=["1"] if menu else None, **who)
        return await given.until(
            lambda one: (
                one.followups or one.deleted or one.original["content"] not in ("", "forged")
            )
        )

    async def remove(self, wanted: str, who: Who) -> str:
        given = await self.server.command("articles remove", [option("article", wanted)], **who)
        await given.until(lambda one: one.answer)
        return str(given.answer and given.answer["content"])

    async def remove_foreign(self, guild: Guild, fed: Fed) -> None:
        who = self.chief(guild)
        for wanted in (fed.id, fed.id[:8], fed.row["title"]):
            if not any(one.id.startswith(wanted) for one in guild.fed):
                said = await self.remove(wanted, who)
                assert "no such article" in said or "no articles of its own" in said

    async def directly(self, user: int) -> None:
        """Use every way to see articles in direct messages, which show no server's articles."""
        who = self.direct(user)
        _, fed = self.draw.choice(self.fed)
        await self.said(fed.question, **who)
        await asked(self.server, fed.question, option("source", fed.row["source"].upper()), **who)
        await check(self.server, fed.fact, **who)
        await self.used("quotes", option("speaker", fed.speaker.upper()), who=who)
        await self.used("who", option("said", fed.saying), who=who)
        await self.typed("ask", option("source", "post", focused=True), who=who)
        named = option("speaker", "lena", focused=True)
        assert await self.typed("quotes", named, who=who) == []
        title = option("article", "", focused=True)
        assert await self.typed("articles remove", title, who=who) == []
        assert "Only members" in await self.remove(fed.id, who)
        for id in self.pages():
            await self.click(id, who)

    async def feed(self, guild: Guild) -> None:
        who = self.chief(guild) | ({"permissions": 0} if guild.settings.feeders else {})
        rows = "\n".join(json.dumps(fed.row) for fed in guild.fed)
        given = await add(self.server, "own.jsonl", rows, **who)
        assert f"Added {len(guild.fed)}," in json.dumps(given.answer)

    async def withdraw(self) -> tuple[Guild, Fed]:
        guild, gone = self.draw.choice(self.fed)
        assert "Withdrawn: " in await self.remove(gone.id[:8], self.chief(guild))
        guild.fed.remove(gone)
        return guild, gone

    def replies(self, guild: Guild) -> list[Step]:
        """Reply to the answers of a server, as its members and as others in other places."""
        steps: list[Step] = []
        for answer, who in self.draw.sample(guild.answers, min(2, len(guild.answers))):
            steps += [partial(self.said, "and when was that?", reply_to=answer, **who)]
            others = [self.chief(one) for one in self.guilds if one is not guild]
            other = self.draw.choice([*others, self.direct()])
            steps += [partial(self.said, f"<@{BOT}> and when was that?", reply_to=answer, **other)]
        return steps

    def turns(self, guild: Guild) -> list[Step]:
        """Turn pages of the server's lists, as those who asked for them and as other members."""
        drawn = self.draw.sample(guild.lists, min(3, len(guild.lists)))
        return [
            partial(self.turn, guild, one, page, who)
            for one in drawn
            for who in (self.chief(guild) | {"user": one.asker}, self.who(guild))
            for page in (0, 1)
        ]

    async def use_elsewhere(self, given: Kept, who: Who) -> None:
        """Use the components of an answer in places where it wasn't given."""
        used = await asyncio.gather(
            *(self.click(f"newsdesk:{id.format(given.id)}", who) for id in IDS)
        )
        for one in used:
            assert not one.deleted
            assert "no longer know" in one.followups[0]["content"]

    def elsewhere(self, given: Kept) -> list[Who]:
        """Another server and direct messages, with the asker if they are a member there."""
        guild = self.draw.choice([one for one in self.guilds if one.id != given.guild])
        who = self.chief(guild)
        if given.asker in guild.members:
            who["user"] = given.asker
        return [who] if given.guild is None else [who, self.direct(given.asker)]

    async def use_all(self, client: Client) -> None:
        """Use the components of each answer where it was given, as the person who asked."""
        answers, opened = kept(client), dict.fromkeys([one.id for one in self.guilds], "")
        members = {one.id: one.members for one in self.guilds}
        steps: list[Step] = []

        async def use(given: Kept, *ids: str) -> None:
            who = self.direct(given.asker)
            if given.guild:
                roles = members[given.guild].get(given.asker, ())
                who |= {"guild": given.guild, "channel": given.channel, "roles": roles}
            for id in ids:
                used = await self.click(f"newsdesk:{id.format(given.id)}", who)
                if given.guild:
                    opened[given.guild] += plain(json.dumps(used.followups))

        sources, nearest, page, rate, _, share, delete = IDS
        for one in answers:
            look = sources if one.found else nearest
            page_too = [page] * (one.speaker is not None)
            steps.append(partial(use, one, look, *page_too, rate, *[share] * one.private))
        await self.play(steps)
        assert {one.answer for one in client.context.store.feedback()} == {
            one.id for one in answers
        }
        await self.play([partial(use, one, delete) for one in answers])
        await self.server.until(lambda: not client.context.in_flight)
        assert not {one.id for one in kept(client)} & {one.id for one in answers}
        for guild in self.own:
            assert [one for one in guild.fed if one.words[2] not in opened[guild.id]] == []

    async def tell(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Check that what can't be said in a channel is told only to the person who asked there."""
        guild = self.draw.choice([one for one in self.own if one.fed])
        fed, muted, late = guild.fed[0], self.chief(guild), self.chief(guild)
        self.server.may[muted["channel"]] = {"view", "history"}
        self.told.add((muted["user"], guild.id))
        replies = partial(self.server.replies, self.server.directs[muted["user"]])
        await self.server.say(f"<@{BOT}> {fed.question}", mentions=(BOT,), **muted)
        await self.server.until(lambda: fed.words[2] in plain(json.dumps(replies()[-1:])))
        monkeypatch.setattr(InteractionReply, "has_expired", True)
        before = len(replies())
        await self.server.command("ask", [option("question", fed.question)], **late)
        await self.server.until(lambda: fed.words[2] in plain(json.dumps(replies()[before:])))


def kept(client: Client) -> list[Kept]:
    """All answers that the bot has stored."""
    return [one for id in range(1, 1000) if (one := client.context.store.answer(id))]


def held(client: Client, guild: Guild) -> set[str]:
    if not client.context.libraries.has_own(guild.id):
        return set()
    with client.context.libraries.own(guild.id) as desk:
        return {*desk.index.library.ids()}


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_nothing_of_one_server_is_ever_shown_in_another(
    options: Settings, server: Server, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    world = World(server, seed)
    async with bot(options, server) as client:
        world.client = client
        monkeypatch.setattr(client.context.limits, "take", lambda *wanted: 0)
        for guild in world.guilds:
            client.context.store.set(guild.id, guild.settings)
        await asyncio.gather(*(world.feed(guild) for guild in world.own))
        steps = [step for guild in world.guilds for step in world.surfaces(guild)]
        await world.play(steps + [partial(world.directly, user) for user in PEOPLE])

        guild, gone = await world.withdraw()
        past = len(world.sent())
        answers = kept(client)
        steps = [partial(world.use_elsewhere, one, who)
                 for one in answers for who in world.elsewhere(one)]  # fmt: skip
        steps += [step for one in world.own for step in world.replies(one) + world.turns(one)]
        steps += [partial(world.ask, guild, gone.question, False, world.chief(guild))]
        steps += [partial(way, guild, gone, world.chief(guild))
                  for way in (world.quotes, world.who_said)]  # fmt: skip
        await world.play(steps + world.surfaces(guild))
        assert kept(client)[: len(answers)] == answers
        assert client.context.store.feedback() == []
        for guild in world.guilds:
            assert held(client, guild) == {fed.id for fed in guild.fed}
        await world.use_all(client)
        await world.tell(monkeypatch)

    assert world.leaks() == []
    assert not [one for one in world.sent()[past:] for word in gone.words if word in one[2]]
