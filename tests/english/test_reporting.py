"""Each verb of english/reporting.py, with each of its kinds, in a sentence that needs it."""

import re
from collections.abc import Callable
from datetime import date

import pytest

from retrieval.attribution.attribution import Attribution, Span
from retrieval.attribution.coreference import speakers as speakers_of
from retrieval.attribution.people import People
from retrieval.attribution.statements import statements
from retrieval.attribution.wording import is_denied
from retrieval.english import reporting
from retrieval.english.negation import denials
from retrieval.proof.containment import unsupported_part
from retrieval.proof.sentence import Evidence
from retrieval.questions.parts import parts
from retrieval.questions.period import asked_days
from retrieval.questions.requests import speakers, statement_request
from tests.english.mutation import survivors

QUAY = "The quay sinks in winter."
NOBODY: list[str] = []


def spoken(sentence: str) -> list[str]:
    """The stems of whoever may speak in it."""
    return sorted(speakers(sentence, ""))


def requested(question: str) -> str | None:
    """What a question for statements is taken for: "how: speaker: topic"."""
    one = statement_request(question)
    return one and ": ".join((one.how, one.speaker_text, one.topic_text))


def refused(draft: str, source: str) -> str:
    """Why the draft isn't an excerpt of the source."""
    return unsupported_part(draft, [("", source)])


def marked(text: str) -> tuple[str, Attribution]:
    """The text without its bars, and its attribution, as in "Ann Lee | said | it sinks"."""
    places: list[tuple[Span, ...]] = []
    plain = ""
    for part in text.split(" | "):
        start = len(plain)
        plain += f"{part} "
        places.append(((start, start + len(part)),) if part else ())
    return plain.strip() + ".", Attribution(*places)


def denied(text: str) -> bool:
    return is_denied(*marked(text))


def extracted(text: str) -> list[str]:
    """Who says something in the text, by its one attribution."""
    plain, one = marked(text)
    return [each.speaker.name for each in statements("a", plain, [one])]


def answer_alone(between: str) -> list[str]:
    """What Ann Lee says, where another's question and its tag may stand between."""
    text = f'"Is the quay safe?" {between} "It is safe by now," said Ann Lee.'
    question, answer = (one.span() for one in re.finditer(r'"[^"]+"', text))
    end = len(text) - 1
    one = Attribution(((end - 7, end),), ((end - 12, end - 8),), (question, answer))
    return [text[a:b] for each in statements("a", text, [one]) for a, b in each.attribution.content]


def meant_by_he(first: str) -> str:
    """Whom "he" means behind a sentence in which John Fox speaks."""
    text = f"{first} He said it sinks."
    place = text.index(" He said") + 1
    verb = re.search(r"\w+ed|said", text)
    assert verb is not None
    told = Attribution(((0, 8),), (verb.span(),), ((verb.end() + 1, len(first) - 1),))
    he = Attribution(((place, place + 2),), ((place + 3, place + 7),), ((place + 8, place + 16),))
    return speakers_of(text, [told, he])[1].name


def named_in(heading: str) -> list[str]:
    return [one.name for one in People(f"{heading}\n\nIt rained.").all]


def disapproves(cue: str) -> bool:
    return bool(re.search(rf"\b{reporting.pattern('stem', 'criticises')}\b", cue))


def dated(sentence: str) -> bool:
    """Whether the day of publication proves a sentence, as it tells of a report."""
    return bool(Evidence("", "", (), "Monday").of(sentence).strip())


def limited(question: str) -> bool:
    """Whether "yesterday" is taken for the day on which it was done."""
    return asked_days(question, date(2026, 11, 25)).since is not None


