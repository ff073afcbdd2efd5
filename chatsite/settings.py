"""Every setting of the site, read from the environment.

README.md has a row for each variable; a test holds the two together.
"""

from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from chatsite import environment, filestore, oidc, secretkey
from chatsite.server.tls import names
from rooms import call_links

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = environment.flag("DEBUG", "off")
DATA_DIR = Path(environment.text("CHAT_DATA_DIR") or BASE_DIR / "var")


SECRET_KEY = secretkey.find(DATA_DIR)
# What these keys signed is good too. A session is signed anew, with SECRET_KEY, when it is used
# (rooms/pages/account/middleware.py).
SECRET_KEY_FALLBACKS = environment.words("SECRET_KEY_FALLBACKS")

# HTTPS without a proxy ----------------------------------------------------------------------------

# The flags --tls, --port and --http-port of the server become these (chatsite/server/command_line.py).
try:
    CHAT_TLS = names.checked(environment.text("CHAT_TLS"))
except ValueError as _error:
    raise ImproperlyConfigured(f"CHAT_TLS (--tls) cannot be so: {_error}") from None
_HTTPS = 443
CHAT_TLS_PORT = environment.number("PORT", _HTTPS, low=1, high=65_535) if CHAT_TLS else _HTTPS
CHAT_TLS_HTTP_PORT = environment.number("CHAT_TLS_HTTP_PORT", 80, low=0, high=65_535)
CHAT_TLS_DIRECTORY = environment.matching(
    "CHAT_TLS_DIRECTORY",
    "https://acme-v02.api.letsencrypt.org/directory",
    r"https://[^\s/]+/\S*",
    "the https URL of an ACME directory",
)
CHAT_TLS_CA = environment.text("CHAT_TLS_CA")
CHAT_TLS_EMAIL = environment.matching(
    "CHAT_TLS_EMAIL", "", r"(?:[^\s@]+@[^\s@]+)?", "an address like ops@example.org"
)

ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "localhost 127.0.0.1 [::1]")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")
if CHAT_TLS:
    _hosts = names.hosts(CHAT_TLS)
    if not environment.is_given("ALLOWED_HOSTS"):
        ALLOWED_HOSTS = [names.bracketed(host) for host in _hosts]
    if not environment.is_given("CSRF_TRUSTED_ORIGINS"):
        CSRF_TRUSTED_ORIGINS = [names.origin(host, CHAT_TLS_PORT) for host in _hosts]

# The chat's own settings ------------------------------------------------------------------------

CHAT_CODE_LENGTH = environment.number("CHAT_CODE_LENGTH", 4, low=1, high=12)
CHAT_ROOM_GRACE = environment.number("CHAT_ROOM_GRACE", 3600, low=0, high=365 * 24 * 3600)
CHAT_LEAVE_GRACE = environment.number("CHAT_LEAVE_GRACE", 10, low=0, high=3600)
CHAT_BODY_MAX = environment.number("CHAT_BODY_MAX", 4000, low=1, high=10_000)
CHAT_RETENTION_DAYS = environment.number("CHAT_RETENTION_DAYS", 0, low=0, high=36_500)
CHAT_RATE_LIMITS = environment.flag("CHAT_RATE_LIMITS", "on")
# The path of the admin, so that it need not be where everybody looks for it.
_admin_path = environment.matching(
    "CHAT_ADMIN_PATH",
    "admin/",
    r"/*(?!(?:api|rooms|history|static|files|hooks)(?:/|$))[\w-]+(?:/[\w-]+)*/*",
    "words with slashes between, like staff/desk/, and none of the site's own addresses",
)
CHAT_ADMIN_PATH = _admin_path.strip("/") + "/"
# Where all rooms have their calls, with {room} for the room's id.
CHAT_CALL_LINK = environment.text("CHAT_CALL_LINK")
if CHAT_CALL_LINK and not call_links.is_good(CHAT_CALL_LINK):
    raise ImproperlyConfigured(
        f"CHAT_CALL_LINK must be like https://meet.example.org/{{room}}, not {CHAT_CALL_LINK!r}"
    )
