"""Files on their way into a room of a running site, as the page sends them: by tus."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.client import Visitor

PIECE = "application/offset+octet-stream"
MIB = 2**20


def metadata(**words: str) -> str:
    """Return the header Upload-Metadata."""
    return ",".join(f"{word} {b64encode(value.encode()).decode()}" for word, value in words.items())


@dataclass
class Uploader:
    """Sends files of a visitor into a room. Each request goes to the visitor's worker of that moment."""

    visitor: Visitor
    code: str

    async def begin(
        self,
        size: int,
        *,
        name: str = "notes.bin",
        kind: str = "application/octet-stream",
        client_id: str = "one",
        first: bytes = b"",
    ) -> httpx.Response:
        headers = {
            "Upload-Length": str(size),
            "Upload-Metadata": metadata(filename=name, filetype=kind, id=client_id),
        }
        if first:
            headers["Content-Type"] = PIECE
        return await self.ask("POST", f"/rooms/{self.code}/files/", content=first, **headers)

    async def piece(self, path: str, start: int, data: bytes) -> httpx.Response:
        about = {"Content-Type": PIECE, "Upload-Offset": str(start)}
        return await self.ask("PATCH", path, content=data, **about)

    async def offset(self, path: str) -> int:
        """Return how much of a file the site has."""
        answer = await self.ask("HEAD", path)
        assert answer.status_code == 200, answer
        return int(answer.headers["Upload-Offset"])

    async def send(self, data: bytes, **about: str) -> dict[str, Any]:
        """Send a file whole. Return it as it is in a message."""
        answer = await self.begin(len(data), first=data[:MIB], **about)
        assert answer.status_code == 201, answer.text
        path = answer.headers["Location"]
        for start in range(MIB, len(data), MIB):
            answer = await self.piece(path, start, data[start : start + MIB])
            assert answer.status_code == 204, answer.text
        state: dict[str, Any] = (await self.visitor.get(path)).json()
        assert state["state"] == "ready", state
        return state

    async def ask(
        self, method: str, path: str, *, content: bytes = b"", **headers: str
    ) -> httpx.Response:
        visitor = self.visitor
        told = {
            "Accept": "application/json",
            "Tus-Resumable": "1.0.0",
            "X-CSRFToken": visitor.http.cookies.get("csrftoken") or "",
            "Origin": visitor.base_url,
            "Referer": f"{visitor.base_url}/rooms/{self.code}/",
        }
        return await visitor.http.request(
            method, visitor.base_url + path, content=content, headers=told | headers
        )