# A sentence of each verb that introduces somebody's words.
SPOKEN = [
    ("Ann Lee said so.", ["ann", "lee"]),
    ("Ann Lee stated her case.", ["ann", "lee"]),
    ("Ann Lee told the town to wait.", ["ann", "lee"]),
    ("Ann Lee argued for a new quay.", ["ann", "lee"]),
    ("Ann Lee insisted on a vote.", ["ann", "lee"]),
    ("Ann Lee warned of the ice.", ["ann", "lee"]),
    ("Ann Lee stressed the danger.", ["ann", "lee"]),
    ("Ann Lee wrote to the council.", ["ann", "lee"]),
    ("Ann Lee tweeted at noon.", ["ann", "lee"]),
    ("Ann Lee alleged fraud.", ["ann", "lee"]),
    ("Ann Lee predicted rain.", ["ann", "lee"]),
    ("Ann Lee suggested a pause.", ["ann", "lee"]),
    ("Ann Lee claimed the quay was safe.", ["ann", "lee"]),
    ("Ann Lee acknowledged the mistake.", ["ann", "lee"]),
    ("Ann Lee admitted the mistake.", ["ann", "lee"]),
    ("Ann Lee announced the closure.", ["ann", "lee"]),
    ("Ann Lee declared the quay open.", ["ann", "lee"]),
    ("Ann Lee vowed to fight on.", ["ann", "lee"]),
    ("Ann Lee pledged her support.", ["ann", "lee"]),
    ("Ann Lee promised a new quay.", ["ann", "lee"]),
    ("Ann Lee mentioned the ice.", ["ann", "lee"]),
    ("Ann Lee remarked on the ice.", ["ann", "lee"]),
    ("Ann Lee replied at once.", ["ann", "lee"]),
    ("Ann Lee responded within an hour.", ["ann", "lee"]),
    ("Ann Lee described the damage.", ["ann", "lee"]),
    ("Ann Lee called the plan absurd.", ["ann", "lee"]),
    ("Ann Lee added that it was late.", ["ann", "lee"]),
    ("Ann Lee explained the delay.", ["ann", "lee"]),
    ("Ann Lee asked for patience.", ["ann", "lee"]),
    ("Ann Lee urged the town to wait.", ["ann", "lee"]),
    ("Ann Lee confirmed the date.", ["ann", "lee"]),
    ("Ann Lee noted the date.", ["ann", "lee"]),
    ("Ann Lee denied the charge.", ["ann", "lee"]),
    ("Ann Lee refuted the charge.", ["ann", "lee"]),
    ("Ann Lee disputed the bill.", ["ann", "lee"]),
    ("Ann Lee rejected the bill.", ["ann", "lee"]),
    # What is mostly a noun makes nobody speak.
    ("Most American states voted.", NOBODY),
    ("Ann Lee’s stresses grew.", NOBODY),
    ("Ann Lee’s tweets were long.", NOBODY),
    ("Ann Lee’s claims were wrong.", NOBODY),
    ("Ann Lee’s pledges came late.", NOBODY),
    ("Ann Lee’s promises came late.", NOBODY),
    ("Ann Lee’s remarks came late.", NOBODY),
    ("Ann Lee’s replies came late.", NOBODY),
    ("Ann Lee’s calls went unheard.", NOBODY),
    ("Ann Lee’s notes were lost.", NOBODY),
    ("Ann Lee’s disputes were over.", NOBODY),
]

