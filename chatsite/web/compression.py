"""Compress answers, also those that are streamed."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from gzip import GzipFile
from typing import cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.middleware.gzip import GZipMiddleware, re_accepts_gzip
from django.utils.cache import patch_vary_headers
from django.utils.text import StreamingBuffer


class CompressionMiddleware(GZipMiddleware):
    """Django's middleware, but that a streamed answer is one gzip file, and files stay as they are.

    Django makes a gzip file of each part, and browsers stop reading after the first.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        # A file, whose parts are counted in its own bytes; or an archive, which would not get smaller.
        if response.has_header("Accept-Ranges"):
            return response
        if not (isinstance(response, StreamingHttpResponse) and response.is_async):
            return super().process_response(request, response)
        if response.has_header("Content-Encoding"):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if re_accepts_gzip.search(request.headers.get("Accept-Encoding", "")):
            padding = secrets.token_hex(secrets.randbelow(self.max_random_bytes) // 2)
            parts = cast(AsyncIterator[bytes], response.streaming_content)
            response.streaming_content = compressed(parts, padding=padding)
            del response.headers["Content-Length"]
            response.headers["Content-Encoding"] = "gzip"
        return response


async def compressed(parts: AsyncIterator[bytes], *, padding: str) -> AsyncIterator[bytes]:
    """Yield the parts as one gzip file, each as soon as it is there. `padding` hides the length.

    Parts are compressed on a thread: the event loop has sockets to serve.
    """
    buffer = StreamingBuffer()
    file = GzipFile(filename=padding, mode="wb", compresslevel=6, fileobj=buffer, mtime=0)

    def squeeze(part: bytes) -> bytes:
        file.write(part)
        file.flush()
        return buffer.read()

    async for part in parts:
        yield await asyncio.to_thread(squeeze, part)
    file.close()
    yield buffer.read()
