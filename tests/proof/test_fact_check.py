import pytest

from retrieval.articles.article import article
from retrieval.articles.passages import split
from retrieval.proof.fact_check import statements, verdict
from retrieval.search.hit import Hit

SAID = "Mayor Anna Holm closed the old bridge of Halvik on 3 May, and she may reopen it in autumn."


def hits(*texts: str) -> list[Hit]:
    made = [article(text) for text in texts]
    return [Hit(part, one, 1, None, "") for one in made for part in split(one)]


@pytest.mark.parametrize(
    "statement",
    [
        "Anna Holm closed the bridge of Halvik on 3 May, and may reopen it in autumn.",
        "mayor anna holm closed the old bridge of halvik on 3 may and she may reopen it.",
    ],
)
def test_a_claim_that_a_sentence_makes_in_its_words_is_confirmed(statement: str) -> None:
    given = verdict(statement, hits(SAID))

    assert given.said
    assert given.citation is not None
    assert given.citation.quote == SAID


@pytest.mark.parametrize(
    "statement",
    [
        "Anna Holm may have closed the new bridge of Halvik on 3 May.",
        "Anna Holm closed the old bridge of Halvik on 4 May and may reopen it.",
        "Anna Holm never closed the old bridge of Halvik on 3 May, and may reopen it.",
        "Anna Holm closed the old bridge of Halvik on 3 May and reopens it in autumn.",
        "Halvik closed the old bridge of Anna Holm on 3 May and may reopen it in autumn.",
    ],
    ids=["another word", "another number", "denied", "certain", "turned around"],
)
def test_a_changed_claim_is_not_confirmed_and_the_sentence_is_shown(statement: str) -> None:
    given = verdict(statement, hits(SAID))

    assert not given.said
    assert given.citation is not None


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("Parliament approved the budget of Halvik on Monday.",
         "Parliament failed to approve the budget of Halvik on Monday."),
        ("Ukraine attacked the bridge of Vik on Monday.",
         "Russia claimed that Ukraine attacked the bridge of Vik on Monday."),
        ("The mayor stole the money of Orn.", "The mayor's brother stole the money of Orn."),
        ("Troops killed the leader of Hamas on Monday.",
         "Troops killed the deputy of the leader of Hamas on Monday."),
        ("The vaccine made many people ill.",
         "Posts spread the rumour that the vaccine made many people ill."),
        ("The bridge of Halvik is safe.", "Critics doubt that the bridge of Halvik is safe."),
    ],
)  # fmt: skip
def test_a_sentence_that_denies_attributes_or_moves_the_claim_does_not_confirm_it(
    statement: str, sentence: str
) -> None:
    given = verdict(statement, hits(sentence))

    assert not given.said
    assert given.citation is not None


@pytest.mark.parametrize(
    ("statement", "sentence", "said"),
    [
        ("The storm of Vik killed 250 people.",
         "The storm of Vik killed two hundred and fifty people.", True),
        ("The bridge of Vik cost 2.5 million.", "The bridge of Vik cost $2,500,000.", True),
        ("The bridge of Vik cost $5 million.", "The bridge of Vik cost €5 million.", False),
        ("The storm of Vik killed 200 people.",
         "The storm of Vik killed two hundred and fifty people.", False),
    ],
)  # fmt: skip
def test_numbers_are_compared_in_words_and_figures(
    statement: str, sentence: str, said: bool
) -> None:
    assert verdict(statement, hits(sentence)).said is said


def test_words_far_apart_do_not_confirm_a_claim() -> None:
    far = (
        "Bonobos live south of the river, and thereby were separated from the ancestors of the "
        "common chimpanzee, which live north of the river."
    )

    assert not verdict("Bonobos live north of the river.", hits(far)).said


def test_without_a_similar_sentence_nothing_is_shown() -> None:
    given = verdict("The moon is made of green cheese.", hits(SAID))

    assert (given.said, given.citation) == (False, None)


def test_questions_and_exclamations_are_not_statements() -> None:
    assert statements("Is that so? Wow! The bridge of Halvik is closed. No way.") == [
        "The bridge of Halvik is closed."
    ]
