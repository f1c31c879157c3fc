"""What a caller may catch: one tree, each error naming the thing and the mend."""

from __future__ import annotations

import re
import socket


class ListeningError(Exception):
    """Something went wrong that we foresaw. `thing` is what, `mend` is what to do about it.

    `id` is stable for logs and tests; `permanent` tells whether trying again can help.
    """

    id = "listening"
    permanent = True

    def __init__(self, thing: str, mend: str = "") -> None:
        super().__init__(f"{thing} -> {mend}" if mend else thing)
        self.thing = thing
        self.mend = mend

    def __reduce__(self) -> tuple[type[ListeningError], tuple[str, str]]:
        return (type(self), (self.thing, self.mend))


class SettingsError(ListeningError):
    """A settings file says something that we cannot follow; all mistakes are named at once."""

    id = "settings"


class NotConfigured(ListeningError):
    """A part is off because its credentials are missing; said once, and the night goes on."""

    id = "not-configured"


class SourceError(ListeningError):
    """A source could not be read tonight."""

    id = "source"


class SourceUnavailable(SourceError):
    """The source did not answer, or asked us to wait: tomorrow may be better."""

    id = "source-unavailable"
    permanent = False


class SourceRefused(SourceError):
    """robots.txt, a login wall or our own guard says no."""

    id = "source-refused"


class SourceBroken(SourceError):
    """The source answered with something that is not what its kind should be."""

    id = "source-broken"


class Unforeseen(SourceBroken):
    """A fault of ours while a source was read."""

    id = "unforeseen"


class InputError(ListeningError):
    """A file that we were given cannot be read as what it should be."""

    id = "input"


class ModelError(ListeningError):
    """A model's file is missing, changed, or of another kind than said."""

    id = "model"


class StoreError(ListeningError):
    """The database cannot be opened, is older or newer than this program, or refuses a write."""

    id = "store"


class StoreUnavailable(StoreError):
    """The database is full, locked, read-only or gone: nothing can be kept until that is mended."""

    permanent = False


class NightRunning(ListeningError):
    """Another night holds the lease."""

    id = "night-running"
    permanent = False


class NotFound(ListeningError):
    """No such pain point, owner, source or alert."""

    id = "not-found"


class DeliveryError(ListeningError):
    """Another program refused for good what we wanted to tell it."""

    id = "delivery"


class DeliveryUnavailable(DeliveryError):
    """Another program could not be reached, or asked us to wait: the delivery stays in the outbox."""

    id = "delivery-unavailable"
    permanent = False


class MailError(ListeningError):
    """The mail server refused for good (5xx)."""

    id = "mail"


class MailUnavailable(MailError):
    """The mail server could not be reached or said 4xx: the alert stays in the outbox."""

    id = "mail-unavailable"
    permanent = False


class MailServerDown(MailUnavailable):
    """The mail server takes nothing from anybody: out of reach, or it will not begin to speak. Every mail waits."""

    id = "mail-server-down"


class NotAllowed(ListeningError):
    """This person may not do this."""

    id = "not-allowed"


class SignInRefused(ListeningError):
    """Name and password do not belong together, or were tried too often; which of them is never told."""

    id = "sign-in-refused"


_ERRNO = re.compile(r"\[(?:Errno|Error|SSL)[^]]*\] ?")
_OS_WORDS: tuple[tuple[type[OSError], str], ...] = (
    (ConnectionRefusedError, "nothing listens there"),
    (socket.gaierror, "no such host"),
    (TimeoutError, "it timed out"),
    (ConnectionError, "the connection broke off"),
)


def why_unreachable(error: Exception) -> str:
    """Return in plain words, without numbers of the operating system, why a server could not be spoken to."""
    cause: BaseException | None = error  # httpx wraps what the system said
    while cause is not None:
        if known := next((words for kind, words in _OS_WORDS if isinstance(cause, kind)), ""):
            return known
        cause = cause.__cause__ or cause.__context__
    return _ERRNO.sub("", str(error)).strip() or type(error).__name__
