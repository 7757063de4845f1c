"""Superset's side of log-in at an identity provider (`rasure_superset.identity`).

A session of such a log-in keeps the provider's refresh token on the server. With it the
provider is asked again about the person while the session is used (`sessions`).
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app, g, redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.views import AuthOAuthView

from rasure_superset.guard import sessions
from rasure_superset.identity import (
    PROVIDER,
    Identity,
    LogInRefused,
    ProviderLogIn,
    address_of,
    bring_roles_up_to_date,
)

SQL_LAB = "can_execute_sql_query"
# Answers of the provider that say nothing of the person.
NOT_OF_THE_PERSON = {"invalid_client", "server_error", "temporarily_unavailable"}
REFUSED = (
    "Your force's log-in knows you, but you have no access here. Ask the administrator "
    "of Rasure which group you need."
)


class LogInView(AuthOAuthView):
    """Flask-AppBuilder's view; a log-out also ends the session at the provider.

    Otherwise the next person at a shared desk would get in as the one before.
    """

    invalid_login_message = REFUSED

    @expose("/logout/")
    def logout(self):
        """Log out here and then, where the provider offers it, there."""
        id_token = sessions.provider_tokens().get("id_token")
        answer = super().logout()
        if id_token is None:
            return answer
        remote = self.appbuilder.sm.oauth_remotes[PROVIDER]
        try:
            there = remote.create_logout_url(
                post_logout_redirect_uri=url_for(".login", _external=True),
                id_token_hint=id_token,
                client_id=remote.client_id,
            )
        except Exception:  # it offers none, or does not answer
            return answer
        return redirect(there["url"])


class SupersetLogIn(ProviderLogIn):
    """What log-in at a provider adds to Superset's security manager."""

    authoauthview = LogInView

    @property
    def identity(self) -> Identity | None:
        """The provider of the settings; None where passwords open sessions."""
        return current_app.config.get("RASURE_IDENTITY")

    def check_roles(self, roles: list) -> None:
        """Raise `LogInRefused` for SQL Lab together with a rule of rows."""
        from superset.connectors.sqla.models import RowLevelSecurityFilter

        limited = {
            role.id
            for rule in self.session.query(RowLevelSecurityFilter)
            for role in rule.roles
        }
        in_sql_lab = any(
            pair.permission.name == SQL_LAB
            for role in roles
            for pair in role.permissions
        )
        if in_sql_lab and limited & {role.id for role in roles}:
            raise LogInRefused(
                "one role of the person reads the marts in SQL Lab, where no rule of "
                "rows applies, and another is kept to some rows"
            )

    def note_refusal(self, claims: Mapping, reason: str) -> None:
        """Keep the refusal with its address, and the name if an account has it."""
        super().note_refusal(claims, reason)
        account = None
        if self.identity and isinstance(claims.get("sub"), str):
            account = self.find_user(email=address_of(self.identity, claims))
        sessions.record_log_in(account and account.username, sessions.REFUSED)


def new_tokens() -> dict:
    """The tokens of the log-in of this request that a session keeps.

    Raises `LogInRefused` without a refresh token: nobody could be asked again.
    """
    tokens = g.get("provider_tokens") or {}
    if not tokens.get("refresh_token"):
        raise LogInRefused(
            "the provider gave no refresh token; allow them for this client there"
        )
    return _kept(tokens)


def _kept(tokens: Mapping) -> dict:
    return {name: tokens.get(name) for name in ("refresh_token", "id_token")}


def ask_about(manager, user) -> sessions.Ask:
    """A function that asks the provider if `user` may still be in, and as what."""

    def ask(tokens: dict) -> dict:
        from authlib.integrations.base_client import OAuthError
        from joserfc.errors import JoseError
        from requests import RequestException

        remote = manager.oauth_remotes[PROVIDER]
        identity = manager.identity
        if not tokens.get("refresh_token"):
            raise sessions.Withdrawn("its tokens cannot be read any more")
        g.asking_provider = True
        try:
            answer = remote.refresh(tokens["refresh_token"])
            claims = remote.claims_of(answer, {identity.groups_claim})
            if address_of(identity, claims) != user.email:
                raise sessions.Withdrawn("the provider answers of somebody else")
            bring_roles_up_to_date(manager, user, claims)
        except OAuthError as error:
            if error.error in NOT_OF_THE_PERSON:
                raise sessions.Unanswered(error.error) from error
            raise sessions.Withdrawn(f"the provider says {error.error}") from error
        except JoseError as error:
            raise sessions.Withdrawn(
                f"the provider's id token is not valid ({type(error).__name__})"
            ) from error
        except (RequestException, ValueError) as error:
            raise sessions.Unanswered(type(error).__name__) from error
        except LogInRefused as refusal:
            raise sessions.Withdrawn(str(refusal)) from refusal
        finally:
            g.asking_provider = False
        return tokens | {
            name: value for name, value in _kept(answer).items() if value is not None
        }

    return ask
