"""What one picture may take. A file that needs more is no picture to us, but a download."""

import json
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of the process that makes one picture again."""

    pixels: int = 40_000_000
    """Width × height, known before anything is decoded."""
    seconds: int = 60
    """Of the clock, from the start of the process, which lets everybody else go first."""
    processor: int = 20
    """Seconds of one core."""
    memory: int = 896 * 2**20
    """Bytes of address space. 40 megapixels of WebP with transparency take 730 MiB."""
    written: int = 32 * 2**20
    """Bytes of both pictures."""
    frames: int = 600
    """Of an animation that goes on moving."""
    drawn: int = 60_000_000
    """Pixels of all its frames together, as they are shown."""

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**json.loads(text))
