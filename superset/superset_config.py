"""Superset's settings. Those that differ between homes come from the environment.

| variable | meaning |
| --- | --- |
| `SUPERSET_SECRET_KEY` | signs sessions and encrypts stored passwords; required |
| `RASURE_PREVIOUS_SECRET_KEY` | the one before, while values are encrypted again |
| `SQLALCHEMY_DATABASE_URI` | Superset's own metadata, PostgreSQL; required |
| `RASURE_READER_URL` | the marts, as the reader role; required |
| `RASURE_PEOPLE_READER_URL` | the marts of people; without it they are left out |
| `RASURE_HOME` | caches are kept in `<home>/superset/cache` (default `.local`) |
| `RASURE_REDIS_URL` | a Redis that keeps the caches instead, for several hosts |
| `RASURE_PROTECTIVE_MARKING` | the banner of every page, default `OFFICIAL` |
| `RASURE_TILE_URL` | a tile server, `https://host/{z}/{x}/{y}.png`; none by default |
| `RASURE_JSON_LOGS` | `1` to write the log as JSON lines |
| `RASURE_SUPERSET_HTTPS` | `1` when served over TLS: cookies are marked so |
| `RASURE_REPORTS` | who gets which report by email, as JSON; none by default |
| `RASURE_SUPERSET_IDLE_MINUTES` | a session ends when idle for so long, default 30 |
| `RASURE_IDENTITY` | the identity provider that lets people in, instead of passwords |

Nothing here sends requests to other machines, but to the identity provider if there is
one. The content security policy names no host for telemetry, maps or fonts, so a
browser refuses what a library may still try.
"""

import logging
import os
from pathlib import Path
from urllib.parse import quote, urlsplit

import yaml
from flask import abort, redirect, request, session
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import Pool
from superset.utils.logging_configurator import DefaultLoggingConfigurator

from rasure_superset.access import USER_NAME_RULE, is_user_name
from rasure_superset.guard import patches, sessions
from rasure_superset.guard.security_manager import RasureSecurityManager, refusal
from rasure_superset.identity import Identity
from rasure_superset.json_lines import use_json_lines
from rasure_superset.reports.config import superset_settings

CHECKOUT = Path(__file__).resolve().parent.parent

HOME = Path(os.environ.get("RASURE_HOME") or CHECKOUT / ".local").resolve()

SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
PREVIOUS_SECRET_KEY = os.environ.get("RASURE_PREVIOUS_SECRET_KEY")
SQLALCHEMY_DATABASE_URI = os.environ["SQLALCHEMY_DATABASE_URI"]
RASURE_READER_URL = os.environ["RASURE_READER_URL"]
RASURE_PROTECTIVE_MARKING = os.environ.get("RASURE_PROTECTIVE_MARKING") or "OFFICIAL"
RASURE_TILE_URL = os.environ.get("RASURE_TILE_URL") or ""

# Caches on disk survive a restart, need no server and are shared by the workers. Redis
# shares them between hosts: Airflow's worker drops the answers that a change made old.
# The state of a user's filters stays in the metadata database, Superset's default.
REDIS_URL = os.environ.get("RASURE_REDIS_URL") or ""
_CACHE = {"CACHE_DEFAULT_TIMEOUT": 24 * 3600}
if REDIS_URL:
    _CACHE |= {"CACHE_TYPE": "RedisCache", "CACHE_REDIS_URL": REDIS_URL}
    CACHE_CONFIG = {**_CACHE, "CACHE_KEY_PREFIX": "rasure-metadata:"}
    DATA_CACHE_CONFIG = {**_CACHE, "CACHE_KEY_PREFIX": "rasure-answers:"}
else:
    _CACHE |= {"CACHE_TYPE": "FileSystemCache", "CACHE_THRESHOLD": 5000}
    _FOLDER = HOME / "superset" / "cache"
    CACHE_CONFIG = {**_CACHE, "CACHE_DIR": str(_FOLDER / "metadata")}
    DATA_CACHE_CONFIG = {**_CACHE, "CACHE_DIR": str(_FOLDER / "data")}


