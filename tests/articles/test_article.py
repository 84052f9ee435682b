import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.articles.article import (
    MAX_CHARACTERS,
    article,
    canonical_url,
    normalise,
    published_date,
)
from retrieval.errors import ReadError


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)

    assert normalise(once) == once


@given(st.text(st.characters(categories=["Cc", "Cs", "L", "Z", "M"])))
def test_normalised_text_is_nfc_and_has_no_control_characters(text: str) -> None:
    normal = normalise(text)

    assert unicodedata.is_normalized("NFC", normal)
    assert {unicodedata.category(c) for c in normal if c != "\n"}.isdisjoint({"Cc", "Cs"})
    normal.encode()


def test_marks_that_reverse_text_are_dropped() -> None:
    assert normalise("he paid \u202e001\u202c crowns") == "he paid 001 crowns"


def test_line_ends_of_all_kinds_become_line_feeds() -> None:
    assert normalise("a\r\nb\rc\u2028d\x85e\tf\0") == "a\nb\nc\nd\ne f"


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        pytest.param(
            "HTTPS://News.Example:443/A?utm_source=x&b=2&a=1#top",
            "https://news.example/A?a=1&b=2",
            id="case, port, tracker, order and fragment",
        ),
        pytest.param(
            "http://a.example/view.php?uid=1&q=&gclid=x",
            "http://a.example/view.php?q=&uid=1",
            id="what tells articles apart",
        ),
        pytest.param("http://me:secret@a.example/x", "http://a.example/x", id="a password"),
        pytest.param("javascript:alert(1)", None, id="not the web"),
        pytest.param("file:///etc/passwd", None, id="a file"),
        pytest.param("news", None, id="no address"),
        pytest.param("http://[", None, id="not even a URL"),
    ],
)
def test_addresses_are_made_canonical(given: str, canonical: str | None) -> None:
    assert canonical_url(given) == canonical


@pytest.mark.parametrize(
    ("given", "iso"),
    [
        ("2025-05-16", "2025-05-16"),
        ("2025-05-16T14:30:00Z", "2025-05-16T14:30:00+00:00"),
        ("Fri, 16 May 2025 14:30:00 +0200", "2025-05-16T14:30:00+02:00"),
        ("16 May 2025", "2025-05-16"),
        ("May 16, 2025", "2025-05-16"),
        ("12/05/2025", None),
        ("May 2025", None),
        ("yesterday", None),
        ("2025-02-30", None),
        ("", None),
        (None, None),
        (20250516, None),
    ],
)
def test_dates_are_read_or_unknown(given: object, iso: str | None) -> None:
    assert published_date(given) == iso


def test_identity_is_address_else_path_else_content() -> None:
    by_url = article("one", url="https://a.example/x?utm_source=f", path="/x.md")
    by_path = article("one", path="/x.md")
    by_text = article("one", path="/many.jsonl", own_file=False)

    assert by_url.id == article("two", url="https://a.example/x").id
    assert by_path.id == article("two", path="/x.md").id
    assert by_text.id == article("one").id != article("two").id
    assert len({by_url.id, by_path.id, by_text.id}) == 3


@pytest.mark.parametrize(
    "change", [{"title": "t"}, {"source": "s"}, {"published": "2025-01-01"}, {"authors": ["a"]}]
)
def test_a_changed_field_changes_the_digest(change: dict[str, object]) -> None:
    assert article("one", **change).digest != article("one").digest  # type: ignore[arg-type]


def test_the_source_is_the_host_if_none_is_given() -> None:
    assert article("one", url="https://www.news.example/x").source == "news.example"


@pytest.mark.parametrize("text", ["", " \n\0 ", "a" * (MAX_CHARACTERS + 1)])
def test_empty_and_overlong_texts_are_refused(text: str) -> None:
    with pytest.raises(ReadError):
        article(text)
