"""A follow-up question → one that stands alone, in a language model's words."""

from collections.abc import Sequence

from retrieval.answers.language_model import LanguageModel, cost
from retrieval.answers.prompts import load_prompt, new_fence
from retrieval.english import instructions
from retrieval.errors import ModelError
from retrieval.proof import grounding
from retrieval.questions.followup import Turn, Understood

_SECONDS = 6.0
_CONVERSATION = 4_000  # characters of the conversation, the latest
_LONGEST_QUESTION = 400  # characters


def reworded(model: LanguageModel, question: str, turns: Sequence[Turn]) -> Understood:
    """The question as the model words it to stand alone.

    It is "" where the model fails, where its text is no question, or has a name or number that
    neither the question nor the conversation has.
    """
    if not turns:
        return Understood("")
    talk = "\n".join(f"Q: {one.question}\nA: {one.answer}" for one in turns)[-_CONVERSATION:]
    given = {"fence": new_fence(), "talk": talk, "question": question}
    asked, said = load_prompt("followup").invoke(given).to_messages(), ""
    try:
        for piece in model.write(asked, _SECONDS, structured=False):
            said += piece
    except ModelError:
        return Understood("", cost(asked, said))
    tokens, said = cost(asked, said), " ".join(said.split()).strip("\"'“” ")
    return Understood(said if _is_sound(said, f"{talk}\n{question}") else "", tokens)


def _is_sound(text: str, known: str) -> bool:
    """Whether it is one question, with nothing new in it."""
    return (
        0 < len(text) <= _LONGEST_QUESTION
        and text.endswith("?")
        and not instructions.has_address(text)
        and not grounding.missing_names(text, known)
        and not grounding.missing_numbers(text, known)
    )
