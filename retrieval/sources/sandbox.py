"""Documents are read in a process apart, which is ended when it takes too long or too much.

A page may be made so that parsers take hours for it, and a thread can't be ended.
"""

import atexit
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import IO, Any

from retrieval.articles.article import Article
from retrieval.errors import ReadError
from retrieval.sources import documents

_KINDS: dict[str, Callable[..., Article]] = {
    "html": documents.page_article,
    "pdf": documents.pdf_article,
    "docx": documents.docx_article,
}
_SECONDS = {"html": 20.0, "pdf": 60.0, "docx": 60.0}  # for one document; books are PDFs
_MEMORY = 2_000_000_000  # bytes that a process may have
_PROCESSES = 4  # so that some documents that take long don't hold up all others
_WAIT = 60.0  # seconds for one of them
_MOST = 200  # documents that one reads; what they leave behind goes with it
_CODE = "import sys; sys.path[:] = {}; from retrieval.sources import sandbox; sandbox.serve()"


def read(
    kind: str,
    content: bytes,
    *,
    path: str | None = None,
    address: str | None = None,
    charset: str | None = None,
) -> Article:
    """The article in a document of kind html, pdf or docx, as `documents` reads it.

    Raises ReadError, also where that takes too long, too much memory, or breaks the process.
    """
    about = {"path": path, "address": address, "charset": charset}
    given = {name: value for name, value in about.items() if value is not None}
    with _process() as process:
        request = {"kind": kind, "given": given, "seconds": _SECONDS[kind]}
        answer = process.ask(request, content)
    if "error" in answer:
        raise ReadError(answer["error"])
    fields = answer["article"]
    return Article(**(fields | {"authors": tuple(fields["authors"])}))


class _Process:
    """A process that reads one document after another."""

    def __init__(self) -> None:
        self.asked = 0
        # In a session of its own, as Ctrl-C is for who asks; without the environment, which has
        # secrets that no parser needs. Windows can't do without it.
        self._popen = subprocess.Popen(
            [sys.executable, "-c", _CODE.format(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            env={} if os.name == "posix" else None,
        )
        atexit.register(self.end)

    def ask(self, request: dict[str, Any], content: bytes) -> dict[str, Any]:
        """What came of the document; the process is ended where nothing did."""
        self.asked += 1
        assert self._popen.stdin
        assert self._popen.stdout
        late = threading.Event()

        def stop() -> None:
            late.set()
            self._popen.kill()

        timer = threading.Timer(request["seconds"], stop)
        timer.start()
        try:
            _send(self._popen.stdin, request, content)
            answer, _ = _received(self._popen.stdout)
        except OSError:
            answer = None
        finally:
            timer.cancel()
        if answer is None:
            self.end()
            reason = "it takes too long to read" if late.is_set() else "what reads it broke down"
            return {"error": reason}
        return answer

    @property
    def lives(self) -> bool:
        return self._popen.poll() is None

    def end(self) -> None:
        atexit.unregister(self.end)
        self._popen.kill()
        self._popen.wait()
        for pipe in (self._popen.stdin, self._popen.stdout):
            with suppress(OSError):  # what was not sent any more
                if pipe:
                    pipe.close()


_idle: queue.LifoQueue[_Process] = queue.LifoQueue()
_places = threading.BoundedSemaphore(_PROCESSES)


@contextmanager
def _process() -> Iterator[_Process]:
    """One that nobody else uses meanwhile."""
    if not _places.acquire(timeout=_WAIT):
        raise ReadError("too many documents are being read just now")
    try:
        try:
            process = _idle.get_nowait()
        except queue.Empty:
            process = _Process()
        if not process.lives:
            process.end()
            process = _Process()
        try:
            yield process
        except BaseException:  # cut off in the midst, it would answer the next one wrongly
            process.end()
            raise
        if process.asked < _MOST:
            _idle.put(process)
        else:
            process.end()
    finally:
        _places.release()


def serve() -> None:
    """Read documents that come on standard input, until it ends."""
    logging.disable()
    with suppress(ImportError, ValueError, OSError):  # some systems have no such limit
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        allowed = _MEMORY if most == resource.RLIM_INFINITY else min(_MEMORY, most)
        resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a parser prints is no answer
    while True:
        request, content = _received(sys.stdin.buffer)
        if request is None:
            return
        with _alarm(request["seconds"]):
            answer = _answer(request, content)
        _send(answers, answer, b"")


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """End this process then, also when the one that watches over it was killed."""
    if not hasattr(signal, "alarm"):  # as on Windows
        yield
        return
    signal.alarm(int(seconds) + 2)
    yield
    signal.alarm(0)


def _answer(request: dict[str, Any], content: bytes) -> dict[str, Any]:
    try:
        return {"article": asdict(_KINDS[request["kind"]](content, **request["given"]))}
    except ReadError as exc:
        return {"error": exc.reason}
    except Exception as exc:  # noqa: BLE001 - a damaged document makes a parser raise anything
        return {"error": f"it is damaged ({type(exc).__name__})"}


def _send(pipe: IO[bytes], said: dict[str, Any], content: bytes) -> None:
    pipe.write(json.dumps(said | {"bytes": len(content)}).encode() + b"\n" + content)
    pipe.flush()


def _received(pipe: IO[bytes]) -> tuple[dict[str, Any] | None, bytes]:
    """What was sent, None where the other end is gone."""
    line = pipe.readline()
    if not line.endswith(b"\n"):
        return None, b""
    said: dict[str, Any] = json.loads(line)
    content = pipe.read(said["bytes"])
    return (said, content) if len(content) == said["bytes"] else (None, b"")
