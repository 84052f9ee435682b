"""Speakers: the attributions of an article → who each one's source is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whoever says something in an article.

    `name` is the fullest that the article has for them, or, where it has none (`is_named` is
    False), the words that it has instead, such as "a source in the Ukrainian delegation".
    `description` is what the article calls them beside the name, such as "British Prime Minister";
    "" where it says nothing.
    """

    name: str
    description: str = ""
    is_named: bool = True
