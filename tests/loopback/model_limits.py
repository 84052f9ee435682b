"""Which requests a language model's server refuses.

Written from OpenAI's reference of `POST /v1/chat/completions`, for a model that takes text.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Json = dict[str, Any]

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
BEYOND = "context_length_exceeded"


class Wrong(NamedTuple):
    """What is wrong with a request, in OpenAI's words."""

    message: str
    param: str | None = None
    code: str | None = None
    status: int = 400

    @property
    def body(self) -> Json:
        """The body of the error answer."""
        error = {"message": self.message, "type": "invalid_request_error"}
        return {"error": error | {"param": self.param, "code": self.code}}


def _number(low: float, high: float) -> Callable[[Any], bool]:
    return lambda it: type(it) in (int, float) and low <= it <= high


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda it: type(it) is int and low <= it <= high


def _flag(it: Any) -> bool:
    return isinstance(it, bool)


def _words(it: Any) -> bool:
    return isinstance(it, str)


def _stop(it: Any) -> bool:
    return _words(it) or (isinstance(it, list) and 1 <= len(it) <= 4 and all(map(_words, it)))


PARAMETERS: dict[str, Callable[[Any], bool]] = {
    "model": _words,
    "messages": lambda it: isinstance(it, list) and len(it) > 0,
    "stream": _flag,
    "stream_options": lambda it: isinstance(it, dict) and it.keys() <= {"include_usage"},
    "temperature": _number(0, 2),
    "top_p": _number(0, 1),
    "n": _whole(1, 1),
    "max_tokens": _whole(1, 1_000_000),
    "max_completion_tokens": _whole(1, 1_000_000),
    "frequency_penalty": _number(-2, 2),
    "presence_penalty": _number(-2, 2),
    "seed": _whole(-(2**63), 2**63 - 1),
    "stop": _stop,
    "user": _words,
    "response_format": lambda it: isinstance(it, dict),
    "tools": lambda it: isinstance(it, list) and 1 <= len(it) <= 128,
    "tool_choice": lambda it: isinstance(it, dict) or it in ("none", "auto", "required"),
    "parallel_tool_calls": _flag,
    "reasoning_effort": lambda it: it in ("none", "minimal", "low", "medium", "high"),
}
ROLES = {  # the fields that a message of each role may have, besides role and content
    "system": {"name"},
    "developer": {"name"},
    "user": {"name"},
    "assistant": {"name", "tool_calls", "refusal"},
    "tool": {"tool_call_id"},
}
UNKNOWN, MISSING, INVALID = "unknown_parameter", "missing_required_parameter", "invalid_value"


def wrong(body: Any, models: tuple[str, ...], context: int) -> Wrong | None:
    """The first thing that is wrong with a request."""
    if not isinstance(body, dict):
        return Wrong("We could not parse the JSON body of your request.")
    return next(_wrong(body, models, context), None)


def _wrong(body: Json, models: tuple[str, ...], context: int) -> Iterator[Wrong]:
    yield from _parameters(body)
    if body["model"] not in models:
        said = f"The model `{body['model']}` does not exist or you do not have access to it."
        yield Wrong(said, None, "model_not_found", 404)
    for place, one in enumerate(body["messages"]):
        yield from _message(one, f"messages[{place}]")
    yield from _calls(body["messages"])
    yield from _tools(body)
    yield from _shape(body)
    used = tokens(text(body))
    if used > context:
        yield Wrong(
            f"This model's maximum context length is {context} tokens. However, your messages "
            f"resulted in {used} tokens. Please reduce the length of the messages.",
            "messages",
            BEYOND,
        )


def _parameters(body: Json) -> Iterator[Wrong]:
    for name in body:
        if name not in PARAMETERS:
            yield Wrong(f"Unknown parameter: '{name}'.", name, UNKNOWN)
    for name in ("model", "messages"):
        if name not in body:
            yield Wrong(f"Missing required parameter: '{name}'.", name, MISSING)
    for name, value in body.items():
        if not PARAMETERS[name](value):
            yield Wrong(f"Invalid value for '{name}': {json.dumps(value)[:80]}", name, INVALID)
    yield from _together(body)


def _together(body: Json) -> Iterator[Wrong]:
    if {"max_tokens", "max_completion_tokens"} <= body.keys():
        said = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
        yield Wrong(said, "max_tokens", "invalid_parameter_combination")
    if "stream_options" in body and not body.get("stream"):
        said = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        yield Wrong(said, "stream_options")


