import time
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.attribution.attribution import Attribution, Span
from retrieval.attribution.tagger import LINK, WINDOW, Tagger, blocks, line_numbers, linked, windows
from retrieval.errors import ModelError
from retrieval.models import onnx

TAGGER = Tagger()
SAID = "“The bridge is safe,” the mayor, Anna Berg, said on Monday. Dahl said that it was not.\n\n"


def words(text: str, spans: tuple[Span, ...]) -> list[str]:
    return [text[start:end] for start, end in spans]


def who_said_what(text: str) -> list[tuple[str, str, str]]:
    """Speaker, cue and content of each attribution, their parts separated by ` | `."""
    return [
        (" | ".join(words(text, one.speaker_spans)), " | ".join(words(text, one.cue)),
         " | ".join(words(text, one.content)))
        for one in TAGGER.attributions(text)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "source", "content"),
    [
        pytest.param("“The bridge is safe,” Anna Berg said on Monday.",
                     "Anna Berg", "The bridge is safe", id="direct, speaker after"),
        pytest.param("Anna Berg told reporters that the bridge would be closed for a year.",
                     "Anna Berg", "the bridge would be closed for a year", id="indirect"),
        pytest.param("“The bridge,” Anna Berg said, “is safe and will stay open.”",
                     "Anna Berg", "is safe and will stay open", id="split"),
        pytest.param("According to Anna Berg, the bridge would cost ten million dollars.",
                     "Anna Berg", "the bridge would cost ten million dollars", id="according to"),
    ],
)  # fmt: skip
def test_speakers_and_contents_are_found(text: str, source: str, content: str) -> None:
    (found,) = who_said_what(text)

    assert found[0] == source
    assert content in found[2]


def test_a_split_quotation_is_one_attribution() -> None:
    text = "“We will not leave,” Anna Berg said. “We will stay here until it is over.”"

    ((_, cue, content),) = who_said_what(text)

    assert cue == "said"
    assert "We will not leave" in content
    assert "until it is over" in content


def test_each_speaker_has_their_own_words() -> None:
    found = who_said_what(SAID)

    assert ["Berg" in source for source, _, _ in found] == [True, False]
    assert found[1][0] == "Dahl"


def test_nothing_is_found_if_nobody_says_anything() -> None:
    assert (
        TAGGER.attributions("The bridge of Halvik opened on Monday. It is 300 metres long.") == []
    )


ODD = [
    "", " ", "\n\n", "\r\n", "“", "”" * 500, "said", "😀 “😀😀,” 😀 said.",
    "\u200b\u2028\u0085\x00", "\ud800 said", "“安全です”と市長は述べた。",
    "قال الرئيس: «لن نغادر».", "a" * 5000, "a\u0301" * 300, SAID.replace("\n", "\r\n"),
    "“" + "very " * 3000 + "safe,” Berg said.",
]  # fmt: skip


def sound(text: str, found: list[Attribution]) -> bool:
    """Whether all spans are in the text, trimmed and in order, and each attribution has content."""
    spans = [one for each in found for one in (*each.speaker_spans, *each.cue, *each.content)]
    inside = all(0 <= a < b <= len(text) and text[a:b] == text[a:b].strip() for a, b in spans)
    ordered = all(
        before[1] <= after[0]
        for each in found
        for part in (each.speaker_spans, each.cue, each.content)
        for before, after in pairwise(part)
    )
    firsts = [min(chain(each.speaker_spans, each.cue, each.content)) for each in found]
    return inside and ordered and firsts == sorted(firsts) and all(one.content for one in found)


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_spans_are_valid_in_odd_texts(text: str) -> None:
    assert sound(text, TAGGER.attributions(text))


@given(st.text(alphabet="“” said,.\n\r\tBerg😀é他", max_size=400))
@settings(max_examples=40, deadline=None)
def test_spans_are_valid_in_any_text(text: str) -> None:
    assert sound(text, TAGGER.attributions(text))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_spans_are_valid_whatever_the_network_returns(data: st.DataObject) -> None:
    text = "one two\nthree four five six\r\nseven eight nine ten"
    places = np.array(_words_of(text))
    draw = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    tags = draw.normal(size=(len(places), 9)).astype(np.float32)
    links = draw.normal(size=(len(places), 4 * LINK)).astype(np.float32)

    found = linked(places, line_numbers(text, places), tags, links)

    assert sound(text, found)
    assert not any("\n" in text[a:b] for each in found for a, b in each.content)


def _words_of(text: str) -> list[Span]:
    found, start = [], 0
    for word in text.split():
        start = text.index(word, start)
        found.append((start, start + len(word)))
    return found


def test_an_article_longer_than_a_window_is_read_to_its_end() -> None:
    filler = "The bridge of Halvik opened on Monday. It is 300 metres long.\n\n"
    text = filler * 40 + "“It is safe,” Anna Berg said on Monday."

    found = [one for one in who_said_what(text) if one[0] == "Anna Berg"]

    assert len(found) == 1
    assert "It is safe" in found[0][2]


@pytest.mark.parametrize("count", [1, WINDOW - 2, WINDOW - 1, 1000, 5003])
@pytest.mark.parametrize("size", [1, 20, 150, 10_000])
def test_windows_cover_each_token_and_end_with_lines(count: int, size: int) -> None:
    lines = np.arange(count) // size

    spans = windows([2000] * count, lines)

    assert (spans[0][0], spans[-1][1]) == (0, count)
    assert all(0 < last - first <= WINDOW - 2 for first, last in spans)
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    assert all(last % size == 0 for _, last in spans[:-1]) or size > WINDOW


def test_in_a_long_line_windows_end_with_sentences() -> None:
    ids = ([2000] * 30 + [1012]) * 40  # 1012 is "."

    spans = windows(ids, np.zeros(len(ids), dtype=np.int64))

    assert all(last % 31 == 0 for _, last in spans)


@pytest.mark.parametrize("text", ["a" * 250_000, "word \n" * 50_000, "\n" * 150_000, "short"])
def test_blocks_cover_the_text(text: str) -> None:
    found = list(blocks(text))

    assert "".join(text[start:end] for start, end in found) == text
    assert all(0 < end - start <= 100_000 for start, end in found)


@pytest.mark.slow
def test_the_time_is_proportional_to_the_text() -> None:
    TAGGER.attributions(SAID)
    seconds = []
    for times in (250, 1000):
        started = time.perf_counter()
        TAGGER.attributions(SAID * times)
        seconds.append(time.perf_counter() - started)

    assert seconds[1] < 8 * seconds[0]


def test_threads_get_the_same_result() -> None:
    texts = [SAID, SAID * 3, "According to Anna Berg, it would cost ten million dollars."] * 2
    alone = [TAGGER.attributions(text) for text in texts]

    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(Tagger().attributions, texts))

    assert together == alone


def test_missing_weights_are_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx, "package_files", lambda _: tmp_path)
    onnx._open_weights.cache_clear()

    with pytest.raises(ModelError, match="tagger's weights are missing"):
        Tagger().attributions(SAID)

    onnx._open_weights.cache_clear()
