"""Static files under names that carry their hash, with a gzip copy of each for who takes it."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed names, also inside ES module imports.

    A module that imports another by its plain name would fetch it past the cache for ever.
    """

    support_js_module_import_aggregation = True