# Whether staff is asked for a second factor: never, where they have one, or always.
CHAT_STAFF_FACTOR = environment.one_of("CHAT_STAFF_FACTOR", "asked", ("off", "asked", "required"))
CHAT_LOG_FORMAT = environment.one_of("CHAT_LOG_FORMAT", "text", ("text", "json"))

CHAT_METRICS_TOKEN = environment.text("CHAT_METRICS_TOKEN")
CHAT_HTTPS_REDIRECT = environment.flag("CHAT_HTTPS_REDIRECT", "on")
CHAT_HSTS = environment.one_of("CHAT_HSTS", "host", ("host", "subdomains", "preload"))

# Files ------------------------------------------------------------------------------------------

# In MiB: of one file (0: nobody sends any), of a person in a day, of a room, of the site (0: as many as the
# disk has), and what is left free of the disk.
CHAT_FILE_MAX = environment.number("CHAT_FILE_MAX", 25, low=0, high=2048)
CHAT_FILES_PERSON = environment.number("CHAT_FILES_PERSON", 500, low=1, high=1_000_000)
CHAT_FILES_ROOM = environment.number("CHAT_FILES_ROOM", 5000, low=1, high=100_000_000)
CHAT_FILES_SITE = environment.number("CHAT_FILES_SITE", 0, low=0, high=1_000_000_000)
CHAT_FILES_FREE = environment.number("CHAT_FILES_FREE", 1024, low=0, high=1_000_000)
# Where they are: a folder of the data directory, or a store with S3's API.
CHAT_FILES = environment.text("CHAT_FILES")
try:
    _files_storage = filestore.storage(CHAT_FILES, DATA_DIR / "files")
except ValueError as _error:
    raise ImproperlyConfigured(f"CHAT_FILES {_error}, not {CHAT_FILES!r}") from None
# ClamAV's daemon, which looks at each file: its socket, or its host and port.
CHAT_CLAMD = environment.matching(
    "CHAT_CLAMD",
    "",
    r"(?:/\S+|[^\s/]+:\d{1,5})?",
    "like /run/clamav/clamd.ctl or 127.0.0.1:3310",
)

# Going out, to push services ---------------------------------------------------------------------

CHAT_PUSH = environment.one_of("CHAT_PUSH", "text", ("text", "names", "off"))
CHAT_VAPID_KEY = environment.text("CHAT_VAPID_KEY")
CHAT_OUTBOUND = environment.flag("CHAT_OUTBOUND", "on")
CHAT_OUTBOUND_ALLOW = environment.networks("CHAT_OUTBOUND_ALLOW")
CHAT_OUTBOUND_PROXY = environment.matching(
    "CHAT_OUTBOUND_PROXY", "", r"(?:https?://[^\s/]+/?)?", "like http://proxy:3128"
)

# Staff who sign in by OpenID Connect ---------------------------------------------------------------

CHAT_OIDC_ISSUER = environment.text("CHAT_OIDC_ISSUER")
CHAT_OIDC_CLIENT_ID = environment.text("CHAT_OIDC_CLIENT_ID")
CHAT_OIDC_CLIENT_SECRET = environment.text("CHAT_OIDC_CLIENT_SECRET")
CHAT_OIDC_CLIENT_SECRET_FILE = environment.text("CHAT_OIDC_CLIENT_SECRET_FILE")
CHAT_OIDC_SCOPES = " ".join(environment.words("CHAT_OIDC_SCOPES", "openid profile"))
CHAT_OIDC_GROUPS_CLAIM = environment.text("CHAT_OIDC_GROUPS_CLAIM", "groups")
CHAT_OIDC_LABEL = environment.text("CHAT_OIDC_LABEL", "your organisation")
CHAT_OIDC_HOURS = environment.number("CHAT_OIDC_HOURS", 12, low=1, high=24 * 30)
# Roles by the group of the provider's that gives them.
CHAT_OIDC_ROLES = oidc.roles(environment.text("CHAT_OIDC_ROLES"))
if CHAT_OIDC_ISSUER:
    if not oidc.is_issuer(CHAT_OIDC_ISSUER):
        raise ImproperlyConfigured(
            f"CHAT_OIDC_ISSUER must be like https://login.example.org, not {CHAT_OIDC_ISSUER!r}"
        )
    CHAT_OIDC_CLIENT_SECRET = oidc.secret(CHAT_OIDC_CLIENT_SECRET, CHAT_OIDC_CLIENT_SECRET_FILE)
    if not CHAT_OIDC_CLIENT_ID or not CHAT_OIDC_ROLES:
        raise ImproperlyConfigured(
            "CHAT_OIDC_ISSUER needs CHAT_OIDC_CLIENT_ID and CHAT_OIDC_ROLES beside it"
        )
    if "openid" not in CHAT_OIDC_SCOPES.split():
        raise ImproperlyConfigured(
            f"CHAT_OIDC_SCOPES must have openid in it, not {CHAT_OIDC_SCOPES!r}"
        )

