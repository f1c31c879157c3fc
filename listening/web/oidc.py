"""Asks the company's own sign-in (OpenID Connect) who somebody is, by code with PKCE, state and nonce."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from listening.errors import SignInRefused
from listening.settings import OidcSettings
from listening.types import Identity

ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "RS384", "RS512", "PS384", "PS512"]  # never none, never shared keys
LEEWAY, PATIENCE = 60, 10.0  # seconds that clocks may differ, and that the provider may take
FLOW_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Flow:
    """One try to sign in, kept in this browser between going there and coming back."""

    state: str
    nonce: str
    verifier: str
    next: str
    began: float

    def text(self) -> str:
        """Return it as text."""
        return json.dumps(asdict(self))


def new_flow(to: str, now: datetime) -> Flow:
    """Return a fresh try: three secrets of 256 random bits."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Flow(state, nonce, verifier, next=to, began=now.timestamp())


def read_flow(text: str, state: str, now: datetime) -> Flow:
    """Return the try that this browser began. Raises `SignInRefused` where it began none, another, or long ago."""
    flow = Flow(**json.loads(text)) if text else None
    if flow is None or not secrets.compare_digest(flow.state.encode(), state.encode()):
        raise SignInRefused("this browser did not ask for that", "begin at the sign-in page")
    if not 0 <= now.timestamp() - flow.began <= FLOW_SECONDS:
        raise SignInRefused("that took too long", "begin at the sign-in page again")
    return flow


@contextmanager
def _told() -> Iterator[None]:
    """Turn what a provider or its tokens may do wrong into one refusal that names the kind of it only."""
    try:
        yield
    except (httpx2.HTTPError, AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as error:
        told = f"the company's sign-in gave no good answer ({type(error).__name__})"
        raise SignInRefused(told, "try again; if it stays, tell an operator") from error


def discover(oidc: OidcSettings) -> dict[str, Any]:
    """Return what the provider says of itself, with its keys under `jwks`. Raises `SignInRefused`."""
    with _told(), httpx2.Client(timeout=PATIENCE) as client:
        said = client.get(f"{oidc.issuer.rstrip('/')}/.well-known/openid-configuration").raise_for_status().json()
        if said["issuer"] != oidc.issuer:
            raise ValueError("another issuer")
        keys = client.get(said["jwks_uri"]).raise_for_status().json()
        return {**said, "jwks": keys}


def way_there(oidc: OidcSettings, provider: Mapping[str, Any], flow: Flow, back: str) -> str:
    """Return the provider's address at which somebody signs in."""
    with _told(), _client(oidc, back) as client:
        url, _ = client.create_authorization_url(
            provider["authorization_endpoint"], state=flow.state, nonce=flow.nonce, code_verifier=flow.verifier
        )
        return str(url)


def identify(
    oidc: OidcSettings, provider: Mapping[str, Any], flow: Flow, *, code: str, back: str, now: datetime
) -> Identity:
    """Change the code for a signed token and return who it names.

    Raises `SignInRefused` unless signature, issuer, audience, times, nonce and the access token's hash are right.
    """
    with _told():
        with _client(oidc, back) as client:
            given = client.fetch_token(provider["token_endpoint"], code=code, code_verifier=flow.verifier)
        token = jwt.decode(given["id_token"], KeySet.import_key_set(provider["jwks"]), algorithms=ALGORITHMS)
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": oidc.issuer},
                "aud": {"essential": True, "value": oidc.client_id},
            },
            params={"nonce": flow.nonce, "client_id": oidc.client_id, "access_token": given.get("access_token")},
        )
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        return identity(claims, oidc)


def identity(claims: Mapping[str, Any], oidc: OidcSettings) -> Identity:
    """Return who a token's claims name. An address counts as verified where the provider says exactly that."""
    groups = claims.get(oidc.groups_claim) or []
    return Identity(
        f"{oidc.issuer} {claims['sub']}",
        str(claims.get("email") or ""),
        claims.get("email_verified") is True,
        tuple(str(one) for one in groups) if isinstance(groups, list) else (str(groups),),
    )


def _client(oidc: OidcSettings, back: str) -> OAuth2Client:
    return OAuth2Client(
        oidc.client_id,
        oidc.client_secret or None,
        scope=oidc.scopes,
        redirect_uri=back,
        code_challenge_method="S256",
        timeout=PATIENCE,
    )
