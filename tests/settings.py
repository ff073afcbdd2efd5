"""The site's settings, for tests that run inside this process.

Tests of real workers do not come here: those processes read the site's own settings.
"""

import os
import shutil
import tempfile
from atexit import register
from pathlib import Path

# Before the import below, which reads them: nothing of this machine's own data is touched.
_data = Path(tempfile.mkdtemp(prefix="chat-tests-"))
(_data / "static").mkdir()
register(shutil.rmtree, _data, ignore_errors=True)
for _name in [*os.environ]:
    # CHAT_TESTS_ is no setting: it names what the jobs of one bin/test share.
    is_setting = _name.startswith("CHAT_") and not _name.startswith("CHAT_TESTS_")
    if is_setting or _name in {"DEBUG", "REDIS_URL"}:
        del os.environ[_name]
os.environ["CHAT_DATA_DIR"] = str(_data)
os.environ["SECRET_KEY"] = "only-for-tests"
os.environ["CHAT_FILES_FREE"] = "0"  # whatever the disk of this machine has left

from chatsite.settings import *  # noqa: E402, F403
from chatsite.settings import DATABASES, LOGGING, STORAGES  # noqa: E402

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGGING["loggers"]["httpx"] = {"level": "WARNING"}  # every request of every visitor
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

if DATABASES["default"]["ENGINE"] == "chatsite.sqlite":
    # A file, as on a real site: several threads of one test use it, each with its connection.
    DATABASES["default"]["TEST"] = {"NAME": str(_data / "test.sqlite3")}
