"""A language model's server on loopback: the part of OpenAI's protocol that clients use.

Written from OpenAI's reference. It records every request, answers as a test tells it to, and can
refuse, limit, fail, fall silent, break off and send nonsense. It refuses what OpenAI refuses;
`breaches` lists the client's own faults.
"""

import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from tests.loopback import model_limits
from tests.loopback.model_limits import Json, Wrong

MODEL = "gpt-x"
KEY = "sk-loopback"  # not a real one


@dataclass
class Request:
    """A request as it was received."""

    path: str
    headers: Mapping[str, str]
    body: Any
    at: float

    @property
    def text(self) -> str:
        """The text of all its messages."""
        return model_limits.text(self.body)

    @property
    def system(self) -> str:
        """The text of its system messages."""
        given = (one for one in self.body["messages"] if one["role"] in ("system", "developer"))
        return "\n\n".join(map(model_limits.said, given))

    @property
    def streams(self) -> bool:
        """Whether the answer is to be streamed."""
        return bool(self.body.get("stream"))

    @property
    def tool(self) -> Json | None:
        """The function that must be called."""
        choice, tools = self.body.get("tool_choice"), self.body.get("tools", [])
        if choice == "required":
            return tools[0]["function"]
        wanted = choice["function"]["name"] if isinstance(choice, dict) else None
        return next((one["function"] for one in tools if one["function"]["name"] == wanted), None)

    @property
    def schema(self) -> Json | None:
        """The schema of the answer."""
        if self.tool:
            return self.tool.get("parameters", {})
        return self.body.get("response_format", {}).get("json_schema", {}).get("schema")


@dataclass(frozen=True)
class Answer:
    """What the model says, and how it is sent.

    If the request has a schema and `shaped` is set, a text that isn't JSON is put into the schema.
    """

    text: str | None = ""
    refusal: str | None = None
    calls: tuple[tuple[str, str], ...] = ()  # tool calls: name and arguments
    finish: str = "stop"
    shaped: bool = True
    tokens: tuple[int, int] | None = None  # of the request and of the answer; None to count them
    size: int = 24  # characters per chunk
    pause: float = 0.0  # seconds before each chunk
    keeps: bool = False  # whether comments keep the connection alive during a pause
    sends: float = 1.0  # the share of the chunks that is sent
    ends: bool = True  # whether the connection is then closed in order, not broken off


Reply = str | Answer | Callable[["Handler"], None]
Model = Callable[[Request], Reply]


class Server(ThreadingHTTPServer):
    """The server; `replies` are used in order, the last one repeatedly, or computed."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, *replies: Reply) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies: list[Reply] | Model = list(replies) or ["I don't know."]
        self.requests: list[Request] = []
        self.breaches: list[str] = []
        self.key = KEY
        self.models: tuple[str, ...] = (MODEL,)
        self.context = 128_000  # tokens
        self.counting = True  # whether it reports how many tokens were used
        self.stopped = Event()
        Thread(target=self.serve_forever, args=[0.05], daemon=True).start()

    @property
    def address(self) -> str:
        """The base URL for clients."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def reply(self, request: Request) -> Reply:
        """The next reply to a request."""
        if callable(self.replies):
            return self.replies(request)
        return self.replies[0] if len(self.replies) == 1 else self.replies.pop(0)

    def stop(self) -> None:
        """Stop serving, and end hanging connections."""
        self.stopped.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # the client broke off


