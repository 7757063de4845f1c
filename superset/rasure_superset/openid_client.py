"""The client of the identity provider: Authlib's, told what the id token must say.

Authlib verifies the signature, the nonce and the times of an id token. It compares the
issuer with what the provider says of itself, and the audience with nothing. Here both
are those of the settings.
"""

from __future__ import annotations

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client.apps import FlaskOAuth2App

# Signed with a private key of the provider. "none" and keys that we share are no proof.
ALGORITHMS = [
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
]


class OpenIDClient(FlaskOAuth2App):
    """Authlib's client for Flask, with the issuer and the audience that it expects."""

    def __init__(self, *arguments, issuer: str, **options) -> None:
        super().__init__(*arguments, **options)
        self.issuer = issuer

    def load_server_metadata(self):
        """The provider's description of itself; it must be of the issuer."""
        metadata = super().load_server_metadata()
        if metadata.get("issuer") != self.issuer:
            self.server_metadata = {}  # ask again next time
            raise OAuthError(
                error="wrong_issuer",
                description="The provider's address leads to another issuer.",
            )
        metadata["id_token_signing_alg_values_supported"] = ALGORITHMS
        return metadata

    def parse_id_token(self, token, nonce, claims_options=None, **options):
        """The verified claims of an id token. Raises `OAuthError` or `JoseError`."""
        claims_options = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
        }
        return super().parse_id_token(token, nonce, claims_options, **options)

    def claims_of(self, token: dict, wanted: set[str]) -> dict:
        """What the provider says of a person, from the answer to a log-in or a refresh.

        `wanted` names the claims that are asked for at the userinfo endpoint if the id
        token lacks them. An answer to a log-in without an id token is refused. An
        answer to a refresh may lack it: then all comes from the userinfo endpoint.
        Raises `OAuthError`, and errors of `requests` and `joserfc`.
        """
        claims = dict(token.get("userinfo") or {})
        if not claims and "refreshed" not in token:
            raise OAuthError(
                error="no_id_token", description="The provider sent no id token."
            )
        if not wanted <= claims.keys():
            more = self.userinfo(token=token)
            if claims and more.get("sub") != claims["sub"]:
                raise OAuthError(
                    error="wrong_subject",
                    description="The userinfo endpoint answers of somebody else.",
                )
            claims = {**more, **claims}
        return claims

    def refresh(self, refresh_token: str) -> dict:
        """New tokens for a refresh token, with the verified claims of a new id token.

        Raises `OAuthError` if the provider refuses, and errors of `requests`.
        """
        metadata = self.load_server_metadata()
        with self._get_oauth_client(**metadata) as client:
            token = client.refresh_token(
                metadata["token_endpoint"], refresh_token=refresh_token
            )
        if "id_token" in token:
            token["userinfo"] = self.parse_id_token(token, nonce=None)
        return {**token, "refreshed": True}