# Applications -----------------------------------------------------------------------------------

INSTALLED_APPS = [
    "rooms",  # before daphne: its runserver starts our server class
    "history",
    "daphne",
    "channels",
    "chatsite.apps.StaffConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
]

MIDDLEWARE = [
    "chatsite.web.health.HealthMiddleware",
    "chatsite.web.headers.SecurityHeadersMiddleware",
    "chatsite.web.request_id.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "chatsite.web.compression.CompressionMiddleware",  # with random padding: lengths tell nothing
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "rooms.pages.account.middleware.PersonMiddleware",
    "rooms.pages.account.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "chatsite.web.errors.ErrorPagesMiddleware",
]

ROOT_URLCONF = "chatsite.urls"
ASGI_APPLICATION = "chatsite.asgi.application"
AUTH_USER_MODEL = "rooms.User"
HISTORY_READERS = "rooms.readers.RoomReaders"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_loaders = [f"django.template.loaders.{name}.Loader" for name in ("filesystem", "app_directories")]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": _loaders if DEBUG else [("chatsite.web.folding.FoldingLoader", _loaders)],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# The database -----------------------------------------------------------------------------------

_database: dict[str, Any] = dict(
    dj_database_url.config(default=f"sqlite:///{DATA_DIR / 'chat.sqlite3'}")
)
DATABASES = {"default": _database}
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["ENGINE"] = "chatsite.sqlite"
    if not environment.is_given("DATABASE_URL"):
        try:
            DATA_DIR.mkdir(parents=True, exist_ok=True)
            # What people say is not for everybody with a login on this machine. SQLite's other files get
            # the mode of this one.
            (DATA_DIR / "chat.sqlite3").touch(mode=0o600)
        except OSError as _error:
            raise ImproperlyConfigured(
                f"No database can be kept in {DATA_DIR}: {_error.strerror}. Set DATABASE_URL, or "
                "CHAT_DATA_DIR to a directory this process may write."
            ) from None
    _database["OPTIONS"] = {
        # A deferred transaction that reads and then writes fails at once, whatever the timeout; an
        # IMMEDIATE one waits for its turn.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL: an acknowledged message survives a power failure. Erased text is overwritten, not only
        # marked as free.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; "
        "PRAGMA busy_timeout=20000; PRAGMA mmap_size=134217728;",
    }
elif _database["ENGINE"] == "django.db.backends.postgresql":
    # Persistent connections leak under ASGI, whose requests run on many threads: a pool instead.
    _database["CONN_MAX_AGE"] = 0
    _database["CONN_HEALTH_CHECKS"] = True
    _options = _database.setdefault("OPTIONS", {})
    # While the database is away, the pool tries to connect once a second. By default it doubles its
    # pauses, and is a minute late after an absence of a minute.
    _options["pool"] = {"min_size": 2, "max_size": 20, "timeout": 3, "reconnect_timeout": 1}
    for _name, _value in {
        # A server that answers but is read only, such as the old primary after a failover, is as good
        # as none: a connection to it would stay read only when the server no longer is.
        "target_session_attrs": "read-write",
        # Seconds (and milliseconds) until a machine that vanished is given up.
        "connect_timeout": "3",
        "keepalives_idle": "5",
        "keepalives_interval": "5",
        "keepalives_count": "2",
        "tcp_user_timeout": "15000",
    }.items():
        _options.setdefault(_name, _value)  # DATABASE_URL comes first

