from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from retrieval.articles.article import article, normalise
from retrieval.articles.passages import OVERLAP, SIZE, split
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


def test_the_first_seed_keeps_its_text() -> None:
    text = (SEEDS / "istanbul-talks.md").read_text().split("---\n", 2)[2]

    assert article(text).text == text
    assert "un Acceptable" in text
    assert '" closely coordinating"' in text
