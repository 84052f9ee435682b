"""Each word of grammar stands in a sentence that is understood otherwise without it."""

import pytest

from retrieval.articles.article import article
from retrieval.attribution.attribution import Attribution
from retrieval.attribution.speaker import Speaker
from retrieval.attribution.statements import Statement
from retrieval.proof.containment import unsupported_part
from retrieval.proof.contradiction import contradicts
from retrieval.questions.followup import Turn, standalone
from retrieval.quotes.grouping import Groups
from retrieval.quotes.reports import Report
from tests.english.mutation import survivors

UNSAID = "it leaves out what stands between its words"
# A drafted sentence, what is cited for it, and why that doesn't prove it.
DRAFTS = [
    *(
        ("The police held Starmer in Vik on Monday.",
         f"Starmer spoke. The police held {pronoun} in Vik on Monday.", "")
        for pronoun in (
            "he", "she", "they", "it", "him", "her", "them", "his", "their", "its", "we", "our", "I"
        )
    ),
    ("The police held Starmer in Vik on Monday.",
     "Starmer spoke. The police held someone in Vik on Monday.",
     "no one sentence of what it cites has 'Starmer' in it"),
    *(
        ("The council needed money on Monday.", f"The council {modal} need money on Monday.",
         "a cited sentence doesn't say that it is needed")
        for modal in (
            "will", "would", "shall", "should", "can", "could", "may", "might", "must", "to", "not"
        )
    ),
    *(
        ("The mayor closed the bridge.", f"The mayor {word} closing the bridge.",
         "a cited sentence doesn't say that it is closed")
        for word in ("thought of", "waited for", "shrank from", "slept before", "won without")
    ),
    *(
        ("Holm attacked in Vik.", f"Holm {be} attacked in Vik.",
         "a cited sentence doesn't say that it is attacked")
        for be in ("was", "were", "is", "are", "be", "been", "being", "got")
    ),
    *(
        ("The mayor closed the school.", f"The mayor closed the bridge {word} rain hit the school.",
         UNSAID)
        for word in (
            "after", "before", "while", "when", "because", "but", "although", "though", "that",
            "if", "unless", "until", "since",
        )
    ),
    *(
        (f"{word} the mayor closed the bridge.", "The mayor closed the bridge.", "")
        for word in (
            "Since", "Meanwhile", "However", "Also", "While", "Whereas", "Though", "Although",
            "Still", "Separately", "Instead",
        )
    ),
    ("Vik is bigger than Orn.", "Vik is bigger, Orn.",
     "no one sentence of what it cites has 'than' in it"),
    ("Holm came from Vik.", "Holm came, Vik.", "no one sentence of what it cites has 'from' in it"),
    ("Holm and Moe met in Vik.", "Holm met Moe in Vik.", ""),
    ("Holm, Berg and Moe meet in Vik.", "Holm, Berg meet Moe in Vik.", ""),
]  # fmt: skip
AUXILIARIES = (
    "is", "are", "was", "were", "has", "have", "had", "do", "does", "did", "will", "would",
    "shall", "should", "can", "could", "might", "must",
)  # fmt: skip
LOST = "the old war of the north is lost"


def why(drafted: str, source: str) -> str:
    return unsupported_part(drafted, [("", source)])


def asked(auxiliary: str) -> str:
    return standalone(f"{auxiliary.title()} Macron there?", [Turn("What did Starmer say?")])


def reports(*texts: str) -> int:
    """How many statements these are."""
    groups, speaker = Groups(), Speaker("Ann Lee")
    for text in texts:
        told = article(f"{text}.")
        spans = ((0, len(text)),)
        said = Statement(told.id, speaker, Attribution((), (), spans), "indirect")
        groups.add(Report(said, told, "shared"))
    return len(groups.all)


def results() -> list[object]:
    """What becomes of each sentence."""
    joined = [reports(f"only fools believe {word} {LOST}", LOST) for word in JOINING]
    return [[why(*one[:2]) for one in DRAFTS], [*map(asked, AUXILIARIES)], joined]


JOINING = ("that", "if", "whether", "unless", "when")


@pytest.mark.parametrize(("drafted", "source", "reason"), DRAFTS)
def test_grammar_of_a_draft(drafted: str, source: str, reason: str) -> None:
    assert why(drafted, source) == reason


@pytest.mark.parametrize("auxiliary", AUXILIARIES)
def test_a_question_that_begins_with_an_auxiliary_is_whole(auxiliary: str) -> None:
    assert asked(auxiliary) == f"{auxiliary.title()} Macron there?"


def test_a_name_alone_is_no_whole_question() -> None:
    assert asked("And") == "What did Macron there say?"


@pytest.mark.parametrize("word", JOINING)
def test_what_fools_believe_is_another_statement(word: str) -> None:
    assert reports(f"only fools believe {word} {LOST}", LOST) == 2
    assert reports(f"we all know today how {LOST}", LOST) == 1


def test_a_pronoun_may_be_drafted_as_a_name() -> None:
    drafted, said = "The police held {} in Vik on Monday.".format, "Starmer"

    assert contradicts(drafted(said), [drafted("him")]) is None
    assert contradicts(drafted(said), [drafted("someone")]) is not None


@pytest.mark.slow
@pytest.mark.parametrize(
    "table",
    [
        "_PRONOUN", "_MODAL", "_FINITE", "_NOT_YET", "_CONJUNCTION", "_LINKING", "BE", "TOGETHER",
        "MUTUAL", "JOINING",
    ],
)  # fmt: skip
def test_each_word_of_grammar_is_needed(table: str) -> None:
    assert survivors(f"retrieval.english.grammar:{table}", f"{__name__}:results") == []
