"""Settings, from the environment. What is not said is safe: this is production unless told."""

import os
from pathlib import Path

import dj_database_url
from django.conf import locale
from django.core.exceptions import ImproperlyConfigured

from samen.foundation import languages
from samen.post.http import server

BASE = Path(__file__).resolve().parents[2]


def _said(name: str, default: str = "") -> str:
    return os.environ.get(f"SAMEN_{name}", default).strip()


def _yes(name: str, *, default: bool) -> bool:
    return _said(name, "yes" if default else "no").lower() in {"1", "yes", "true", "on"}


# Everything SAMEN writes lies below this folder.
DATA = Path(_said("DATA", str(BASE / "var"))).resolve()
CONTENT = BASE / "content"

# "production" or "test"; the test suite says "test", nothing else may.
ENVIRONMENT = _said("ENVIRONMENT", "production")
DEBUG = _yes("DEBUG", default=False)
SECRET_KEY = _said("SECRET_KEY")
if not SECRET_KEY:
    message = "SAMEN_SECRET_KEY is missing. Make one with: openssl rand -base64 48"
    raise ImproperlyConfigured(message)
# Secrets of before, newest first: what they signed or sealed can still be read.
SECRET_KEY_FALLBACKS = [old for old in _said("SECRET_KEY_FALLBACKS").split(",") if old]
if DEBUG and ENVIRONMENT == "production":
    message = "SAMEN_DEBUG is on. It shows what must stay hidden; leave it out."
    raise ImproperlyConfigured(message)

# A clock that stands still, for pictures and demonstrations. Never where people look for help.
FIXED_NOW = _said("NOW")
if FIXED_NOW and ENVIRONMENT == "production":
    message = "SAMEN_NOW stops the clock, and then hours are wrong. Leave it out."
    raise ImproperlyConfigured(message)

ALLOWED_HOSTS = _said("HOSTS", "localhost,127.0.0.1,[::1]").split(",")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "samen.theme",
    "samen.foundation",
    "samen.audit",
    "samen.post",
    "samen.vault",
    "samen.needs",
    "samen.places",
    "samen.people",
    "samen.directory",
    "samen.search",
    "samen.finder",
    "samen.exchange",
    "samen.stewardship",
    "samen.config",
    # After people, whose pages stand in the place of theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]
MIDDLEWARE = [
    "samen.foundation.headers.SafeHeaders",
    "samen.finder.http.compression.Compression",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "samen.finder.http.leaving.LeaveAtOnce",
    "samen.finder.http.language.LanguageFromPath",
    "samen.finder.http.faults.ClearFaults",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every page asks who is there, unless its view says that it is open.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "samen.people.http.desk.Desk",
]
# Each process of a server opens one door (samen serve); commands and tests see them all.
DOOR = _said("DOOR")
SERVER = int(_said("SERVER") or 0)  # the process that begins those of a server anew
ROOT_URLCONF = f"samen.config.urls_{DOOR}" if DOOR else "samen.config.urls"
WSGI_APPLICATION = "samen.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["samen.theme.templatetags.theme"],
            "context_processors": ["samen.config.navigation.desk"],
        },
    }
]

# Colleagues (docs/people.md). Visitors have no account, no session and no cookie.
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["samen.people.http.hashers.SplitArgon2"]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"{_VALIDATION}.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {
        "NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": "samen.people.http.passwords.EnoughLetters"},
]
LOGIN_URL = "/desk/sign-in/"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_ADAPTER = "samen.people.http.accounts.Accounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # who has the link of the invitation has the address
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600  # seconds
# A delay and never a lock: nobody can shut a colleague out for good by guessing.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,10/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = int(_said("PROXIES", "0"))
MFA_ADAPTER = "samen.people.http.accounts.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
USERSESSIONS_TRACK_ACTIVITY = False
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# SQLite needs no server; DATABASE_URL switches to PostgreSQL.
DATABASES = {
    "default": dj_database_url.config(
        default=f"sqlite:///{DATA / 'samen.sqlite3'}", conn_max_age=600, conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL: readers go on while somebody writes. FULL: what was acknowledged survives a power
    # cut. secure_delete: what was deleted cannot be read back from the file.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
    DATABASES["default"]["OPTIONS"] = {
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
            "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
        ),
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }

locale.LANG_INFO.update(languages.django_language_info())
LANGUAGE_CODE = "en"
LANGUAGES = [(tag, languages.LANGUAGES[tag].own) for tag in languages.PUBLISHED]
LANGUAGES_BIDI = [tag for tag in languages.LANGUAGES if languages.direction(tag) == "rtl"]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Visitors send a few words; nothing larger is read into memory.
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
# A colleague brings a spreadsheet; it is read in memory and never lies in a folder.
MOST_BYTES_AT = {"/desk/spreadsheet/": 5_500_000, "/desk/sources/file/": 5_500_000}
FILE_UPLOAD_MAX_MEMORY_SIZE = 5_500_000
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "samen.vault.http.uploads.SealedUploads",  # what is larger never lies on the disk in clear
]

