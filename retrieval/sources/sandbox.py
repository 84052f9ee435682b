"""Sandbox: documents are parsed in a process of their own, with limits on time and memory.

A page may be made so that parsers take hours for it, and a thread can't be killed.
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
_MEMORY = 2_000_000_000  # bytes that a process may use
_PROCESSES = 4  # so that a few slow documents don't hold up all others
_WAIT = 60.0  # seconds to wait for a free process
_MAX_READ = 200  # documents that one process reads; then memory that leaked ends with it
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

    Raises ReadError, also where that takes too long, needs too much memory, or crashes.
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
        # In a session of its own, so that Ctrl-C doesn't reach it, and without the environment,
        # which has secrets that no parser needs. Windows needs the environment.
        self._popen = subprocess.Popen(
            [sys.executable, "-c", _CODE.format(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            env={} if os.name == "posix" else None,
        )
        atexit.register(self.end)

    def ask(self, request: dict[str, Any], content: bytes) -> dict[str, Any]:
        """The process's answer, or an error where it gave none and was killed."""
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
            reason = "it takes too long to read" if late.is_set() else "its parser crashed"
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
            with suppress(OSError):  # as where something wasn't sent yet
                if pipe:
                    pipe.close()


_idle: queue.LifoQueue[_Process] = queue.LifoQueue()
_places = threading.BoundedSemaphore(_PROCESSES)


@contextmanager
def _process() -> Iterator[_Process]:
    """A process for the caller alone. Raises ReadError where none becomes free in time."""
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
        except BaseException:  # after an interrupted question its next answer would be wrong
            process.end()
            raise
        if process.asked < _MAX_READ:
            _idle.put(process)
        else:
            process.end()
    finally:
        _places.release()


def serve() -> None:
    """Answer requests from standard input, until it ends; runs in the process apart."""
    logging.disable()
    with suppress(ImportError, ValueError, OSError):  # some systems have no such limit
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        allowed = _MEMORY if most == resource.RLIM_INFINITY else min(_MEMORY, most)
        resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # so that what a parser prints doesn't mix with answers
    while True:
        request, content = _received(sys.stdin.buffer)
        if request is None:
            return
        with _alarm(request["seconds"]):
            answer = _answer(request, content)
        _send(answers, answer, b"")


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """End this process after so many seconds, even if its parent was killed."""
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
    except Exception as exc:  # noqa: BLE001 - a damaged document may make a parser raise anything
        return {"error": f"it is damaged ({type(exc).__name__})"}


def _send(pipe: IO[bytes], message: dict[str, Any], content: bytes) -> None:
    pipe.write(json.dumps(message | {"bytes": len(content)}).encode() + b"\n" + content)
    pipe.flush()


def _received(pipe: IO[bytes]) -> tuple[dict[str, Any] | None, bytes]:
    """A message and its content; None in place of the message where the other end is gone."""
    line = pipe.readline()
    if not line.endswith(b"\n"):
        return None, b""
    message: dict[str, Any] = json.loads(line)
    content = pipe.read(message["bytes"])
    return (message, content) if len(content) == message["bytes"] else (None, b"")
