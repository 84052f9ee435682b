"""Speaker: whoever says something in an article."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whoever says something in an article.

    `name` is their fullest name in the article. If the article doesn't name them (`is_named` is
    False), it is the article's words for them, such as "a source in the Ukrainian delegation".
    `description` is what the article calls them beside the name, such as "British Prime Minister",
    or "".
    """

    name: str
    description: str = ""
    is_named: bool = True

    @property
    def is_joint(self) -> bool:
        """Whether these are several speakers, who speak together."""
        return " and " in self.name

    def __str__(self) -> str:
        """The name, with the description in brackets."""
        return f"{self.name} ({self.description})" if self.description else self.name
