"""Reporting: verbs of saying."""

from retrieval.english.words import stems

# That somebody said it, and not how, may be told in other words than the source's.
SAYING = frozenset(stems("say says said saying tell told report reported state stated according"))
