"""Pipeline: a question → its answer, proved."""

from collections.abc import Mapping
from dataclasses import replace

from retrieval.answers.answer import Answer, cite_again
from retrieval.library.library import Library
from retrieval.proof.standing import standing_in, stands, stored_texts


def prove(answer: Answer, libraries: Mapping[str, Library]) -> Answer:
    """The answer with only those quotes that stand, to the letter, in the libraries as they are.

    What was changed or withdrawn since it was found is dropped, and the rest numbered anew;
    when nothing is left, the answer declines. Hits are held to the same.
    """
    texts = stored_texts([*answer.hits, *(one.hit for one in answer.others)], libraries)
    hits = standing_in(answer.hits, texts)
    proved, others = (
        tuple(one for one in some if stands(texts, one.hit, one.start, one.end, one.quote))
        for some in (answer.citations, answer.others)
    )
    answer = replace(answer, hits=hits, others=others)
    return answer if proved == answer.citations else cite_again(answer, proved)
