"""The codes of a second factor: those of an authenticator app (TOTP, RFC 6238), and recovery codes for a lost phone.

An app's code holds for its 30 seconds, and one step of it earlier and later, since clocks differ.
"""

from __future__ import annotations

import base64
import re
import secrets
from datetime import datetime

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pyotp.utils import strings_equal

from listening.errors import SettingsError
from listening.journey import passwords

STEP, DRIFT = 30, 1  # seconds of a code, and by how many of them a clock may be wrong
ISSUER = "Listening"
RECOVERY_CODES, GROUPS, GROUP = 10, 4, 4
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 that are not taken for each other: a code holds 80 bits
NONCE = 12  # bytes, as AES-GCM wants


def new_secret() -> str:
    """Return a fresh secret of 160 random bits, as apps want it: base32."""
    return pyotp.random_base32(32)


def app_address(secret: str, name: str) -> str:
    """Return the otpauth:// address that an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=name, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step that a code is of, None where it is not one of now."""
    digits = re.sub(r"\s", "", code)
    app, at = pyotp.TOTP(secret, interval=STEP), int(now.timestamp()) // STEP
    return next(
        (step for step in range(at - DRIFT, at + DRIFT + 1) if strings_equal(app.generate_otp(step), digits)), None
    )


def new_recovery_codes() -> list[str]:
    """Return ten fresh recovery codes, to be written down."""
    return [
        "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
        for _ in range(RECOVERY_CODES)
    ]


def hash_of(recovery_code: str) -> str:
    """Return what is kept of a recovery code: Argon2id, as of a password."""
    return passwords.make_hash(_bare(recovery_code))


def recovery_code_of(code: str, kept: list[tuple[int, str]]) -> int | None:
    """Return the id of the kept recovery code that this is, None where it is none. Only what may be one is tried."""
    bare = _bare(code)
    if len(bare) != GROUPS * GROUP:
        return None
    return next((code_id for code_id, one in kept if passwords.fits(bare, one)), None)


def seal(secret: str, name: str, key: bytes) -> str:
    """Return a secret encrypted and bound to its person (AES-256-GCM): in another's row it does not open."""
    nonce = secrets.token_bytes(NONCE)
    return base64.urlsafe_b64encode(nonce + _cipher(key).encrypt(nonce, secret.encode(), name.encode())).decode()


def unseal(sealed: str, name: str, key: bytes) -> str:
    """Return the secret. Raises `SettingsError` where it was sealed with another key."""
    packed = base64.urlsafe_b64decode(sealed)
    try:
        return _cipher(key).decrypt(packed[:NONCE], packed[NONCE:], name.encode()).decode()
    except InvalidTag as error:
        raise SettingsError(
            "the key of the second factors is another one than before",
            "put back factor-key or LISTENING_WEB_FACTOR_KEY; until then recovery codes let people in",
        ) from error


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"listening second factor").derive(key))


def _bare(code: str) -> str:
    return re.sub(r"[\s-]", "", code).casefold()
