"""The poller: the feeds of all libraries, polled by the bot itself if the settings say so."""

import logging
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial

from bot.discord.libraries import Libraries
from bot.settings import OF_SERVERS, Settings, hosts
from retrieval.newsdesk import Newsdesk
from retrieval.sources.http import agent_of
from retrieval.watching.queue import FetchQueue
from retrieval.watching.watcher import Watcher

log = logging.getLogger(__name__)


@contextmanager
def polling(options: Settings, libraries: Libraries) -> Iterator[None]:
    """Poll in a thread inside the block; do nothing unless `options.watch` is set."""
    if not options.watch:
        yield
        return

    @contextmanager
    def opened(library: str) -> Iterator[Newsdesk]:
        server = library.removeprefix(OF_SERVERS)
        if library != server and server.isdecimal():
            with libraries.own(int(server), create=True) as desk:
                yield desk
        else:
            with libraries.operators(library) as desk:
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
            thread.join(timeout=1)  # work that is cut off continues at the next start
