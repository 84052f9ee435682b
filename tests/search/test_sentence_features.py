import pytest

from retrieval.articles.article import article
from retrieval.articles.passages import split
from retrieval.questions.features import QuestionFeatures
from retrieval.search.hit import Hit
from retrieval.search.sentence_features import may_answer
from retrieval.search.sentences import QuotableSentence


@pytest.mark.parametrize(
    ("question", "sentence", "may"),
    [
        ("when was the bridge opened?", "The bridge was opened on Feb. 12.", True),
        ("when was the bridge opened?", "The bridge opened at 3 p.m.", True),
        ("when was the bridge opened?", "The bridge was opened by the king.", False),
        ("who was mayor when the bridge fell?", "Ann Lee was mayor.", True),
        ("how many people came?", "Some 400 people came.", True),
        ("how many people came?", "Nobody had counted the people.", False),
        ("what did Lee say?", "Lee said no.", True),
        ("what did Lee say?", "Ray said no.", False),
    ],
)
def test_a_sentence_must_have_the_kind_of_answer_asked_for(
    question: str, sentence: str, may: bool
) -> None:
    made = article(sentence)
    hit = Hit(split(made)[0], made, 1, 0.5, "shared")
    one = QuotableSentence(hit, 0, len(sentence), sentence, "")

    assert may_answer(one, QuestionFeatures(question), 1.0, 1.0, frozenset()) == may
