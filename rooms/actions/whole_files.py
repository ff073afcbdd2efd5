"""Check a complete file, and store it with the images that are made of it."""

from dataclasses import dataclass, field
from pathlib import Path

from history import storage
from rooms import scanning
from rooms.imaging.remaker import remaker


@dataclass(frozen=True, slots=True)
class Checked:
    """The media type of a file, and the sizes of an image by their columns in the row."""

    type: str
    sizes: dict[str, int] = field(default_factory=dict)


def keep(public_id: str, whole: Path, *, claimed: str) -> Checked:
    """Scan a file, make its images and store all of them. Raises HasVirus, NotScanned or Unavailable.

    `claimed` is the media type that its sender gave. `whole` is in a temporary folder of history.storage,
    which its images are written to.
    """
    scanning.scan(whole)
    thumb, view = whole.parent / storage.THUMB, whole.parent / storage.VIEW
    picture = remaker.remake(whole, thumb=thumb, view=view)
    checked = Checked(claimed)
    if picture is not None:
        sizes = {
            "width": picture.width,
            "height": picture.height,
            "thumb_width": picture.thumb_width,
            "thumb_height": picture.thumb_height,
        }
        checked = Checked(picture.type, sizes)
        storage.save(public_id, storage.THUMB, storage.LocalFile(thumb))
        storage.save(public_id, storage.VIEW, storage.LocalFile(view))
    storage.save(public_id, storage.WHOLE, storage.LocalFile(whole))
    return checked
