"""A company's sign-in on loopback: a small OpenID provider with real keys, codes, PKCE and signed tokens.

It signs in whoever comes as `person`; `claims` and `forged` let a test bend the token.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "board", "of the board & the provider"


def _key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "one"})


@dataclass
class Provider:
    """The provider's state; a code works once, for the browser that holds its verifier."""

    address: str = ""
    now: float = 0.0
    key: RSAKey = field(default_factory=_key)
    person: dict[str, object] = field(default_factory=dict)
    claims: dict[str, object] = field(default_factory=dict)  # laid over what the token says; None takes one away
    algorithm: str = "RS256"
    forged: RSAKey | OctKey | None = None  # signs in the place of the key that the provider shows
    issuer: str = ""  # what the provider says it is, where that is not its address
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def about(self, _request: Request) -> Response:
        """Say where everything is."""
        paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        found = {name: f"{self.address}/{path}" for name, path in paths.items()}
        return JSONResponse({"issuer": self.issuer or self.address, **found})

    def keys(self, _request: Request) -> Response:
        """Show the public key."""
        return JSONResponse({"keys": [self.key.as_dict(private=False, use="sig", alg="RS256")]})

    def authorize(self, request: Request) -> Response:
        """Sign in the person at once, and send them back with a code."""
        asked = dict(request.query_params)
        if asked["client_id"] != CLIENT or asked["response_type"] != "code" or asked["code_challenge_method"] != "S256":
            return JSONResponse({"error": "invalid_request"}, status_code=400)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return RedirectResponse(
            f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.address})}"
        )

    async def token(self, request: Request) -> Response:
        """Change a code for a token, once, for the client and the verifier that it was made for."""
        form = await request.form()
        asked = self.codes.pop(str(form["code"]), {})
        digest = hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        by = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        right = challenge == asked.get("code_challenge") and form["redirect_uri"] == asked["redirect_uri"]
        if not right or request.headers.get("authorization") != by:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        said = {"iss": self.address, "aud": CLIENT, "iat": self.now, "exp": self.now + 300, "nonce": asked["nonce"]}
        said = {name: value for name, value in {**said, **self.person, **self.claims}.items() if value is not None}
        signed = jwt.encode(
            {"alg": self.algorithm, "kid": "one"}, said, self.forged or self.key, algorithms=["RS256", "HS256", "none"]
        )
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": signed})


@contextmanager
def providing(now: float) -> Iterator[Provider]:
    """Run a provider on loopback."""
    provider = Provider(now=now)
    routes = [
        Route("/.well-known/openid-configuration", provider.about),
        Route("/keys", provider.keys),
        Route("/authorize", provider.authorize),
        Route("/token", provider.token, methods=["POST"]),
    ]
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        provider.address = f"http://127.0.0.1:{place.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [place]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield provider
        server.should_exit = True
        thread.join(10)