# Questions for somebody's words, and such as only look like them.
REQUESTED = [
    ("what did Ann Lee say about the quay?", ": Ann Lee: the quay"),
    ("what did Ann Lee state about the quay?", ": Ann Lee: the quay"),
    ("what did Ann Lee tell reporters about the quay?", ": Ann Lee: the quay"),
    ("what did Ann Lee argue about the quay?", ": Ann Lee: the quay"),
    ("what did Ann Lee insist on in May?", ": Ann Lee: in May"),
    ("what did Ann Lee warn about?", None),
    ("what did Ann Lee warn after the storm?", ": Ann Lee: the storm"),
    ("what did Ann Lee stress about the quay?", ": Ann Lee: the quay"),
    ("what did Ann Lee write about the quay?", ": Ann Lee: the quay"),
    ("what has Ann Lee written about the quay?", ": Ann Lee: the quay"),
    ("what did Ann Lee tweet about the quay?", ": Ann Lee: the quay"),
    ("what did Ann Lee allege about the vote?", ": Ann Lee: the vote"),
    ("what did Ann Lee predict about the vote?", ": Ann Lee: the vote"),
    ("what did Ann Lee suggest about the vote?", ": Ann Lee: the vote"),
    ("what did Ann Lee claim about the vote?", ": Ann Lee: the vote"),
    ("what does Ann Lee think about the vote?", ": Ann Lee: the vote"),
    ("what did Ann Lee acknowledge in court?", ": Ann Lee: court"),
    ("what did Ann Lee admit in court?", ": Ann Lee: court"),
    ("what did Ann Lee announce in May?", ": Ann Lee: May"),
    ("what did Ann Lee declare after the vote?", ": Ann Lee: the vote"),
    ("what did Ann Lee vow after the vote?", ": Ann Lee: the vote"),
    ("what did Ann Lee pledge after the vote?", ": Ann Lee: the vote"),
    ("what did Ann Lee promise after the vote?", ": Ann Lee: the vote"),
    ("what did Ann Lee mention about the quay?", ": Ann Lee: the quay"),
    ("what did Ann Lee remark on the quay?", ": Ann Lee: the quay"),
    ("what did Ann Lee reply to the mayor?", ": Ann Lee: the mayor"),
    ("did Ann Lee comment on the vote?", ": Ann Lee: the vote"),
    ("how did Ann Lee describe the plan?", ": Ann Lee: the plan"),
    ("how did Ann Lee characterize the plan?", ": Ann Lee: the plan"),
    ("how did Ann Lee characterise the plan?", ": Ann Lee: the plan"),
    ("what did Ann Lee tell Bo Fox?", ": Ann Lee: Bo Fox"),
    ("who told the truth?", None),
    ("who wrote the song?", None),
    ("who tweeted the photo?", None),
    ("who alleged fraud?", None),
    ("who predicted the crash?", None),
    ("who suggested the name?", None),
    ("who claimed the prize?", None),
    ("who acknowledged the letter?", None),
    ("who admitted the patient?", None),
    ("who announced the deal?", None),
    ("who declared war?", None),
    ("who vowed revenge?", None),
    ("who pledged money?", None),
    ("who promised rain?", None),
    ("who thinks that the quay is safe?", ": : the quay is safe"),
    ("who believes that the quay is safe?", ": : the quay is safe"),
    ("who commented on the vote?", ": : the vote"),
    ("who described it as absurd?", ": : it as absurd"),
    ("who called it absurd?", ": : absurd"),
    ("who characterised it as absurd?", ": : as absurd"),
    ("who characterized it as absurd?", ": : as absurd"),
    ("who labelled it absurd?", ": : absurd"),
    ("who labeled it absurd?", ": : absurd"),
    ("who branded it absurd?", ": : absurd"),
    ("who dubbed it absurd?", ": : absurd"),
    ("how did Ann Lee react to the vote?", "reacted: Ann Lee: the vote"),
    ("how did Ann Lee respond to the vote?", "reacted: Ann Lee: the vote"),
    ("how did Ann Lee answer to the vote?", "reacted: Ann Lee: the vote"),
    ("how did Ann Lee reply to the vote?", "reacted: Ann Lee: the vote"),
    ("who complained about the noise?", "criticised: : the noise"),
    ("who condemned the attack?", "criticised: : the attack"),
    ("who criticised the mayor?", "criticised: : the mayor"),
    ("who criticized the mayor?", "criticised: : the mayor"),
    ("who decried the vote?", "criticised: : the vote"),
    ("who denounced the vote?", "criticised: : the vote"),
    ("who lambasted the mayor?", "criticised: : the mayor"),
    ("who slammed the mayor?", "criticised: : the mayor"),
]

