import re
from dataclasses import replace

import pytest

from retrieval.attribution.attribution import Attribution
from retrieval.attribution.statements import statements
from retrieval.attribution.tagger import Tagger
from retrieval.attribution.wording import is_denied, kind

TAGGER = Tagger()

QUOTED = [
    ("“The quay will sink,” Vera Holm said.", ["“The quay will sink,”"], "direct"),
    ("“The quay will sink,” Vera Holm said.", ["The quay will sink,"], "direct"),
    ('Vera Holm said: "It sinks." She left.', ['"It sinks."'], "direct"),
    ("''It will,'' Vera Holm said. ''Soon.''", ["''It will,''", "''Soon.''"], "direct"),
    ("Vera Holm said ‘it can’t last’.", ["‘it can’t last’"], "direct"),
    ("“It runs over two\nparagraphs,” Vera Holm said.", ["“It runs over two"], "direct"),
    ("Vera Holm said the quay would sink.", ["the quay would sink"], "indirect"),
    ("Vera Holm said the town's quay isn't safe.", ["the town's quay isn't safe"], "indirect"),
    ("Vera Holm said the quay was “a ruin”.", ["the quay was “a ruin”"], "mixed"),
    ("“It sinks,” Vera Holm said, and soon.", ["“It sinks,”", "soon"], "mixed"),
]


def attribution(text: str, source: str, cue: str, *content: str) -> Attribution:
    def spans(*parts: str) -> tuple[tuple[int, int], ...]:
        return tuple((text.index(one), text.index(one) + len(one)) for one in parts if one)

    return Attribution(spans(source), spans(cue), spans(*content))


@pytest.mark.parametrize(("text", "content", "expected"), QUOTED)
def test_quotation_marks_decide_the_kind_of_a_statement(
    text: str, content: list[str], expected: str
) -> None:
    assert kind(text, attribution(text, "Vera Holm", "said", *content)) == expected


@pytest.mark.parametrize(
    ("text", "cue", "content", "expected"),
    [
        ("Holm said that the quay sinks.", "said", "that the quay sinks", False),
        ("Holm did not say that the quay sinks.", "did not say", "that the quay sinks", True),
        ("Holm did not say that the quay sinks.", "say", "that the quay sinks", True),
        ("Holm didn’t say if it sinks.", "didn’t say", "if it sinks", True),
        ("Holm denied that it sinks.", "denied", "that it sinks", True),
        ("Holm failed to say if it sinks.", "failed to say", "if it sinks", True),
        ("Holm has yet to say if it sinks.", "has yet to say", "if it sinks", True),
        ("Holm avoided saying if it sinks.", "avoided saying", "if it sinks", True),
        ("Holm said nothing about the quay.", "said", "nothing about the quay", True),
        ("Holm did not rule out that it sinks.", "did not rule out", "that it sinks", False),
        ("Holm did not just say that it sinks.", "did not just say", "that it sinks", False),
        ("Holm would not say whether it sinks.", "would not say", "whether it sinks", True),
        ("Holm declined to comment on the quay.", "declined to comment", "the quay", True),
        ("Holm has never said it sinks.", "has never said", "it sinks", True),
        ("Holm did not deny that it sinks.", "did not deny", "that it sinks", False),
        ("Holm said it did not sink.", "said", "it did not sink", False),
        ("Holm declined to say if it sinks.", "declined", "say if it sinks", True),
        ("Holm declined to say if it sinks.", "declined", "to say if it sinks", True),
        ("Holm refused to shake his hand.", "refused", "to shake his hand", False),
        ("Holm disputes the report and says it floats.", "says", "it floats", False),
        ("Holm denied it but said that it sinks.", "said", "that it sinks", False),
        ("Holm refused to side with him, calling it a ruin.", "calling", "it a ruin", False),
        ("Holm is not saying whether it sinks.", "saying", "whether it sinks", True),
        ("Holm, who was not authorized to speak, said it sinks.", "said", "it sinks", False),
        ("Holm, who did not want to be named, said it sinks.", "said", "it sinks", False),
        ("Holm had not slept. Then it sinks, she told us.", "told us", "it sinks", False),
    ],
)
def test_denied_statements_are_recognised(
    text: str, cue: str, content: str, expected: bool
) -> None:
    assert is_denied(text, attribution(text, "Holm", cue, content)) == expected


def test_a_denial_inside_a_statement_does_not_deny_the_statement() -> None:
    text = "“We did not say so,” Holm said."

    assert not is_denied(text, attribution(text, "Holm", "said", "“We did not say so,”"))