class JsonLoggingConfigurator(DefaultLoggingConfigurator):
    """Superset's own logging, in lines of JSON."""

    def configure_logging(self, app_config, debug_mode):
        """Set up the log as Superset does, with another form of the lines."""
        super().configure_logging(app_config, debug_mode)
        use_json_lines(logging.getLogger())


if os.environ.get("RASURE_JSON_LOGS") == "1":
    LOGGING_CONFIGURATOR = JsonLoggingConfigurator()

FEATURE_FLAGS = {
    "CACHE_QUERY_BY_USER": True,
    "DASHBOARD_VIRTUALIZATION": True,
    "DRILL_BY": False,
    "DRILL_TO_DETAIL": False,
    "EMBEDDABLE_CHARTS": False,
    "ENABLE_TEMPLATE_PROCESSING": False,
}
# Refuses some queries that Superset itself would answer: see rasure_superset.guard.
CUSTOM_SECURITY_MANAGER = RasureSecurityManager
# Log-in by OpenID Connect, if the environment names a provider (docs/deploy.md).
RASURE_IDENTITY = Identity.from_environment()
if RASURE_IDENTITY:
    globals().update(RASURE_IDENTITY.flask_settings())
CELERY_CONFIG = None
SQLLAB_BACKEND_PERSISTENCE = False
PUBLIC_ROLE_LIKE = None
FAB_API_SWAGGER_UI = False
ENABLE_CORS = False
RATELIMIT_ENABLED = True
RATELIMIT_APPLICATION = "200 per second"
RATELIMIT_STORAGE_URI = REDIS_URL or "memory://"

# Loopback is served without TLS, so cookies are marked secure only behind TLS. In both
# cases `SameSite` keeps other sites from using a session.
_HTTPS = os.environ.get("RASURE_SUPERSET_HTTPS") == "1"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _HTTPS
RASURE_IDLE_MINUTES = int(os.environ.get("RASURE_SUPERSET_IDLE_MINUTES") or 30)
RASURE_LONGEST_HOURS = 12
PERMANENT_SESSION_LIFETIME = RASURE_LONGEST_HOURS * 3600
# So many wrong passwords in so many minutes lock an account until these are over.
RASURE_WRONG_PASSWORDS = 10
RASURE_LOCK_MINUTES = 15
FAB_PASSWORD_COMPLEXITY_ENABLED = True
FAB_PASSWORD_COMPLEXITY_VALIDATOR = sessions.check_password
SESSION_REFRESH_EACH_REQUEST = False
WTF_CSRF_ENABLED = True
ENABLE_PROXY_FIX = _HTTPS

_TILE_HOSTS = []
DECKGL_BASE_MAP = [["none", "Outlines only"]]
if RASURE_TILE_URL:
    _place = urlsplit(RASURE_TILE_URL)
    _TILE_HOSTS = [f"{_place.scheme}://{_place.netloc}"]
    DECKGL_BASE_MAP = [[f"tile://{RASURE_TILE_URL}", "Streets"], *DECKGL_BASE_MAP]

TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:", *_TILE_HOSTS],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'", *_TILE_HOSTS],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": _HTTPS,
    "session_cookie_secure": _HTTPS,
}

# The banner, the legend and the footer are Markdown with classes, which the dashboard's
# CSS styles. Scripts and event handlers stay forbidden.
HTML_SANITIZATION = True
HTML_SANITIZATION_SCHEMA_EXTENSIONS = {"attributes": {"*": ["className", "style"]}}


def DB_CONNECTION_MUTATOR(uri, params, username, security_manager, source):
    """Pass the user's name to PostgreSQL, whose row-level security goes by it.

    A name with other characters could set another option of the connection.
    """
    del security_manager, source
    name = username or ""
    if name and not is_user_name(name):
        raise refusal(f"This account may not read the data. {USER_NAME_RULE}")
    arguments = params.setdefault("connect_args", {})
    arguments["options"] = f"-c timezone=UTC -c rasure.username={name}"
    arguments["application_name"] = "rasure-superset"
    return uri, params


@event.listens_for(Pool, "connect")
def _note_process(connection, record):
    record.info["pid"] = os.getpid()