def _message(message: Any, place: str) -> Iterator[Wrong]:
    if not isinstance(message, dict) or message.get("role") not in ROLES:
        yield Wrong(f"Invalid value for '{place}.role'.", f"{place}.role", INVALID)
        return
    role, content = message["role"], message.get("content")
    for name in message.keys() - ROLES[role] - {"role", "content"}:
        yield Wrong(f"Unknown parameter: '{place}.{name}'.", f"{place}.{name}", UNKNOWN)
    if not NAME.fullmatch(message.get("name", "name")):
        yield Wrong(f"Invalid '{place}.name'.", f"{place}.name", INVALID)
    if content is None and not (role == "assistant" and message.get("tool_calls")):
        said = f"Invalid value for '{place}.content': expected a string, got null."
        yield Wrong(said, f"{place}.content", INVALID)
    parts = content if isinstance(content, list) else []
    fits = content is None or isinstance(content, str) or (parts and all(map(_part, parts)))
    if not fits:
        yield Wrong(f"Invalid type for '{place}.content'.", f"{place}.content", "invalid_type")


def _part(part: Any) -> bool:
    known = isinstance(part, dict) and part.keys() == {"type", "text"}
    return known and part["type"] == "text" and isinstance(part["text"], str)


def _calls(messages: list[Json]) -> Iterator[Wrong]:
    """Check that each tool answer follows its call, and that each call has an answer."""
    waiting: set[str] = set()
    for place, one in enumerate(messages):
        if one["role"] == "tool":
            if one.get("tool_call_id") not in waiting:
                said = "messages with role 'tool' must be a response to a preceding message with"
                yield Wrong(f"{said} 'tool_calls'.", f"messages[{place}].role")
            waiting.discard(one["tool_call_id"])
            continue
        if waiting:
            break
        waiting = {call["id"] for call in one.get("tool_calls") or []}
    if waiting:
        said = "An assistant message with 'tool_calls' must be followed by tool messages."
        yield Wrong(said, "messages")


def _tools(body: Json) -> Iterator[Wrong]:
    names = []
    for place, one in enumerate(body.get("tools", [])):
        made = one.get("function") if isinstance(one, dict) else None
        if not isinstance(made, dict) or one.get("type") != "function":
            yield Wrong(f"Invalid value for 'tools[{place}]'.", f"tools[{place}]", INVALID)
            return
        names.append(made.get("name"))
        if not NAME.fullmatch(made.get("name") or ""):
            yield Wrong(f"Invalid 'tools[{place}].function.name'.", "tools", INVALID)
        if made.get("strict"):
            yield from _strict(made.get("parameters"), f"Invalid schema for function '{names[-1]}'")
    choice = body.get("tool_choice", "none")
    if "tools" not in body and body.keys() & {"tool_choice", "parallel_tool_calls"}:
        said = "'tool_choice' is only allowed when 'tools' are specified."
        yield Wrong(said, "tool_choice")
    elif isinstance(choice, dict) and choice.get("function", {}).get("name") not in names:
        yield Wrong("Tool choice not found in 'tools' parameter.", "tool_choice", INVALID)


def _shape(body: Json) -> Iterator[Wrong]:
    shape = body.get("response_format", {"type": "text"})
    kind = shape.get("type")
    if kind not in ("text", "json_object", "json_schema"):
        yield Wrong("Invalid value for 'response_format.type'.", "response_format.type", INVALID)
    if kind == "json_object" and "json" not in text(body).lower():
        yield Wrong(
            "'messages' must contain the word 'json' in some form, to use 'response_format' of "
            "type 'json_object'.",
            "messages",
        )
    if kind == "json_schema":
        made = shape.get("json_schema") or {}
        if not NAME.fullmatch(made.get("name") or ""):
            said = "Missing required parameter: 'response_format.json_schema.name'."
            yield Wrong(said, "response_format.json_schema.name", MISSING)
        if made.get("strict"):
            label = f"Invalid schema for response_format '{made.get('name')}'"
            yield from _strict(made.get("schema"), label)


def _strict(schema: Any, label: str) -> Iterator[Wrong]:
    """Check that objects of a strict schema require all their properties and allow no others."""
    if isinstance(schema, list):
        for one in schema:
            yield from _strict(one, label)
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            yield Wrong(f"{label}: 'additionalProperties' is required to be false.")
        if set(schema.get("required", [])) != set(schema.get("properties", {})):
            yield Wrong(f"{label}: 'required' has to include every key in properties.")
    for one in schema.values():
        yield from _strict(one, label)


def text(body: Json) -> str:
    """The text of all messages."""
    return "\n\n".join(said(one) for one in body["messages"])


def said(message: Json) -> str:
    """The text of one message."""
    content = message.get("content") or ""
    return content if isinstance(content, str) else "\n".join(part["text"] for part in content)


def tokens(words: str) -> int:
    """Roughly how many tokens a text has."""
    return -(-len(words.encode()) // 4)
