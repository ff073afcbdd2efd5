"""Refuse forms with files: the site takes none."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler


class NoUploads(FileUploadHandler):
    """Answers a form with a file with 400, before the file is read."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise SuspiciousOperation("a form with a file")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None
