"""Recognises pages that are not what was asked for: login walls, captchas, maintenance, errors, another layout."""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.errors import SourceBroken, SourceError, SourceRefused, SourceUnavailable
from listening.page_bounds import bounded

_FEW_WORDS = 400  # a page with more is a page, whatever stands in its margin
_LOOKED_AT = 6_000  # characters of a page's words in which it says what it is

_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"\w")
_WORD_BEHIND = re.compile(r">[^<>\w]*+\w")  # surely outside any tag, and soon found
_CAPTCHA_MARKS = (
    "#challenge-form, #challenge-running, #challenge-stage, #challenge-error-text, #cf-wrapper, #cf-error-details"
    ", .cf-browser-verification, "
    "#cf-challenge-running, script[src*='challenge-platform'], script[src*='/cdn-cgi/challenge'], #px-captcha, "
    ".g-recaptcha, .h-captcha, .cf-turnstile, iframe[src*='captcha'], script[src*='captcha'], [id*='captcha'], "
    "[class*='captcha' i], [id*='challenge' i], form[action*='challenge' i], form[action*='captcha' i], "
    "altcha-widget, "
    "cap-widget, script[src*='awswaf.com'], [src*='_Incapsula_Resource'], script[src*='arkoselabs'], "
    "[class*='geetest'], "
    "#ddos-guard, script[src*='ddos-guard'], #sucuri, script[src*='captcha-delivery.com'], script[src*='perfdrive.com']"
    ", script[src*='/ips.js?'], #anubis_challenge, script[src*='/TSPD/'], meta[name='captcha-bypass']"
)
_CAPTCHA_WORDS = re.compile(
    r"just a moment|attention required|checking your browser|verify(?:ing)? (?:that )?you are (?:a )?human"
    r"|are you (?:a )?(?:human|robot)|(?:human|browser|bot) verification|verify you.re (?:a )?human"
    r"|press (?:&|and) hold"
    r"|not an? (?:ro)?bot|kein roboter|pas un robot|no soy un robot|non sono un robot|unusual traffic|ddos-guard"
    r"|pardon our interruption"
    r"|enable javascript and (?:cookies to continue|disable any ad blocker)|enable js and disable|security check"
    r"|sicherheits.?(?:pr.fung|.berpr.fung)|v.rification de s.curit|verificaci.n de seguridad|controllo di sicurezza"
    r"|access (?:to this page has been )?denied|incapsula incident|the requested url was rejected"
    r"|automated (?:access|quer)"
    r"|blocked by (?:network |our )?security|access to this site has been limited|you have been blocked"
    r"|please complete the security|one more step|nur einen moment|un momento\W|un instant\W|еще секунду"
    r"|подтвердите, что"
    r"|ロボットでは(?:ない|ありません)|请(?:完成|进行)安全验证|人机验证|로봇이 아닙니다",
    re.IGNORECASE,
)
_MACHINE_WORDS = re.compile(  # with which a page that is none of the site's own turns a program away
    r"javascript|cookies?\b|\bbots?\b|robot|browser|navigateur|navegador|captcha|human|mensch|humain|humano|firewall|waf\b"
    r"|security|sicherheit|s[ée]curit|seguridad|безопасност|браузер|浏览器|ブラウザ|reference (?:#|id)|ray id|incident",
    re.IGNORECASE,
)
_TURNED_AWAY_WORDS, _FEW_LINKS = 150, 3  # at most, of such a page
_LOGIN_WORDS = re.compile(
    r"you (?:must|need to|have to) (?:be )?(?:logged[- ]in|log[- ]?in|login|sign[- ]in|signed in|register|be a member)"
    r"|you are not logged in or you do not have permission|(?:please|bitte) (?:log ?in|sign in|melden sie sich"
    r"|anmelden|einloggen)"
    r"|not authori[sz]ed to (?:read|view)|members only|only registered (?:users|members)|guests (?:can ?not|may not)"
    r"|login required|log in to (?:continue|view|see)|sign in to (?:continue|view|see)"
    r"|in order to view this (?:forum|topic|page)"
    r"|nicht angemeldet|m.ssen (?:sie |sich |du |dich )?(?:angemeldet|einlogg|registrier|anmelde)"
    r"|keine berechtigung|zugriff verweigert"
    r"|vous devez (?:.tre )?(?:connect|vous connecter|inscri)|debes (?:iniciar|identificarte|estar registrado)"
    r"|devi (?:effettuare|essere)"
    r"|voc. precisa (?:entrar|estar)|je moet (?:ingelogd|inloggen)|musisz (?:by. )?zalogowa",
    re.IGNORECASE,
)
_LOGIN_TITLE = re.compile(
    r"\b(?:log ?in|sign ?in|anmelden|anmeldung|einloggen|connexion|iniciar sesi|accedi|acesso|inloggen|zaloguj)",
    re.IGNORECASE,
)
_CLOSED_WORDS = re.compile(
    r"(?:board|forum|site|community|website)s? (?:is|are|is currently|has been) (?:temporarily )?(?:closed"
    r"|disabled|down|offline|unavailable)"
    r"|currently (?:disabled|down for maintenance|undergoing maintenance|performing maintenance)"
    r"|maintenance mode|scheduled maintenance"
    r"|under maintenance|wartungsarbeiten|wartungsmodus|en maintenance|en mantenimiento|in manutenzione"
    r"|be right back|back soon",
    re.IGNORECASE,
)
_GONE_WORDS = re.compile(
    r"(?:thread|topic|post|forum|discussion|page|thema|beitrag|sujet|tema) (?:\w+ ){0,5}(?:does not exist"
    r"|doesn.t exist|could not be found"
    r"|cannot be found|has been (?:deleted|removed)|not found|existiert nicht|wurde gel.scht|n.existe (?:pas"
    r"|plus)|no existe)"
    r"|(?:invalid|no) (?:thread|topic|post|forum)s? specified|existiert nicht",
    re.IGNORECASE,
)
_ERROR_WORDS = re.compile(
    r"database error|sql error|internal server error|error establishing a database|fatal error"
    r"|service unavailable|bad gateway"
    r"|datenbankfehler|erreur de base de donn|too many connections|server is too busy|gateway time-?out",
    re.IGNORECASE,
)
_CONSENT_MARKS = (
    "#sp_message_container, #onetrust-consent-sdk, #didomi-host, [id*='consent'], iframe[src*='consent']"
    ", .qc-cmp2-container, .cmpbox"
)
_CONSENT_WORDS = re.compile(
    r"(?:accept|agree|zustimm|akzeptier|accepter|aceptar|accetta).{0,60}cookie|cookie.{0,60}(?:accept|agree"
    r"|zustimm)|pur-abo",
    re.IGNORECASE,
)
_AGE_WORDS = re.compile(
    r"(?:are you|you must be) (?:over |at least )?(?:18|21)\b|age verification|verify your age", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands in the way on a page: `name` is one of OBSTACLES, `mend` what an operator can do."""

    name: str
    mend: str

    @classmethod
    def of(cls, name: str) -> Obstacle:
        """Return the obstacle of this name."""
        return cls(name, OBSTACLES[name])

    @property
    def bars(self) -> bool:
        """True where the site keeps us out, rather than that one page is odd."""
        return self.name not in ("changed layout", "missing page", "empty page")

    @property
    def shown(self) -> str:
        """Its name in a sentence: "a captcha page"."""
        name = "maintenance page" if self.name == "maintenance" else self.name
        return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"

    def error(self, url: str, title: str) -> SourceError:
        """Return the error to raise for a page with this obstacle."""
        kind = {"maintenance": SourceUnavailable, "error page": SourceUnavailable, "changed layout": SourceBroken}
        return kind.get(self.name, SourceRefused)(f"{url} shows {self.shown} (page titled {title[:80]!r})", self.mend)


OBSTACLES = {
    "captcha page": "the site keeps programs out: ask its owner to let us in, or read it by its feed",
    "login wall": "it wants a login: use a board that guests can read",
    "consent wall": "the site shows a cookie question first: read it by its feed, or ask its owner",
    "age gate": "the site asks for the reader's age: read it by its feed, or ask its owner",
    "maintenance": "the site is closed for now; we try again next night",
    "error page": "the site has an error of its own; we try again next night",
    "missing page": "the thread or board is gone: check the address",
    "empty page": "the page needs JavaScript or is empty: read it by its feed",
    "changed layout": "check engine and selectors of this source",
}


def obstacle_on(page: LexborNode | bytes | str | None) -> Obstacle:
    """Tell what a page is that gave no posts and no threads; "changed layout" where it looks like a page after all."""
    text = page.decode("utf-8", "replace") if isinstance(page, bytes) else page
    root = LexborHTMLParser(bounded(text)[0]).root if isinstance(text, str) else text
    return Obstacle.of(_name(root) if root is not None else "empty page")


def wall_before(body: bytes, url: str) -> SourceError | None:
    """Return the error to raise where a wall stands in the place of a feed or JSON; None where none does."""
    root = LexborHTMLParser(bounded(body.decode("utf-8", "replace"))[0]).root if b"<" in body[:2_000] else None
    obstacle = Obstacle.of(_name(root)) if root is not None else None
    return obstacle.error(url, _words(root)[0]) if obstacle and root is not None and obstacle.bars else None


def refusal_on(body: bytes) -> Obstacle | None:
    """Tell what kept us out where a page came with a status that refuses it; None where it does not say.

    What a site itself would say of a missing right has words about it, or its menu; what stands before sites has little
    more than a script, and speaks of browsers and robots.
    """
    root = LexborHTMLParser(bounded(body.decode("utf-8", "replace"))[0]).root if b"<" in body else None
    if root is None:
        return None
    found = Obstacle.of(_name(root))
    if found.bars:
        return found
    title, words, _ = _words(root)
    told = " ".join((title, words, *(node.text() or "" for node in root.css("noscript")[:_FEW_LINKS])))
    bare = len(told.split()) <= _TURNED_AWAY_WORDS and len(root.css("a[href]")) <= _FEW_LINKS
    scripted = root.css_matches("script, noscript, meta[http-equiv=refresh i], iframe")
    turned_away = bare and scripted and _MACHINE_WORDS.search(told)
    return Obstacle.of("captcha page") if turned_away else None


def has_words(html: str) -> bool:
    """Tell whether a piece of HTML or text says anything, beside its mark-up."""
    return bool(_WORD_BEHIND.search(html) or _WORD.search(_TAG.sub(" ", html)))


def asks_for_login(html: str) -> bool:
    """Return True where a piece of HTML says that one must log in."""
    return bool(_LOGIN_WORDS.search(" ".join(_TAG.sub(" ", html).split())))


def wants_login(root: LexborNode | None) -> bool:
    """Return True where a page asks for a password and says little else, or says that members alone may read it."""
    return root is not None and _is_login(root, *_words(root))


def _name(root: LexborNode) -> str:
    title, words, short = _words(root)
    if (
        short
        and (root.css_matches(_CAPTCHA_MARKS) or _CAPTCHA_WORDS.search(f"{title} {words}"))
        and not _is_login(root, title, words, short=short)
    ):
        return "captcha page"
    if _CAPTCHA_WORDS.search(title):
        return "captcha page"
    if _is_login(root, title, words, short=short):
        return "login wall"
    told = (
        ("maintenance", _CLOSED_WORDS),
        ("error page", _ERROR_WORDS),
        ("missing page", _GONE_WORDS),
        ("age gate", _AGE_WORDS),
    )
    for name, pattern in told:
        if pattern.search(title) or (short and pattern.search(words)):
            return name
    if short and root.css_matches(_CONSENT_MARKS) and _CONSENT_WORDS.search(words):
        return "consent wall"
    return "changed layout" if words else "empty page"


def _is_login(root: LexborNode, title: str, words: str, short: bool) -> bool:
    field = root.css_matches("input[type=password]")
    told = bool(_LOGIN_WORDS.search(words))
    return bool(_LOGIN_TITLE.search(title) and field) or (told and (field or short)) or (field and short)


def _words(root: LexborNode) -> tuple[str, str, bool]:
    """Return the title, the first words, and whether there are few of them."""
    head = root.css_first("title")
    title = " ".join((head.text() if head is not None else "").split())
    body = root.css_first("body")
    copy = LexborHTMLParser((body or root).html or "")
    for machinery in copy.css("script, style, noscript, template, option"):
        machinery.decompose()
    words = (copy.body.text(separator=" ") if copy.body is not None else "").split()
    return title, " ".join(words)[:_LOOKED_AT], len(words) < _FEW_WORDS