# Half of every key of the vault, outside the database: best on another disk (docs/vault.md).
VAULT_SALTS = Path(_said("SALTS", str(DATA / "vault" / "salts"))).resolve()
VAULT_FILES = DATA / "vault" / "files"

# What each process keeps of finished pages (samen/finder/http/page_cache.py).
PAGE_CACHE_BYTES = int(_said("PAGE_CACHE_BYTES", str(64 * 1024 * 1024)))

HTTPS = _yes("HTTPS", default=True)
# Where letters lead: the pages for visitors, and those of the desk when they are elsewhere.
SITE = _said("SITE", f"{'https' if HTTPS else 'http'}://{ALLOWED_HOSTS[0]}").rstrip("/")
DESK_SITE = _said("DESK_SITE", SITE).rstrip("/")

# Who answers for what machines read here. The id says for ever where a record is from.
PUBLISHER_NAME = _said("PUBLISHER_NAME", "Samen")
PUBLISHER_ID = _said("PUBLISHER_ID", SITE)
PUBLISHER_EMAIL = _said("PUBLISHER_EMAIL")
LICENCE = _said("LICENCE", "CC-BY-4.0")
# How many questions one address may ask a process at once, and how many more each second.
API_AT_ONCE = int(_said("API_AT_ONCE", "1000"))
API_PER_SECOND = int(_said("API_PER_SECOND", "100"))

# Cookies of the desk: for this host alone, out of reach of scripts and of other sites.
_HOST = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_HOST}session"
SESSION_COOKIE_AGE = 8 * 60 * 60  # a working day
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
UNLOCK_COOKIE_NAME = f"{_HOST}unlock"  # half of the key of an open vault (people.http)
CSRF_COOKIE_NAME = f"{_HOST}form"
CSRF_COOKIE_AGE = None  # until the browser closes
CSRF_FAILURE_VIEW = "samen.people.http.desk.forged"
# What processes share and may lose: how often somebody guessed, which codes were used.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
    }
}

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # SafeHeaders says X-Frame-Options, beside frame-ancestors
    "security.W021",  # preloading is the choice of whoever owns the domain
]

# Where "leave" goes, per language; an everyday page that asks nothing and remembers nothing.
LEAVE_FOR = {"": "https://www.buienradar.nl/"}
if _said("LEAVE_FOR"):
    LEAVE_FOR = {"": _said("LEAVE_FOR")}

# Letters. Until a mail server is named they are put into a folder, one file each.
try:
    _way_out = server.way_out(_said("MAIL_URL", (DATA / "mail").as_uri()))
    DEFAULT_FROM_EMAIL, MAIL_ADDRESS = server.sender(_said("MAIL_FROM", "Samen <post@example.org>"))
except server.BadMailSetting as error:
    raise ImproperlyConfigured(str(error)) from None
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_BACKEND = _way_out.backend
EMAIL_FILE_PATH = _way_out.folder
EMAIL_HOST = _way_out.host
EMAIL_PORT = _way_out.port
EMAIL_HOST_USER = _way_out.user
EMAIL_HOST_PASSWORD = _way_out.password
EMAIL_USE_TLS = _way_out.starttls
EMAIL_USE_SSL = _way_out.tls
EMAIL_TIMEOUT = 20  # seconds for each answer of the server

# Machines of the operator's own that jobs may fetch from besides the open internet, each with the
# file of its certificate authority: "host:port=/path/ca.pem,...".
FETCH_OPENINGS = dict(
    opening.strip().split("=", 1)
    for opening in _said("FETCH_OPENINGS").split(",")
    if "=" in opening
)

# No address of a visitor, no search word and no body in any log: only what went wrong where.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"safe": {"()": "samen.foundation.logs.SafeFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "safe"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "samen": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
