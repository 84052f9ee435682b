"""The feeds of all libraries, polled by the bot itself where it is told to."""

import logging
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial

from bot.discord.libraries import Desks
from bot.settings import OF_SERVERS, Settings, hosts
from retrieval.newsdesk import Newsdesk
from retrieval.sources.http import agent_of
from retrieval.watching.queue import FetchQueue
from retrieval.watching.watcher import Watcher

log = logging.getLogger(__name__)


@contextmanager
def watching(options: Settings, desks: Desks) -> Iterator[None]:
    """Poll meanwhile, if the settings say so."""
    if not options.watch:
        yield
        return

    @contextmanager
    def opened(library: str) -> Iterator[Newsdesk]:
        server = library.removeprefix(OF_SERVERS)
        if library != server and server.isdecimal():
            with desks.own(int(server), create=True) as desk:
                yield desk
        else:
            with desks.operators(library) as desk:
                yield desk

    stop = threading.Event()
    with closing(FetchQueue(options.data)) as queue:
        watch = Watcher(
            queue,
            opened,
            partial(hosts, options),
            agent=agent_of(options.contact),
            say=lambda line: log.info("%s", line),
        )
        thread = threading.Thread(target=watch.run, args=[stop], daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(timeout=1)  # what is cut off goes on at the next start
