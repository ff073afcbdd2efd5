"""Static files under names that carry their hash."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedStaticFilesStorage(ManifestStaticFilesStorage):
    """Hashed names, also inside ES module imports.

    A module that imports another by its plain name would fetch it past the cache for ever.
    """

    support_js_module_import_aggregation = True