# Excerpts of a sentence, and why each isn't one.
UNSAID = "it leaves out who says so"
CLOSED = "The town will close the quay."
REFUSED = [
    (QUAY, "Ann Lee said the quay sinks in winter.", UNSAID),
    (QUAY, "Ann Lee stated that the quay sinks in winter.", UNSAID),
    (QUAY, "Ann Lee told us that the quay sinks in winter.", UNSAID),
    (QUAY, "Ann Lee argued that the quay sinks in winter.", UNSAID),
    (QUAY, "Ann Lee insisted that the quay sinks in winter.", UNSAID),
    (QUAY, "Ann Lee warned that the quay sinks in winter.", UNSAID),
    (QUAY, "Ann Lee stressed that the quay sinks in winter.", UNSAID),
    (QUAY, "Ann Lee wrote that the quay sinks in winter.", UNSAID),
    (QUAY, "Ann Lee tweeted that the quay sinks in winter.", UNSAID),
    (QUAY, "The Post reported that the quay sinks in winter.", UNSAID),
    (QUAY, "Ann Lee cited a study: the quay sinks in winter.", UNSAID),
    (QUAY, "Behind reports and letters the quay sinks in winter.", ""),
    # One neutral verb may stand for another, and no other verb for one.
    ("Ann Lee said the quay sinks.", "Ann Lee told us that the quay sinks.", ""),
    ("Ann Lee stated the quay sinks.", "Ann Lee said that the quay sinks.", ""),
    ("Ann Lee told us the quay sinks.", "Ann Lee said to us that the quay sinks.", ""),
    ("The Post reported the quay sinks.", "The Post said that the quay sinks.", ""),
    (QUAY, "Ann Lee alleged that the quay sinks in winter.", "it leaves out 'alleged'"),
    (QUAY, "Ann Lee predicted that the quay sinks in winter.", "it leaves out 'predicted'"),
    (QUAY, "Ann Lee suggested that the quay sinks in winter.", "it leaves out 'suggested'"),
    (QUAY, "Ann Lee claimed that the quay sinks in winter.", "it leaves out 'claimed'"),
    (QUAY, "Ann Lee thought that the quay sinks in winter.", "it leaves out 'thought'"),
    (QUAY, "Ann Lee believed that the quay sinks in winter.", "it leaves out 'believed'"),
    (QUAY, "Ann Lee feared that the quay sinks in winter.", "it leaves out 'feared'"),
    (QUAY, "Ann Lee suspected that the quay sinks in winter.", "it leaves out 'suspected'"),
    (CLOSED, "Ann Lee vowed that the town will close the quay.", "it leaves out 'vowed'"),
    (CLOSED, "Ann Lee pledged that the town will close the quay.", "it leaves out 'pledged'"),
    (CLOSED, "Ann Lee promised that the town will close the quay.", "it leaves out 'promised'"),
    (CLOSED, "Ann Lee expected that the town will close the quay.", "it leaves out 'expected'"),
    (CLOSED, "Ann Lee hoped that the town will close the quay.", "it leaves out 'hoped'"),
    (CLOSED, "Ann Lee demanded that the town will close the quay.", "it leaves out 'demanded'"),
    (CLOSED, "Ann Lee proposed that the town will close the quay.", "it leaves out 'proposed'"),
    (CLOSED, "Ann Lee threatened that the town will close the quay.", "it leaves out 'threatened'"),
    (CLOSED, "It is the plan that the town will close the quay.", "it leaves out 'plan'"),
    (
        CLOSED,
        "All that Ann Lee wants is that the town will close the quay.",
        "it leaves out 'wants'",
    ),
    ("Ann Lee left in May.", "Ann Lee, accused of theft, left in May.", "it leaves out 'accused'"),
    ("Ann Lee left in May.", "Ann Lee, who seeks office, left in May.", "it leaves out 'seeks'"),
    (
        "Ann Lee left in May.",
        "Ann Lee, considering a run, left in May.",
        "it leaves out 'considering'",
    ),
    ("Ann Lee left in May.", "Ann Lee, urged to stay, left in May.", "it leaves out 'urged'"),
]

DENIED = [
    "Holm | denied | that it sinks",
    "Holm | refuted | that it sinks",
    "Holm | disputed | that it sinks",
    "Holm | rejected | that it sinks",
    "Holm | disavowed | the report",
    "Holm | rebutted | the report",
    "Holm | declined to discuss | the report",
    "Holm | refused to discuss | the report",
    "Holm | did not disclose | the price",
    "Holm | did not discuss | the price",
    "Holm | did not elaborate on | the price",
    "Holm | did not give | the price",
    "Holm | has never given | the price",
    "Holm | never gave | the price",
    "Holm | did not identify | the driver",
    "Holm | did not name | the driver",
    "Holm | did not offer | an explanation",
    "Holm | did not provide | an explanation",
    "Holm | did not reveal | the price",
    "Holm | did not speak of | the price",
    "Holm | has not spoken of | the price",
    "Holm | did not specify | the price",
    "Holm | did not talk about | the price",
    "Holm | never knew | that it sinks",
    "Holm | has not known | that it sinks",
    "Holm | never meant | that it sinks",
    "Holm | never thought | that it sinks",
]

