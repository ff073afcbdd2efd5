"""Static files under names that carry their hash, without comments and blanks in scripts and style
sheets, and with a gzip copy of each for who takes it."""

from collections.abc import Callable

import rcssmin
import rjsmin
from django.core.files.base import ContentFile, File
from whitenoise.storage import CompressedManifestStaticFilesStorage

# A third of what a page's scripts weigh is there for those who read them.
_SMALLER: dict[str, Callable[[str], str]] = {".js": rjsmin.jsmin, ".css": rcssmin.cssmin}


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed names, also inside ES module imports.

    A module that imports another by its plain name would fetch it past the cache for ever.
    """

    support_js_module_import_aggregation = True
    # A module's hash is known in the pass after those of what it imports, so there is one for each
    # step from room.js to the last of its imports. A circle of imports would need no end of them.
    max_post_process_passes = 12

    def _save(self, name: str, content: "File[bytes]") -> str:
        if name.startswith(("js/", "css/")) and "/vendor/" not in name:
            smaller = _SMALLER.get(name[name.rfind(".") :])
            if smaller is not None:
                content.seek(0)  # it was read for its hash
                text = content.read()
                text = text.decode() if isinstance(text, bytes) else text
                content = ContentFile(smaller(text).encode())
        saved: str = super()._save(name, content)
        return saved
