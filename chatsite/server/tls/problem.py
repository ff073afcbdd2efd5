"""What keeps a site from serving https, told to a person."""


class TLSProblem(Exception):
    """`code` is for programs, and `sentence` says what is wrong and what can be done."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code, sentence)
        self.code = code
        self.sentence = sentence

    def __str__(self) -> str:
        return f"{self.sentence} [{self.code}]"