DEEDS = [
    "Holm | accepted | the offer",
    "Holm | adopted | the plan",
    "Holm | agreed | a price",
    "Holm | approved | the plan",
    "Holm | backed | the plan",
    "Holm | banned | the boats",
    "Holm | considered | the plan",
    "Holm | decided | the case",
    "Holm | embraced | the plan",
    "Holm | endorsed | the plan",
    "Holm | filed | a report",
    "Holm | investigated | the theft",
    "Holm | opposed | the plan",
    "Holm | planned | a visit",
    "Holm | refused | the offer",
    "Holm | rejected | the offer",
    "Holm | reviewed | the plan",
    "Holm | signed | the bill",
    "Holm | sought | asylum",
    "Holm | sued | the town",
    "Holm | supported | the plan",
    "Holm | voted down | the plan",
    "Holm | welcomed | the guests",
]

# What stands between a question and Ann Lee's answer.
TAGS = [
    "said Bo Fox.", "stated Bo Fox.", "argued Bo Fox.", "insisted Bo Fox.", "warned Bo Fox.",
    "wrote Bo Fox.", "tweeted Bo Fox.", "replied Bo Fox.", "added Bo Fox.", "explained Bo Fox.",
    "asked Bo Fox.", "Bo Fox told us.",
]  # fmt: skip

DISAPPROVING = [
    "accused", "assailed", "attacked", "blamed", "blasted", "faulted", "mocked", "objected to",
    "rebuked", "ridiculed", "opposed", "’s criticism of", "’s complaint about", "rejected",
    "slammed",
]  # fmt: skip

CASES: list[tuple[Callable[..., object], list[tuple[object, object]]]] = [
    (spoken, list(SPOKEN)),
    (requested, list(REQUESTED)),
    (lambda two: refused(*two), [((draft, source), why) for draft, source, why in REFUSED]),
    (denied, [(text, True) for text in DENIED]),
    (extracted, [(text, NOBODY) for text in DEEDS]),
    (answer_alone, [(between, ['"It is safe by now,"']) for between in TAGS]),
    (disapproves, [(cue, True) for cue in DISAPPROVING]),
    (
        meant_by_he,
        [
            ("John Fox asked Peter Roy about the quay.", "Peter Roy"),
            ("John Fox questioned Peter Roy about the quay.", "Peter Roy"),
            ("John Fox pressed Peter Roy about the quay.", "Peter Roy"),
            ("John Fox said questions from Peter Roy hurt.", "John Fox"),
            ("John Fox said presses of Peter Roy stood still.", "John Fox"),
        ],
    ),
    (
        lambda question: len(parts(question)),
        [
            ("What do Ann Lee and Bo Fox expect?", 2),
            ("What do Ann Lee and Bo Fox fear?", 2),
            ("What do Ann Lee and Bo Fox hope for?", 2),
            ("What do Ann Lee and Bo Fox know?", 2),
            ("What do Ann Lee and Bo Fox mean?", 2),
            ("What do Ann Lee and Bo Fox want?", 2),
        ],
    ),
    (
        dated,
        [
            ("The Post printed a letter.", True),
            ("The Post published a letter.", True),
            ("The Post wrote a letter.", True),
            ("The Post has a report.", True),
            ("The Post has a letter.", False),
        ],
    ),
    (
        limited,
        [
            ("Who spoke yesterday?", True),
            ("Who gave yesterday?", True),
            ("Who sat yesterday?", False),
        ],
    ),
    (denials, [("Sales decline in May.", 0), ("They decline to pay.", 1)]),
    (
        named_in,
        [
            ("Elena Marku Slams Tax Again Today", ["Elena Marku"]),
            ("Elena Marku Pledges Money Again", ["Elena Marku"]),
        ],
    ),
]


@pytest.mark.parametrize(
    ("check", "given", "expected"),
    [(check, given, expected) for check, some in CASES for given, expected in some],
    ids=[str(given) for _, some in CASES for given, _ in some],
)
def test_each_verb_does_what_its_kinds_say(
    check: Callable[..., object], given: object, expected: object
) -> None:
    assert check(given) == expected


def results() -> list[str]:
    """What the tests compare."""
    return [repr(check(given)) for check, some in CASES for given, _ in some]


@pytest.mark.slow
@pytest.mark.parametrize("table", ["VERBS", "IRREGULAR"])
def test_no_entry_goes_unnoticed(table: str) -> None:
    assert survivors(f"retrieval.english.reporting:{table}", f"{__name__}:results") == []
