import pytest

from retrieval.followup import standalone

STARMER = "what did Starmer say?"
LEADER = "who leads the Russian delegation?"
MEDINSKY = "Vladimir Medinsky leads the Russian delegation."


@pytest.mark.parametrize(
    ("text", "before", "quoted", "understood"),
    [
        ("and von der Leyen?", STARMER, "", "what did von der Leyen say?"),
        ("what about Putin?", STARMER, "", "what did Putin say?"),
        ("and the Ukrainian one?", LEADER, "", "who leads the Ukrainian delegation?"),
        ("what did he say about sanctions?", STARMER, "",
         "what did Starmer say about sanctions?"),
        ("what did he say?", LEADER, MEDINSKY, "what did Vladimir Medinsky say?"),
        ("when was that?", STARMER, "", "when was that: what did Starmer say?"),
        ("and who said that?", STARMER, "", "and who said that: what did Starmer say?"),
        ("and sanctions?", STARMER, "", "what did Starmer say about sanctions?"),
        *((alone, STARMER, "", alone) for alone in (
            "who won the 2022 World Cup?", "Tell me about von der Leyen",
            "What happened in Istanbul this week?", "Who said that Ukraine lost the war?",
            "Are there any news about Gaza?", "give me more", "you are wrong",
            "I don't think that helps anybody", "Which one of the parties won?",
        )),
    ],
)  # fmt: skip
def test_a_follow_up_stands_alone(text: str, before: str, quoted: str, understood: str) -> None:
    assert standalone(text, before, quoted) == understood


def test_follow_ups_do_not_pile_up() -> None:
    question = STARMER
    for more in ("when was that?", "and who said it?", "why is that?"):
        question = standalone(more, question)
    assert question == "why is that: what did Starmer say?"
