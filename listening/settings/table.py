"""Every setting once: its name, type, default and the sentence that explains it in the papers and in `--help`."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from listening.types import Smtp, TicketPlace

Bounds = tuple[float, float]
ANY: Bounds = (0, math.inf)
SOME: Bounds = (1, math.inf)
SHARE: Bounds = (0, 1)
PORT: Bounds = (1, 65535)


def says(default: Any, sentence: str, *, secret: bool = False, within: Bounds | None = None) -> Any:  # noqa: ANN401 - the field's own type rules
    """A dataclass field with its default, the sentence that explains it, and where a number lies, ends included."""
    return field(default=default, metadata={"says": sentence, "secret": secret, "within": within}, repr=not secret)


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where everything is kept."""

    database_url: str = says(
        "", "SQLAlchemy URL; empty means SQLite at data/var/listening.db. Also LISTENING_DATABASE_URL."
    )
    var: str = says(
        "data/var", "Folder for what the program makes: database, key, reports; relative to the configs' parent."
    )
    recheck_days: int = says(
        0,
        "Reddit posts younger than this are looked up each night: what was deleted there goes here; 0 means all.",
        within=ANY,
    )
    retention_days: int = says(456, "Posts older than this are dropped every week; 0 keeps everything.", within=ANY)


@dataclass(frozen=True, slots=True)
class NightSettings:
    """When the night runs and how it crawls."""

    cron: str = says("0 2 * * *", "When the night starts, in cron's five fields; empty: not by itself.")
    weekly_cron: str = says("0 7 * * 1", "When the weekly health check and digest start.")
    outbox_cron: str = says(
        "*/5 * * * *", "When mails, calls and tickets that were put off are tried again, if their wait is over."
    )
    timezone: str = says("Europe/Berlin", "The time zone of both crons and of the word 'night'.")
    contact: str = says("", "E-mail or page that sites can turn to; part of our User-Agent.")
    parallel: int = says(4, "How many sources are read at once; one host never gets two requests at once.", within=SOME)
    retries: int = says(1, "How often a source that did not answer is tried again in the same night.", within=ANY)
    retry_minutes: float = says(10.0, "Minutes before it is tried again.", within=ANY)
    lease_minutes: int = says(
        360, "After this long a night that never ended no longer blocks the next one.", within=SOME
    )


