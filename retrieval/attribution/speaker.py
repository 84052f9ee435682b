"""Speaker: whoever says something in an article."""

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

    @property
    def is_joint(self) -> bool:
        """Whether they are several, named together: what they say is never one's alone."""
        return " and " in self.name

    def __str__(self) -> str:
        """The name, and what the article calls them in brackets."""
        return f"{self.name} ({self.description})" if self.description else self.name
