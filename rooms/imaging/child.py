"""The process that makes one picture again: stdin is the file, stdout what is made of it.

    python -I -c "…; child.main()" TYPE LIMITS

It answers with a line of JSON, then the thumbnail and the view, or with a line that says why there
are none. Nothing here is imported by the site, which never loads a decoder.
"""

import json
import os
import sys
from typing import Any

from rooms.imaging import confinement
from rooms.imaging.limits import Limits


def main() -> None:
    kind, limits = sys.argv[1], Limits.from_json(sys.argv[2])
    confinement.confine(limits)
    from rooms.imaging import drawing  # within its limits

    drawing.warm_up()
    confinement.seal()
    thumb = view = b""
    answer: dict[str, Any]
    try:
        with os.fdopen(0, "rb") as source:
            answer, thumb, view = drawing.draw(source, kind, limits)
        answer["lengths"] = [len(thumb), len(view)]
    except Exception as error:  # noqa: BLE001 - whatever a decoder raises, the file is no picture
        answer = {"refused": f"{type(error).__name__}: {error}"}
    with os.fdopen(1, "wb") as made:
        made.write(json.dumps(answer).encode() + b"\n" + thumb + view)