class Handler(BaseHTTPRequestHandler):
    """Handles the connection of a client."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    server: Server

    def do_GET(self) -> None:
        self.take(None)
        if self.known() and self.path == "/v1/models":
            made = [{"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "tests"}
                    for name in self.server.models]  # fmt: skip
            self.json(200, {"object": "list", "data": made})
        elif self.known():
            self.nowhere()
        else:
            self.stranger()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            self.take(json.loads(body))
        except ValueError:
            self.take(None)
        if not self.known():
            self.stranger()
        elif self.path != "/v1/chat/completions":
            self.nowhere()
        else:
            self.complete()

    def complete(self) -> None:
        """Answer a request for a completion."""
        wrong = model_limits.wrong(self.asked.body, self.server.models, self.server.context)
        if self.headers.get_content_type() != "application/json":
            wrong = Wrong("Unsupported content type.", None, None, 415)
        if wrong:
            self.refuse(wrong)
            return
        reply = self.server.reply(self.asked)
        if callable(reply):
            reply(self)
        elif self.asked.streams:
            self.stream(_shaped(reply, self.asked))
        else:
            self.whole(_shaped(reply, self.asked))

    def take(self, body: Any) -> None:
        """Record the request."""
        self.asked = Request(self.path, dict(self.headers), body, time.monotonic())
        self.server.requests.append(self.asked)
        self.id = f"chatcmpl-{len(self.server.requests)}"

    def known(self) -> bool:
        """Whether the client has the key."""
        return self.headers.get("Authorization") == f"Bearer {self.server.key}"

    def stranger(self) -> None:
        """Refuse a client without the key."""
        said = "Incorrect API key provided." if "Authorization" in self.headers else "No API key."
        self.refuse(Wrong(said, None, "invalid_api_key", 401))

    def nowhere(self) -> None:
        """Refuse an unknown path."""
        self.refuse(Wrong(f"Invalid URL ({self.command} {self.path})", None, None, 404))

    def refuse(self, wrong: Wrong) -> None:
        """Answer with what is wrong, and record it as the client's fault."""
        self.server.breaches.append(wrong.message)
        self.json(wrong.status, wrong.body)

    def json(self, status: int, body: Json, **headers: str) -> None:
        """Answer with JSON."""
        self.say(status, json.dumps(body).encode(), "application/json", **headers)

    def say(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        """Send an answer."""
        self.send_response(status)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in (named | {"Content-Type": kind, "Content-Length": len(body)}).items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def whole(self, answer: Answer) -> None:
        """Send an answer as a whole, or its first part."""
        self.wait(answer)
        message: Json = {"role": "assistant", "content": answer.text, "refusal": answer.refusal}
        if answer.calls:
            message["tool_calls"] = _calls(answer)
        choice = {"index": 0, "message": message, "finish_reason": answer.finish, "logprobs": None}
        body = self._head("chat.completion") | {"choices": [choice]}
        if self.server.counting:
            body["usage"] = self._usage(answer)
        if answer.sends == 1:
            self.json(200, body)
            return
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: int(len(content) * answer.sends)])
        self.hang_up()

    def stream(self, answer: Answer) -> None:
        """Stream an answer, or its first part."""
        self.open_stream()
        pieces = [*_pieces(answer)]
        for delta in pieces[: int(len(pieces) * answer.sends)]:
            self.wait(answer)
            self.event(json.dumps(self._chunk(delta)))
        if answer.sends == 1:
            self.event(json.dumps(self._chunk({}, answer.finish)))
            if self.server.counting and self._counts():
                body = self._head("chat.completion.chunk") | {"choices": []}
                self.event(json.dumps(body | {"usage": self._usage(answer)}))
            self.event("[DONE]")
        if answer.ends:
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.hang_up()

    def open_stream(self) -> None:
        """Send the headers of an event stream."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def event(self, data: str) -> None:
        """Send one event."""
        self.chunk(f"data: {data}\n\n".encode())

    def chunk(self, data: bytes) -> None:
        """Send some bytes of a stream."""
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def wait(self, answer: Answer) -> None:
        """Pause before a chunk."""
        end = time.monotonic() + answer.pause
        while answer.keeps and self.asked.streams and time.monotonic() < end:
            self.chunk(b": keep-alive\n\n")
            if self.server.stopped.wait(min(0.1, answer.pause)):
                return
        self.server.stopped.wait(max(0, end - time.monotonic()))

    def hang_up(self) -> None:
        """Break the connection off."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _head(self, kind: str) -> Json:
        model = self.asked.body["model"]
        return {"id": self.id, "object": kind, "created": int(time.time()), "model": model}

    def _counts(self) -> bool:
        return bool(self.asked.body.get("stream_options", {}).get("include_usage"))

    def _chunk(self, delta: Json, finish: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        body = self._head("chat.completion.chunk") | {"choices": [choice]}
        return body | {"usage": None} if self._counts() else body

    def _usage(self, answer: Answer) -> Json:
        told = (answer.text or answer.refusal or "") + "".join(given for _, given in answer.calls)
        counted = model_limits.tokens(self.asked.text), model_limits.tokens(told)
        given, made = answer.tokens or counted
        return {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _shaped(reply: str | Answer, request: Request) -> Answer:
    """The answer in the schema of the request."""
    answer = Answer(reply) if isinstance(reply, str) else reply
    schema, text = request.schema, answer.text
    if not answer.shaped or text is None or (schema is None and not request.tool):
        return answer
    if schema and answer.finish == "stop" and text and not _is_json(text):
        text = json.dumps(fill(schema, text), ensure_ascii=False)
    if request.tool:
        changed = {"text": None, "calls": ((request.tool["name"], text),)}
    else:
        changed = {"text": text}
    return Answer(**vars(answer) | changed)


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def fill(schema: Json, text: str, inside: Json | None = None) -> Any:
    """A value that fits a schema, made of a text: lists get an item for each of its lines.

    A string is the line, an integer its last number in brackets, a list of integers all of these.
    """
    top = inside or schema
    if "$ref" in schema:
        return fill(top["$defs"][schema["$ref"].rpartition("/")[2]], text, top)
    if "anyOf" in schema:
        return fill(schema["anyOf"][0], text, top)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return {name: fill(one, text, top) for name, one in schema.get("properties", {}).items()}
    numbers = _numbers(text)
    if kind == "array":
        items = schema.get("items", {})
        if items.get("type") in ("integer", "number"):
            return numbers
        return [fill(items, line, top) for line in text.splitlines() if line.strip()]
    if kind in ("integer", "number"):
        return numbers[-1] if numbers else 0
    return True if kind == "boolean" else text


def _numbers(text: str) -> list[int]:
    pieces = [piece.partition("]")[0] for piece in text.split("[")[1:]]
    return [int(piece) for piece in pieces if piece.isdecimal() and piece.isascii()]


def _calls(answer: Answer) -> list[Json]:
    return [{"id": f"call_{place}", "type": "function",
             "function": {"name": name, "arguments": given}}
            for place, (name, given) in enumerate(answer.calls)]  # fmt: skip


def _pieces(answer: Answer) -> Iterator[Json]:
    """The deltas of a stream."""
    yield {"role": "assistant", "content": None if answer.calls else "", "refusal": None}
    for name in ("refusal", "content"):
        for piece in _cut(answer.refusal if name == "refusal" else answer.text, answer.size):
            yield {name: piece}
    for place, one in enumerate(_calls(answer)):
        given = one["function"].pop("arguments")
        first = one | {"index": place, "function": one["function"] | {"arguments": ""}}
        yield {"tool_calls": [first]}
        for piece in _cut(given, answer.size):
            yield {"tool_calls": [{"index": place, "function": {"arguments": piece}}]}


def _cut(text: str | None, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text or ""), size)] if text else []