# Redis carries notifications between workers; without it there is one worker -----------------------

REDIS_URL = environment.text("REDIS_URL")
# Messages on their way through Redis are encrypted with the first key, and any of the keys decrypts them:
# so a new key can replace an old one while workers run.
CHAT_REDIS_KEYS = environment.words("CHAT_REDIS_KEYS")
if any(len(_key) < 32 for _key in CHAT_REDIS_KEYS):
    raise ImproperlyConfigured("CHAT_REDIS_KEYS must be random keys of at least 32 characters")
CHANNEL_LAYERS: dict[str, dict[str, Any]] = (
    {
        "default": {
            "BACKEND": "chatsite.server.layer.PubSubLayer",
            "CONFIG": {
                "hosts": REDIS_URL.split(","),
                "symmetric_encryption_keys": CHAT_REDIS_KEYS,
            },
        }
    }
    if REDIS_URL
    else {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
)

# People -------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
if CHAT_OIDC_ISSUER:
    AUTHENTICATION_BACKENDS.append("rooms.staff.openid.ProviderBackend")
PASSWORD_HASHERS = ["rooms.hashing.QueuedHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SESSION_ENGINE = "rooms.sessions"
SESSION_COOKIE_AGE = 365 * 24 * 3600  # a guest's session is all the guest has
SESSION_COOKIE_SAMESITE = "Lax"

CSRF_FAILURE_VIEW = "chatsite.web.errors.untrusted"

# A site whose own addresses are all https speaks TLS itself or is behind it. A balancer says so in a
# header of each request, and must overwrite what a visitor sent there (deploy/nginx does).
if CSRF_TRUSTED_ORIGINS and all(url.startswith("https://") for url in CSRF_TRUSTED_ORIGINS):
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    # With this prefix browsers accept the cookies from this host alone: no other subdomain can plant one.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_PROXY_SSL_HEADER = None if CHAT_TLS else ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = CHAT_HTTPS_REDIRECT  # not for probes, which are answered before
    # Not of a machine that is its own authority: its visitors could not look past a new certificate, nor
    # use plain http with anything else on "localhost".
    SECURE_HSTS_SECONDS = 365 * 24 * 3600 if CHAT_TLS != names.SELF else 0
    SECURE_HSTS_INCLUDE_SUBDOMAINS = CHAT_HSTS in {"subdomains", "preload"}
    SECURE_HSTS_PRELOAD = CHAT_HSTS == "preload"
# HSTS for subdomains and for ever are promises about other sites: only CHAT_HSTS makes them.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"] if CHAT_HSTS == "host" else []
if CHAT_TLS == names.SELF:
    SILENCED_SYSTEM_CHECKS.append("security.W004")
LOGIN_URL = f"/{CHAT_ADMIN_PATH}login/"

# Language, time, files --------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["chatsite.formats"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # What people send each other (history/storage.py).
    "files": _files_storage,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "chatsite.web.staticfiles.HashedStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
# No other site uses our files.
WHITENOISE_ALLOW_ALL_ORIGINS = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024  # chatsite/server/http.py says why
# Requests whose bodies may be longer, with a piece of a file or a program's post: by path, in bytes.
LARGE_BODIES = (
    (r"/rooms/[^/]+/files/|/files/|/api/v1/rooms/[^/]+/files(?:/|$|\?)", 1024 * 1024),
    (r"/hooks/", 64 * 1024),
)
FILE_UPLOAD_HANDLERS = ["chatsite.web.uploads.NoUploads"]

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "chatsite.logs.LineFormatter"},
        "json": {"()": "chatsite.logs.JsonFormatter"},
    },
    "filters": {
        "layer_away": {"()": "chatsite.logs.LayerAwayFilter"},
        "database_away": {"()": "chatsite.logs.DatabaseAwayFilter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": CHAT_LOG_FORMAT,
            "filters": ["database_away"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
        "daphne": {"level": "WARNING"},
        "channels_redis.pubsub": {"filters": ["layer_away"]},
        "psycopg.pool": {"level": "ERROR"},  # rooms.live.outage says that the database is away
    },
}
