"""The settings of the process that makes reports; the web server has none of them.

`RASURE_REPORTS` holds the section `[reports]` of the home's settings, as JSON; without
it reports are off. Only `service` sets `RASURE_MAKES_REPORTS`, so that nobody finds
Superset's own page of alerts and reports, on which any dashboard could be sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from rasure_superset.access import REPORTS_USER

SECTION = "RASURE_REPORTS"
MAKES_REPORTS = "RASURE_MAKES_REPORTS"
PASSWORD = "RASURE_SMTP_PASSWORD"  # noqa: S105 - the name of a variable


def section(environment: Mapping[str, str]) -> dict | None:
    """The section `[reports]` of the settings; None if reports are off."""
    text = environment.get(SECTION)
    return json.loads(text) if text else None


def superset_settings(environment: Mapping[str, str], marking: str) -> dict:
    """What the process that makes reports adds to Superset's settings.

    The addresses of pages are those of this machine for the browser that photographs
    them, and those of `page_url` in the emails.
    """
    reports = section(environment)
    if reports is None or environment.get(MAKES_REPORTS) != "1":
        return {}
    from superset.tasks.types import FixedExecutor

    security = reports["smtp_security"]
    return {
        "ALERT_REPORTS_EXECUTORS": [FixedExecutor(REPORTS_USER)],
        "WEBDRIVER_BASEURL": environment["SUPERSET_URL"] + "/",
        "WEBDRIVER_BASEURL_USER_FRIENDLY": reports["page_url"].rstrip("/") + "/",
        "WEBDRIVER_WINDOW": {
            "dashboard": (1440, 2400),
            "slice": (1440, 900),
            "pixel_density": 1,
        },
        "SMTP_HOST": reports["smtp_host"],
        "SMTP_PORT": reports["smtp_port"],
        "SMTP_USER": reports.get("smtp_user", ""),
        "SMTP_PASSWORD": environment.get(PASSWORD, ""),
        "SMTP_STARTTLS": security == "starttls",
        "SMTP_SSL": security == "tls",
        "SMTP_SSL_SERVER_AUTH": security != "none",
        "SMTP_MAIL_FROM": reports["sender"],
        "EMAIL_REPORTS_SUBJECT_PREFIX": f"[{marking}]",
        "EMAIL_REPORTS_CTA": "Open the page",
        "FEATURE_FLAGS": {
            "ALERT_REPORTS": True,
            "ALERT_REPORT_TABS": True,
            # An alert must go out when the browser that takes pictures cannot start.
            "ALERTS_ATTACH_REPORTS": False,
        },
    }
