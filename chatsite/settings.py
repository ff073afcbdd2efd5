"""Every setting of the site, read from the environment.

README.md has a row for each variable; a test holds the two together.
"""

import os
import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from chatsite import filestore, oidc, secretkey
from chatsite.server.tls import names
from rooms import call_links

BASE_DIR = Path(__file__).resolve().parent.parent


def _flag(name: str, default: str) -> bool:
    value = os.environ.get(name, default).strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} must be on or off, not {value!r}")


def _given(name: str) -> bool:
    return name in os.environ


def _number(name: str, default: int, *, low: int, high: int) -> int:
    text = os.environ.get(name, str(default))
    try:
        value = int(text)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {text!r}") from None
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{name} must be from {low} to {high}, not {value}")
    return value


def _words(name: str, default: str = "") -> list[str]:
    return [word for word in os.environ.get(name, default).replace(",", " ").split() if word]


def _one_of(name: str, default: str, values: Sequence[str]) -> str:
    value = os.environ.get(name, default)
    if value not in values:
        listed = f"{', '.join(values[:-1])} or {values[-1]}"
        raise ImproperlyConfigured(f"{name} must be {listed}, not {value!r}")
    return value


def _networks(name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(map(ip_network, _words(name)))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be networks like 10.1.0.0/16: {error}") from None


DEBUG = _flag("DEBUG", "off")
DATA_DIR = Path(os.environ.get("CHAT_DATA_DIR") or BASE_DIR / "var")


SECRET_KEY = secretkey.find(DATA_DIR)

# HTTPS without a proxy ----------------------------------------------------------------------------

# The flags --tls, --port and --http-port of the server become these (chatsite/server/command_line.py).
try:
    CHAT_TLS = names.checked(os.environ.get("CHAT_TLS", ""))
except ValueError as _error:
    raise ImproperlyConfigured(f"CHAT_TLS (--tls) cannot be so: {_error}") from None
_HTTPS = 443
CHAT_TLS_PORT = _number("PORT", _HTTPS, low=1, high=65_535) if CHAT_TLS else _HTTPS
CHAT_TLS_HTTP_PORT = _number("CHAT_TLS_HTTP_PORT", 80, low=0, high=65_535)
CHAT_TLS_DIRECTORY = os.environ.get(
    "CHAT_TLS_DIRECTORY", "https://acme-v02.api.letsencrypt.org/directory"
)
if not re.fullmatch(r"https://[^\s/]+/\S*", CHAT_TLS_DIRECTORY):
    raise ImproperlyConfigured(
        f"CHAT_TLS_DIRECTORY must be the https URL of an ACME directory, not {CHAT_TLS_DIRECTORY!r}"
    )
CHAT_TLS_CA = os.environ.get("CHAT_TLS_CA", "")
CHAT_TLS_EMAIL = os.environ.get("CHAT_TLS_EMAIL", "").strip()
if not re.fullmatch(r"(?:[^\s@]+@[^\s@]+)?", CHAT_TLS_EMAIL):
    raise ImproperlyConfigured(
        f"CHAT_TLS_EMAIL must be an address like ops@example.org, not {CHAT_TLS_EMAIL!r}"
    )

ALLOWED_HOSTS = _words("ALLOWED_HOSTS", "localhost 127.0.0.1 [::1]")
CSRF_TRUSTED_ORIGINS = _words("CSRF_TRUSTED_ORIGINS")
if CHAT_TLS:
    _hosts = names.hosts(CHAT_TLS)
    if not _given("ALLOWED_HOSTS"):
        ALLOWED_HOSTS = [names.bracketed(host) for host in _hosts]
    if not _given("CSRF_TRUSTED_ORIGINS"):
        CSRF_TRUSTED_ORIGINS = [names.origin(host, CHAT_TLS_PORT) for host in _hosts]

# The chat's own settings ------------------------------------------------------------------------

CHAT_CODE_LENGTH = _number("CHAT_CODE_LENGTH", 4, low=1, high=12)
CHAT_ROOM_GRACE = _number("CHAT_ROOM_GRACE", 3600, low=0, high=365 * 24 * 3600)
CHAT_LEAVE_GRACE = _number("CHAT_LEAVE_GRACE", 10, low=0, high=3600)
CHAT_BODY_MAX = _number("CHAT_BODY_MAX", 4000, low=1, high=10_000)
CHAT_RETENTION_DAYS = _number("CHAT_RETENTION_DAYS", 0, low=0, high=36_500)
CHAT_RATE_LIMITS = _flag("CHAT_RATE_LIMITS", "on")
# The path of the admin, so that it need not be where everybody looks for it.
CHAT_ADMIN_PATH = os.environ.get("CHAT_ADMIN_PATH", "admin/").strip("/") + "/"
if not re.fullmatch(
    r"(?!api/|rooms/|history/|static/|files/|hooks/)(?:[\w-]+/)+", CHAT_ADMIN_PATH, re.ASCII
):
    raise ImproperlyConfigured(
        f"CHAT_ADMIN_PATH must be words with slashes between, like staff/desk/, and none of the "
        f"site's own addresses, not {CHAT_ADMIN_PATH!r}"
    )
# Where all rooms have their calls, with {room} for the room's id.
CHAT_CALL_LINK = os.environ.get("CHAT_CALL_LINK", "").strip()
if CHAT_CALL_LINK and not call_links.is_good(CHAT_CALL_LINK):
    raise ImproperlyConfigured(
        f"CHAT_CALL_LINK must be like https://meet.example.org/{{room}}, not {CHAT_CALL_LINK!r}"
    )
# Whether staff is asked for a second factor: never, where they have one, or always.
CHAT_STAFF_FACTOR = _one_of("CHAT_STAFF_FACTOR", "asked", ("off", "asked", "required"))
CHAT_LOG_FORMAT = _one_of("CHAT_LOG_FORMAT", "text", ("text", "json"))

CHAT_METRICS_TOKEN = os.environ.get("CHAT_METRICS_TOKEN", "")
CHAT_HTTPS_REDIRECT = _flag("CHAT_HTTPS_REDIRECT", "on")
CHAT_HSTS = _one_of("CHAT_HSTS", "host", ("host", "subdomains", "preload"))

# Files ------------------------------------------------------------------------------------------

# In MiB: of one file (0: nobody sends any), of a person in a day, of a room, of the site (0: as many as the
# disk has), and what is left free of the disk.
CHAT_FILE_MAX = _number("CHAT_FILE_MAX", 25, low=0, high=2048)
CHAT_FILES_PERSON = _number("CHAT_FILES_PERSON", 500, low=1, high=1_000_000)
CHAT_FILES_ROOM = _number("CHAT_FILES_ROOM", 5000, low=1, high=100_000_000)
CHAT_FILES_SITE = _number("CHAT_FILES_SITE", 0, low=0, high=1_000_000_000)
CHAT_FILES_FREE = _number("CHAT_FILES_FREE", 1024, low=0, high=1_000_000)
# Where they are: a folder of the data directory, or a store with S3's API.
CHAT_FILES = os.environ.get("CHAT_FILES", "").strip()
try:
    _files_storage = filestore.storage(CHAT_FILES, DATA_DIR / "files")
except ValueError as _error:
    raise ImproperlyConfigured(f"CHAT_FILES {_error}, not {CHAT_FILES!r}") from None
# ClamAV's daemon, which looks at each file: its socket, or its host and port.
CHAT_CLAMD = os.environ.get("CHAT_CLAMD", "").strip()
if not re.fullmatch(r"(?:/\S+|[^\s/]+:\d{1,5})?", CHAT_CLAMD, re.ASCII):
    raise ImproperlyConfigured(
        f"CHAT_CLAMD must be like /run/clamav/clamd.ctl or 127.0.0.1:3310, not {CHAT_CLAMD!r}"
    )

# Going out, to push services ---------------------------------------------------------------------

CHAT_PUSH = _one_of("CHAT_PUSH", "text", ("text", "names", "off"))
CHAT_VAPID_KEY = os.environ.get("CHAT_VAPID_KEY", "").strip()
CHAT_OUTBOUND = _flag("CHAT_OUTBOUND", "on")
CHAT_OUTBOUND_ALLOW = _networks("CHAT_OUTBOUND_ALLOW")
CHAT_OUTBOUND_PROXY = os.environ.get("CHAT_OUTBOUND_PROXY", "")
if not re.fullmatch(r"(?:https?://[^\s/]+/?)?", CHAT_OUTBOUND_PROXY):
    raise ImproperlyConfigured(
        f"CHAT_OUTBOUND_PROXY must be like http://proxy:3128, not {CHAT_OUTBOUND_PROXY!r}"
    )

# Staff who sign in by OpenID Connect ---------------------------------------------------------------

CHAT_OIDC_ISSUER = os.environ.get("CHAT_OIDC_ISSUER", "").strip()
CHAT_OIDC_CLIENT_ID = os.environ.get("CHAT_OIDC_CLIENT_ID", "").strip()
CHAT_OIDC_CLIENT_SECRET = os.environ.get("CHAT_OIDC_CLIENT_SECRET", "").strip()
CHAT_OIDC_CLIENT_SECRET_FILE = os.environ.get("CHAT_OIDC_CLIENT_SECRET_FILE", "")
CHAT_OIDC_SCOPES = " ".join(_words("CHAT_OIDC_SCOPES", "openid profile"))
CHAT_OIDC_GROUPS_CLAIM = os.environ.get("CHAT_OIDC_GROUPS_CLAIM", "groups").strip()
CHAT_OIDC_LABEL = os.environ.get("CHAT_OIDC_LABEL", "your organisation").strip()
CHAT_OIDC_HOURS = _number("CHAT_OIDC_HOURS", 12, low=1, high=24 * 30)
# Roles by the group of the provider's that gives them.
CHAT_OIDC_ROLES = oidc.roles(os.environ.get("CHAT_OIDC_ROLES", ""))
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
    if "DATABASE_URL" not in os.environ:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        # What people say is not for everybody with a login on this machine. SQLite's other files get
        # the mode of this one.
        (DATA_DIR / "chat.sqlite3").touch(mode=0o600)
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

REDIS_URL = os.environ.get("REDIS_URL", "")
# Messages on their way through Redis are encrypted with the first key, and any of the keys decrypts them:
# so a new key can replace an old one while workers run.
CHAT_REDIS_KEYS = _words("CHAT_REDIS_KEYS")
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
