"""Static files with their hash in their names, without comments and blanks, and with a gzip copy."""

from collections.abc import Callable

import rcssmin
import rjsmin
from django.core.files.base import ContentFile, File
from whitenoise.storage import CompressedManifestStaticFilesStorage

# A third of what a page's scripts weigh is for people who read them.
_SMALLER: dict[str, Callable[[str], str]] = {".js": rjsmin.jsmin, ".css": rcssmin.cssmin}


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashes names, also inside ES module imports.

    A module that imports another by its plain name would always bypass the cache.
    """

    support_js_module_import_aggregation = True
    # A module's hash is known in the pass after those of its imports, so the longest chain of imports from
    # room.js needs a pass for each of its modules. A circle of imports would never end.
    max_post_process_passes = 12

    def _save(self, name: str, content: "File[bytes]") -> str:
        if name.startswith(("js/", "css/")) and "/vendor/" not in name:
            smaller = _SMALLER.get(name[name.rfind(".") :])
            if smaller is not None:
                content.seek(0)  # the file was read for its hash
                text = content.read()
                text = text.decode() if isinstance(text, bytes) else text
                content = ContentFile(smaller(text).encode())
        saved: str = super()._save(name, content)
        return saved