@event.listens_for(Pool, "checkout")
def _own_connections_only(connection, record, proxy):
    """Make a forked worker open its own connections (SQLAlchemy's recipe for `fork`).

    Two processes on one connection would read each other's answers. This lets gunicorn
    load Superset before it forks, which saves 150 MB in each worker.
    """
    if record.info["pid"] != os.getpid():
        record.dbapi_connection = proxy.dbapi_connection = None
        raise DisconnectionError("This connection belongs to another process")


LOGIN_KEY = "_user_id"  # Flask-Login puts it into the session of a user
START_PAGE = "/superset/dashboard/serious-violence/"
# A log-in by a program opens no session that a log-out could end: refused.
LOG_IN_API = ("/api/v1/security/login", "/api/v1/security/refresh")


def FLASK_APP_MUTATOR(app):
    """Apply our patches, templates, sessions and start page to Superset's app."""
    patches.apply()
    sessions.make_tables()
    ours = FileSystemLoader(CHECKOUT / "superset" / "templates")
    theirs = PrefixLoader({"superset_itself": app.jinja_loader})
    app.jinja_loader = ChoiceLoader([ours, app.jinja_loader, theirs])

    @app.before_request
    def _before_request():
        if request.path.rstrip("/") in LOG_IN_API:
            abort(404)
        if request.method == "GET" and request.path in {"/", "/superset/welcome/"}:
            return redirect(START_PAGE)
        # The login page reports its own loading. Superset's answer would write the
        # session again, and undo a login that finished in the meantime.
        if request.path == "/superset/log/" and LOGIN_KEY not in session:
            return "", 204


# Only the process that makes reports has these.
_OF_REPORTS = superset_settings(os.environ, RASURE_PROTECTIVE_MARKING)
FEATURE_FLAGS |= _OF_REPORTS.pop("FEATURE_FLAGS", {})
globals().update(_OF_REPORTS)

APP_NAME = "Rasure"
_LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 132 32">'
    '<path d="M16 2l12 7v14l-12 7-12-7V9z" fill="#17324d"/>'
    '<path d="M16 9l6 3.5v7L16 23l-6-3.5v-7z" fill="#c8452d"/>'
    '<text x="38" y="23" font-family="Arial,sans-serif" font-size="21" '
    'font-weight="700" fill="#17324d">Rasure</text></svg>'
)
APP_ICON = "data:image/svg+xml," + quote(_LOGO)
FAVICONS = [{"href": "data:image/svg+xml," + quote(_LOGO.replace("132", "32"))}]
THEME_DARK = None
ENABLE_UI_THEME_ADMINISTRATION = False
THEME_DEFAULT = {
    "token": {
        "brandAppName": APP_NAME,
        "brandLogoAlt": APP_NAME,
        "brandLogoUrl": APP_ICON,
        "brandLogoMargin": "14px 0",
        "brandLogoHref": START_PAGE,
        "brandLogoHeight": "28px",
        "colorPrimary": "#17324d",
        "colorLink": "#1d5b94",
        "colorError": "#b3261e",
        "colorWarning": "#b86e00",
        "colorSuccess": "#2e7d4f",
        "colorInfo": "#1d5b94",
        "fontUrls": [],
        "fontFamily": "Inter, Helvetica, Arial, sans-serif",
        "fontFamilyCode": "'IBM Plex Mono', 'Courier New', monospace",
    },
    "algorithm": "default",
}
EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {
        **yaml.safe_load((CHECKOUT / "superset/assets/palette.yaml").read_text()),
        "description": "",
        "isDefault": True,
    }
]
EXTRA_SEQUENTIAL_COLOR_SCHEMES = [
    {
        "id": "rasure_heat",
        "label": "Rasure heat",
        "description": "",
        "isDiverging": False,
        "colors": ["#f4f1ea", "#f7d694", "#f0b262", "#e27f42", "#c94a2d", "#8a1a14"],
    }
]
# Dates as they are written in Britain.
D3_TIME_FORMAT = {
    "dateTime": "%A, %e %B %Y %X",
    "date": "%d/%m/%Y",
    "time": "%H:%M:%S",
}
