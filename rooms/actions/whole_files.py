"""A file that is whole: what it is, and its parts in the storage."""

from dataclasses import dataclass, field
from pathlib import Path

from history import storage
from rooms import scanning
from rooms.imaging.remaker import remaker


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file is: its media type, and of an image the sizes, by their columns in the row."""

    type: str
    sizes: dict[str, int] = field(default_factory=dict)


def keep(public_id: str, whole: Path, *, claimed: str) -> Looked:
    """Look at a file, make an image of it again, and put all of it into the storage. Raises what scanning does.

    `claimed` is the type that its sender says. `whole` is in a workshop (history.storage), where more files
    are made.
    """
    scanning.scan(whole)
    thumb, view = whole.parent / storage.THUMB, whole.parent / storage.VIEW
    picture = remaker.remake_sync(whole, thumb=thumb, view=view)
    looked = Looked(claimed)
    if picture is not None:
        sizes = {
            "width": picture.width,
            "height": picture.height,
            "thumb_width": picture.thumb_width,
            "thumb_height": picture.thumb_height,
        }
        looked = Looked(picture.type, sizes)
        storage.save(public_id, storage.THUMB, storage.LocalFile(thumb))
        storage.save(public_id, storage.VIEW, storage.LocalFile(view))
    storage.save(public_id, storage.WHOLE, storage.LocalFile(whole))
    return looked
