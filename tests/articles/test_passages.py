from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from retrieval.articles.article import article, normalise
from retrieval.articles.passages import OVERLAP, SIZE, split
from retrieval.english.sentences import sentences
from tests.conftest import SEEDS

words = st.text(st.characters(categories=["L", "N", "P", "Zs", "S", "M"]), max_size=80)
texts = st.lists(words | st.sampled_from([". ", "\n", "\n\n", "x" * 1500, "Mr. ", '." '])).map(
    "".join
)
texts = texts.map(normalise).filter(bool) | texts.map(lambda t: normalise(t * 30)).filter(bool)


@given(texts)
def test_passages_are_slices_in_order_and_cover_the_text(text: str) -> None:
    whole = article(text)
    passages = split(whole)

    assert all(whole.text[p.start : p.end] == p.text for p in passages)
    assert [p.start for p in passages] == sorted({p.start for p in passages})
    assert [p.end for p in passages] == sorted({p.end for p in passages})
    covered = {place for p in passages for place in range(p.start, p.end)}
    assert all(place in covered for place, c in enumerate(whole.text) if not c.isspace())


@given(texts)
def test_passages_keep_their_size_and_overlap(text: str) -> None:
    passages = split(article(text))

    assert all(0 < len(p.text) <= SIZE for p in passages)
    pairs = pairwise(passages)
    assert all(one.end - other.start <= OVERLAP for one, other in pairs)


@given(texts)
def test_passage_ids_are_unique_and_stable(text: str) -> None:
    ids = [p.id for p in split(article(text))]

    assert len(set(ids)) == len(ids)
    assert ids == [p.id for p in split(article(text))]


@given(texts)
def test_sentences_are_apart_in_order_and_cover_the_text(text: str) -> None:
    found = sentences(text)

    assert all(text[start:end] == text[start:end].strip() != "" for start, end in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    covered = {place for start, end in found for place in range(start, end)}
    assert all(place in covered for place, c in enumerate(text) if not c.isspace())


def test_sentences_end_where_a_reader_would_end_them() -> None:
    text = (
        '"It is fine," Mr. Brandt said. "It is." Sen. J.D. Vance left the U.S. Senate on Jan. 5.\n'
        "A heading\nNext line, e.g. this one."
    )

    assert [text[start:end] for start, end in sentences(text)] == [
        '"It is fine," Mr. Brandt said.',
        '"It is."',
        "Sen. J.D. Vance left the U.S. Senate on Jan. 5.",
        "A heading",
        "Next line, e.g. this one.",
    ]


def test_a_paragraph_wrapped_by_hand_is_one() -> None:
    text = (
        "The harbour master of Port Alder said on Wednesday that he had read\n"
        "the study twice and that he had been wrong about the eelgrass, which\n"
        "would recover. He asked for one condition."
    )

    assert [text[start:end] for start, end in sentences(text)] == [
        text[: text.index(" He asked")],
        "He asked for one condition.",
    ]


def test_a_line_without_end_takes_no_time_without_end() -> None:
    text = "« " * 100_000 + "A last sentence. " * 3

    assert sentences(text)[-1] == (len(text.rstrip()) - 16, len(text.rstrip()))


def test_the_first_seed_keeps_its_text() -> None:
    text = (SEEDS / "istanbul-talks.md").read_text().split("---\n", 2)[2]

    assert article(text).text == text
    assert "un Acceptable" in text
    assert '" closely coordinating"' in text
