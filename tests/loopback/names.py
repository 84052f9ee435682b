"""Made-up host names for tests, all of them on loopback."""

PUBLIC, OTHER = "93.184.216.34", "93.184.216.35"


class Names:
    """What names resolve to; an address resolves to itself."""

    def __init__(self) -> None:
        self.known: dict[str, list[list[str]]] = {}
        self.reached: list[str] = []

    def resolve(self, host: str) -> list[str]:
        answers = self.known.get(host, [[PUBLIC]])
        return answers.pop(0) if len(answers) > 1 else answers[0]
