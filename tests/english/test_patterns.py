import re

import pytest

from retrieval.english.patterns import any_of, of_kinds, table


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("they said so", ["said"]),
        ("he says, she say", ["says", "say"]),
        ("according to all", ["according to"]),
        ("it isn’t, it isn't", ["isn’t", "isn't"]),
        ("considered, considerable", ["considered"]),
        ("saying", []),
    ],
)
def test_any_of_some_phrases_is_found_whole(text: str, found: list[str]) -> None:
    pattern = any_of(["said", "say", "says", "according to", "isn't", "consider*"])

    assert re.findall(rf"\b{pattern}\b", text) == found


def test_a_table_is_from_phrase_to_kind() -> None:
    kinds = table("""
one: a, b c
two: d
""")

    assert kinds == {"a": "one", "b c": "one", "d": "two"}
    assert re.findall(of_kinds(kinds, "one"), "a b c d") == ["a", "b c"]
