"""Judges sentences by words, meaning and grammar, where statements are asked for."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from retrieval.models.embedder import Embedder, Vector
from retrieval.questions.features import QuestionFeatures
from retrieval.search.hit import Hit
from retrieval.search.sentence_features import features, may_answer
from retrieval.search.sentences import QuotableSentence, Quote, quotable_sentences

Floats = npt.NDArray[np.float64]

_UNFIT = 0.2  # what is left of the probability of a sentence that can't answer

# Bias, then one weight a feature in the order of `features`; fitted on 100 questions on news of
# 2022 to 2024, except the eighth, for these questions don't ask for statements.
WEIGHTS = np.array([-4.66, 1.36, 1.02, -0.02, 0.83, 0.31, 0.46, 1.02, 1.00, 0.78, 1.69])


class FallbackReader:
    """Judges each sentence by its meaning, the words and names it shares, and who speaks in it.

    It answers where a question asks for statements of a speaker whom no library knows.
    """

    def __init__(self, embedder: Embedder, known: Callable[[Iterable[str]], set[str]]) -> None:
        """`known` returns those of some stems that occur in any article."""
        self._embedder = embedder
        self._known = known

    def quotes(self, asked: QuestionFeatures, hits: Sequence[Hit]) -> list[Quote]:
        """The sentences of the hits, the likeliest first."""
        found = quotable_sentences(hits)
        if not found:
            return []
        quotes = [
            Quote(one.hit, one.start, one.end, one.text, float(chance))
            for one, chance in zip(found, self._probabilities(asked, found), strict=True)
        ]
        return sorted(quotes, key=lambda one: (-one.probability, one.hit.rank, one.start))

    def _probabilities(self, asked: QuestionFeatures, found: Sequence[QuotableSentence]) -> Floats:
        features, vectors = self._features(asked, found)
        chances = np.asarray(1 / (1 + np.exp(-(features @ WEIGHTS[1:] + WEIGHTS[0]))))
        topic = asked.statement.topic_text if asked.statement else ""
        about = vectors @ self._embedder.question(topic) if topic else np.zeros(len(found))
        unknown = asked.terms - self._known(asked.terms)
        for number, one in enumerate(found):
            near, topical = float(features[number, 0]), float(about[number])
            if not may_answer(one, asked, near, topical, unknown):
                chances[number] *= _UNFIT
        return chances

    def _features(
        self, asked: QuestionFeatures, found: Sequence[QuotableSentence]
    ) -> tuple[Floats, Vector]:
        """The features, one row a sentence; and the sentences' vectors."""
        vectors = self._embedder.passages([one.text for one in found])
        nearness = vectors @ self._embedder.question(asked.text)
        rows = [[near, *features(one, asked)] for near, one in zip(nearness, found, strict=True)]
        return np.array(rows), vectors
