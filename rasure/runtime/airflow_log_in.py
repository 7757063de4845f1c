"""Airflow's log-in at an identity provider: the settings of its Flask application.

Airflow runs this file where `[fab] config_file` names it, and takes its names in
capitals. `rasure.runtime.airflow` names it only where the home has a provider for
Airflow. Who is let in, and with which roles, is decided where it is for Superset.

A session lasts five minutes (`SESSION_MINUTES`). Then the browser goes to the provider
and back, which nobody notices whom the provider still knows; whoever was removed there,
or has no group any more, is out.
"""

from __future__ import annotations

from airflow.providers.fab.auth_manager.security_manager.override import (
    FabAirflowSecurityManagerOverride,
)
from airflow.providers.fab.auth_manager.views.auth_oauth import CustomAuthOAuthView
from flask import current_app, session
from flask_appbuilder import expose

from rasure.runtime.identity import of_part
from rasure.settings import Settings
from rasure_superset.identity import PROVIDER, Identity, ProviderLogIn

LOCAL_ACCOUNT = "admin"  # of the home itself, whose programs ask for tokens
WAS_IN = "rasure_was_in"


class LogInView(CustomAuthOAuthView):
    """Airflow's view; a browser whose session is over goes on to the provider."""

    @expose("/login/")
    @expose("/login/<provider>")
    def login(self, provider: str | None = None):
        """The page with the button of the provider, or the way there."""
        if provider is None and session.pop(WAS_IN, False):
            provider = PROVIDER
        return super().login(provider)


class AirflowSecurityManager(ProviderLogIn, FabAirflowSecurityManagerOverride):
    """Airflow's security manager where a provider lets people in."""

    authoauthview = LogInView

    @property
    def identity(self) -> Identity:
        """The provider of the settings."""
        return current_app.config["RASURE_IDENTITY"]

    def auth_user_oauth(self, userinfo, rotate_session_id=True):
        """The account of the person, with the roles of today; None if refused."""
        account = super().auth_user_oauth(userinfo, rotate_session_id)
        if account is not None:
            session[WAS_IN] = True
        return account

    def auth_user_db(self, username, password, rotate_session_id=True):
        """The account of the home's own programs; no other has a password here."""
        if username != LOCAL_ACCOUNT:
            return None
        return super().auth_user_db(username, password, rotate_session_id)


if _provider := of_part(Settings.load(), "airflow"):
    RASURE_IDENTITY = Identity(**_provider)
    SECURITY_MANAGER_CLASS = AirflowSecurityManager
    globals().update(RASURE_IDENTITY.flask_settings())
