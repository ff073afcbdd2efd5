"""The site takes no files."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler


class NoUploads(FileUploadHandler):
    """Refuses a form with a file in it, before the file is read: 400."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise SuspiciousOperation("a form with a file")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None