def test_statements_keep_their_order_and_those_without_speaker_are_left_out() -> None:
    text = (
        "Vera Holm said it sinks. It was said to be old. Mayor Ask denied that it leans. He said."
    )
    said = attribution(text, "Vera Holm", "said", "it sinks")
    by_nobody = attribution(text, "", "was said", "to be old")
    denied = attribution(text, "Mayor Ask", "denied", "that it leans")
    nothing = attribution(text, "Vera Holm", "said")

    found = statements("a1", text, [denied, by_nobody, said, nothing])

    assert [(one.speaker.name, one.attribution, one.is_denied) for one in found] == [
        ("Ask", denied, True),
        ("Vera Holm", said, False),
    ]
    assert {one.article_id for one in found} == {"a1"}


@pytest.mark.parametrize(
    "text",
    [
        "Ann Lee should have said that it sinks.",
        "Ann Lee would say that it sinks.",
        "A fake post has it that Ann Lee said it sinks.",
        "Neither Bo Fox nor Ann Lee said it sinks.",
    ],
)
def test_text_that_nobody_said_is_not_a_statement(text: str) -> None:
    start, cue = text.index("Ann Lee"), re.search(r"\b(?:said|say)\b", text)
    assert cue is not None
    one = Attribution(((start, start + 7),), (cue.span(),), ((cue.end() + 1, len(text) - 1),))

    assert statements("a", text, [one]) == []
    real = replace(one, speaker_spans=((0, 7),), cue=((8, 12),), content=((13, 21),))
    assert len(statements("a", "Ann Lee said it sinks.", [real])) == 1


def test_words_of_others_in_between_are_not_the_speakers() -> None:
    text = '"Is it safe?" Bo Fox asked. "It is safe by now," said Ann Lee.'
    question, answer = (m.span() for m in re.finditer(r'"[^"]+"', text))
    one = Attribution(((54, 61),), ((49, 53),), (question, answer))

    (found,) = statements("a", text, [one])

    assert found.attribution.content == (answer,)


@pytest.mark.parametrize(
    "text",
    [
        "A." * 100_000,
        " ".join(f"{chr(65 + n % 26)}n{n:x} Holm said it sinks." for n in range(3_000)),
    ],
    ids=["one endless name", "thousands of one surname"],
)
def test_endless_names_and_thousands_of_namesakes_are_read(text: str) -> None:
    found = [
        Attribution((one.span(1),), (one.span(2),), (one.span(3),))
        for one in re.finditer(r"(\w+ Holm) (said) (it sinks)", text)
    ]

    assert len(statements("a", text, found)) == len(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We will win,” said Paul Renn. Otto Fabel, the coach, said: “We will lose.”",
         [("Paul Renn", "“We will win,”"), ("Otto Fabel", "“We will lose.”")]),
        ("Ida Holm said, adding that the mayor “should go”. Brand responded that he would not.",
         [("Ida Holm", "that the mayor “should go”"), ("Brand", "that he would not")]),
        ("“We won't pay.” That was the answer of Mayor Tom Brand on Monday. “We will sue,” said "
         "the bank's lawyer, Ida Holm.", [("Ida Holm", "“We will sue,”")]),
        ("“Frank will do better than I did,” Frank Dawson Sr. said. Frank Dawson Jr. said he was "
         "grateful. “I will sign that bill first,” Dawson Jr. said.",
         [("Frank Dawson Sr.", "“Frank will do better than I did,”"),
          ("Frank Dawson Jr.", "he was grateful"),
          ("Frank Dawson Jr.", "“I will sign that bill first,”")]),
        ("Bishop Jonas Lie praised Mayor Helga Brandvik on Sunday. Brandvik, he said, was “a rock "
         "in the sea”.", [("Jonas Lie", "was “a rock in the sea”")]),
        ("The joy, as Ms. Elena Marku said, is that nobody pays for the quay.",
         [("Elena Marku", "is that nobody pays for the quay")]),
        ("“Do you want to pay for the quay?” said Elena Marku.",
         [("Elena Marku", "“Do you want to pay for the quay?”")]),
        ("Did Elena Marku say that taxes are theft? She did not.", []),
        ("If Elena Marku says that the tax will be cut, people will cheer.", []),
        ("It is false that Elena Marku said the tax was dead.", []),
    ],
)  # fmt: skip
def test_nobody_gets_the_words_of_a_neighbouring_sentence(
    text: str, expected: list[tuple[str, str]]
) -> None:
    found = statements("a", text, TAGGER.attributions(text))

    assert [
        (one.speaker.name, " ".join(text[a:b] for a, b in one.attribution.content))
        for one in found
    ] == expected  # fmt: skip


def test_a_role_does_not_reach_into_the_next_sentence() -> None:
    text = "Police arrested the former governor. Anna Lund said she had called the police."

    (one,) = statements("a", text, TAGGER.attributions(text))

    assert (one.speaker.name, one.speaker.description) == ("Anna Lund", "")