# What goes wrong


def fails(status: int, message: str = "no", code: str | None = None, **headers: str) -> Reply:
    """Answers with an error; `Retry_After="2"` becomes a header."""
    kind = {429: "rate_limit_exceeded"}.get(status, "server_error" if status >= 500 else "error")
    error = {"message": message, "type": kind, "param": None, "code": code}
    return lambda handler: handler.json(status, {"error": error}, **headers)


def hangs(seconds: float = 120) -> Reply:
    """Says nothing for some seconds, then closes the connection."""

    def hang(handler: Handler) -> None:
        handler.server.stopped.wait(seconds)
        handler.hang_up()

    return hang


def stalls(text: str, seconds: float = 120, *, keeps: bool = False) -> Reply:
    """Sends half of a text, then nothing for some seconds but comments, if they are wanted."""

    def stall(handler: Handler) -> None:
        if handler.asked.streams:
            handler.open_stream()
            handler.event(json.dumps(handler._chunk({"content": text[: len(text) // 2]})))
        handler.wait(Answer(pause=seconds, keeps=keeps))
        handler.hang_up()

    return stall


def cut(text: str, *, ends: bool = False) -> Answer:
    """Sends half of a text and breaks off, or closes in order, as some proxies do."""
    return Answer(text, sends=0.5, ends=ends)


def garbage(data: bytes = b'{"choices": [{"del\xff\xfe') -> Reply:
    """Sends something that isn't JSON."""

    def nonsense(handler: Handler) -> None:
        if not handler.asked.streams:
            handler.say(200, data, "application/json")
            return
        handler.open_stream()
        handler.chunk(b"data: %s\n\n" % data)
        handler.chunk(b"data: [DONE]\n\n")
        handler.wfile.write(b"0\r\n\r\n")

    return nonsense


def page(status: int = 200) -> Reply:
    """Answers with an HTML page, as captive portals and proxies do."""
    body = b"<!doctype html><html><body><h1>Please log in</h1></body></html>"
    return lambda handler: handler.say(status, body, "text/html; charset=utf-8")


def other(body: Json) -> Reply:
    """Answers with JSON that isn't OpenAI's, or streams one event of it."""

    def strange(handler: Handler) -> None:
        if not handler.asked.streams:
            handler.json(200, body)
            return
        handler.open_stream()
        handler.event(json.dumps(body))
        handler.wfile.write(b"0\r\n\r\n")

    return strange


def refuses(text: str = "I can't help with that.") -> Answer:
    """Refuses, as models do if a schema is asked for."""
    return Answer(None, refusal=text)


def prose(text: str) -> Answer:
    """Answers with plain text, even if a schema is asked for."""
    return Answer(text, shaped=False)


def calls(name: str, **given: Any) -> Answer:
    """Calls a tool instead of answering with text."""
    return Answer(None, calls=((name, json.dumps(given)),), finish="tool_calls")


def beyond() -> Reply:
    """Refuses the messages as too long."""
    said = "This model's maximum context length is 8192 tokens. Please reduce the length."
    return lambda handler: handler.json(400, Wrong(said, "messages", model_limits.BEYOND).body)