@dataclass(frozen=True, slots=True)
class ReadingSettings:
    """How passages are read."""

    models: str = says("", "Folder of the models; empty means the models that came with the program.")
    threads: int = says(0, "CPU threads for the models; 0 means one a core.", within=ANY)
    precision: str = says(
        "auto",
        "auto: bf16 where the processor has units for it, three times as fast; fp32: alike everywhere.",
    )
    batch: int = says(256, "Documents that are read and stored at a time.", within=SOME)
    sentiment: str = says(
        "", "A transformers sequence classifier for the sentiment: a folder, or a hub name that is in the local cache."
    )
    sentiment_labels: str = says(
        "", "What its labels mean, such as LABEL_0=negative, LABEL_1=neutral; needed where they are named otherwise."
    )
    encoder: str = says(
        "", "A sentence encoder (folder or hub name) for likeness: pain points, stages and touchpoints by the map."
    )
    reread: int = says(
        20000,
        "Old posts that a new model reads again in a night, newest first; 0 only what pain points live by.",
        within=ANY,
    )
    pain_floor: float = says(
        0.65, "Probability of a pain, as grouping hears it, above which passages can found a pain point.", within=SHARE
    )
    own_accounts: str = says(
        "",
        "Names of the company's own accounts where customers talk, with commas; what they write is kept, not judged.",
    )
    join_floor: float = says(
        0.05,
        "Probability of a pain, as grouping hears it, above which a passage can join a pain point that others told.",
        within=SHARE,
    )


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """When owners hear from us."""

    sensitivity: str = says("medium", "How readily a pain point speaks: low, medium or high.")
    base_url: str = says("", "Address of the board, for the links in mails and packs; empty leaves them out.")
    tries_days: int = says(5, "A mail that the server does not take is tried again for so many days.", within=ANY)


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The mail server; without a host mails stay in the outbox and `doctor` says so."""

    host: str = says("", "SMTP server; empty switches mail off.")
    port: int = says(587, "SMTP port.", within=PORT)
    security: str = says("starttls", "none, starttls or tls.")
    user: str = says("", "User name at the server, if it wants one.")
    password: str = says("", "Only from the environment: LISTENING_MAIL_PASSWORD.", secret=True)
    sender: str = says("listening@localhost", "From address of our mails.")
    timeout: float = says(30.0, "Seconds to wait for the server.", within=ANY)

    def smtp(self) -> Smtp | None:
        """The server as the mailer wants it, or None where mail is off."""
        if not self.host:
            return None
        return Smtp(self.host, self.port, self.security, self.user, self.password, self.sender, self.timeout)


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The board: where it listens, and how long one stays signed in."""

    host: str = says("127.0.0.1", "Address that the board listens at; 0.0.0.0 opens it to the network.")
    port: int = says(8321, "Port of the board.", within=PORT)
    https: bool = says(
        default=False,
        sentence="true where browsers reach the board by https: cookies are then Secure and __Host-, and HSTS is sent.",
    )
    proxies: str = says(
        "", "Addresses of the proxies before it, with commas; who calls is taken from X-Forwarded-For only there."
    )
    idle_minutes: int = says(30, "Who does nothing for so long has to sign in again.", within=SOME)
    session_hours: int = says(12, "After so long everybody has to sign in again.", within=SOME)
    calls_per_minute: int = says(
        600,
        "Pages and calls that a person (or an address that is not signed in) may ask for in a minute; 0: any number.",
        within=ANY,
    )
    heavy_per_minute: int = says(
        20, "Of these, review packs, workbooks and looks at sources; 0: any number.", within=ANY
    )
    prefect_url: str = says("http://127.0.0.1:4200", "Where Prefect shows its runs, for a link; empty leaves it out.")
    secret: str = says("", "Only from the environment: LISTENING_WEB_SECRET; a file is made without it.", secret=True)
    second_factor: str = says(
        "optional",
        "Who signs in by password needs an authenticator app too: optional (whoever wants), admins, or all. "
        "Asks nothing of who comes by the company's own sign-in.",
    )
    factor_key: str = says(
        "", "Only from the environment: LISTENING_WEB_FACTOR_KEY; a file is made without it.", secret=True
    )


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """The company's own sign-in (OpenID Connect) beside names and passwords; without an issuer it is off."""

    issuer: str = says("", "Address of the provider as it names itself, such as https://login.company.example.")
    client_id: str = says("", "The board's name at the provider; the way back is /sign-in/company/back.")
    client_secret: str = says("", "Only from the environment: LISTENING_OIDC_CLIENT_SECRET.", secret=True)
    label: str = says("your company account", "What the sign-in page calls it.")
    scopes: str = says("openid email profile", "What is asked of the provider, with blanks.")
    groups_claim: str = says("groups", "Where the provider says which groups somebody is in.")
    roles: str = says(
        "",
        "Who is let in without having been added: cx-admins=admin, cx=editor, *=viewer; the first that fits counts. "
        "Empty: only whose mail address stands under People.",
    )

    def role_of(self, groups: Collection[str]) -> str:
        """Return as what somebody of these groups is let in, "" for not at all."""
        return next((role for group, role in self.pairs() if group == "*" or group in groups), "")

    def pairs(self) -> list[tuple[str, str]]:
        """Return `roles` as (group, role)."""
        said = [one.rpartition("=") for one in self.roles.split(",") if one.strip()]
        return [(group.strip(), role.strip()) for group, _, role in said]


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """Another program that is told what happens to pain points; without an address nobody is."""

    url: str = says("", "Address that is called; empty switches it off.")
    secret: str = says("", "Only from the environment: LISTENING_WEBHOOK_SECRET, whsec_ and base64.", secret=True)
    allow_hosts: str = says("", "Hosts of your own network that may be called, with commas; others must be public.")
    tries_days: int = says(5, "What is not taken is tried again for so many days.", within=ANY)


@dataclass(frozen=True, slots=True)
class NamerSettings:
    """A language model, local or hosted, that words the names of pain points; without an address names are our own."""

    url: str = says("", "Address of its API, such as http://127.0.0.1:11434/v1; empty switches it off.")
    model: str = says("", "The model's name there.")
    key: str = says("", "Only from the environment: LISTENING_NAMER_KEY; local models need none.", secret=True)
    allow_hosts: str = says("", "Hosts of your own network that may be called, with commas; others must be public.")
    seconds: float = says(
        20.0, "How long one answer may take; after the first that does not come nobody is asked.", within=ANY
    )
    most: int = says(40, "Names that are asked for at once, at most.", within=ANY)


@dataclass(frozen=True, slots=True)
class TicketSettings:
    """Where tickets are made for pain points; without a system none are."""

    system: str = says("", "github, gitlab or jira; empty switches tickets off.")
    url: str = says("", "Address of its API; empty means that of github.com or gitlab.com.")
    project: str = says("", "owner/name at GitHub, number or path at GitLab, key at Jira.")
    user: str = says("", "Mail address of the account, for Jira.")
    token: str = says("", "Only from the environment: LISTENING_TICKETS_TOKEN.", secret=True)
    issue_type: str = says("Task", "The kind of issue, for Jira.")
    labels: str = says("listening", "Labels that every ticket gets, with commas.")
    allow_hosts: str = says("", "Hosts of your own network that may be called, with commas; others must be public.")

    def place(self) -> TicketPlace | None:
        """Where tickets are made, or None where that is off."""
        if not self.system:
            return None
        labels = tuple(one.strip() for one in self.labels.split(",") if one.strip())
        return TicketPlace(self.system, self.url, self.project, self.token, self.user, self.issue_type, labels)


SECTIONS: Mapping[str, type] = {
    "store": StoreSettings,
    "night": NightSettings,
    "reading": ReadingSettings,
    "alerts": AlertSettings,
    "mail": MailSettings,
    "web": WebSettings,
    "oidc": OidcSettings,
    "webhook": WebhookSettings,
    "tickets": TicketSettings,
    "namer": NamerSettings,
}
