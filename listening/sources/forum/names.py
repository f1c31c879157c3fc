"""Knows the names of those who write on a page of unknown make: by links to profiles and by what programs call them."""

from __future__ import annotations

import re
from urllib.parse import unquote

from selectolax.lexbor import LexborNode

from listening.sources.date_words import fold

_NAME_MOST = 40
_NAME_WORDS = 5
_INITIALS = 3  # characters that stand in place of a picture
_LONGEST = 400  # characters of a name with all that stands around it
_NAME_PLACE = re.compile(
    r"(?:^|[-_ ])(?:author|authors|user-?name|big-?username|poster|post-?author|nick|nick-?name|display-?name"
    r"|postedby|creator|pseudo|autor|auteur|autore|nutzername|benutzername|usuario|full-?name"
    r"|(?:user|author|member|reviewer|person|customer|profile)[a-z]*[-_]{1,2}name|member-?name|user-?link|commenter|fn|hnuser|comment-?user|poster-?name|by-?author|author-?name)"
    r"(?!-(?:location|user-?stats|stats|profile|headline|info|card|badge|title))(?:[-_ ]|$)"
)
_PROFILE = re.compile(  # and the pages that MediaWiki calls "User:Ann", in its tongues
    r"(?:^|[/?&=._-])(?:members?|users?|profiles?|profil|profilo|perfil|author|autor|benutzer|mitglied"
    r"|utilisateur|usuario"
    r"|people|membership|showuser|viewprofile|userinfo|nutzer|memberlist|uid|u|forumuser|account)"
    r"(?:[/?&=.:_-]|\d|$)|/@|/~|/u\d+"
    r"|(?:[/=]|^)(?:user|benutzer(?:in)?|utilisat(?:eur|rice)|usuari[oa]|utente|gebruiker|wikipedyst?k?a|användare|bruger"
    r"|bruker|käyttäjä|usuário|участник|участница|користувач|uživatel|kullan\u0131c\u0131|利用者|用户|使用者|사용자):",
    re.IGNORECASE,
)
_NO_NAME = re.compile(  # whole words: Edith is no "edit", Moreau no "more"
    r"\[?re:|#?\d+$|(?:view|send|reply|quote|report|log in|hide|show|edit|share|follow|like|prev(?:ious)?|next|more"
    r"|antworten|zitieren|permalink|parent|home|search|register|anmelden|registrieren|login|badges?|avatar|online"
    r"|offline|danke|thanks|reputation|profil(?:e|es|s)?|www|website|e-?mail|nachricht(?:en)?|beitrage?|members?"
    r"|newbie|message|[\w ]*\b(?:by|von|par|por)"
    r"|(?:full|junior|senior) member)(?![\w.-])|.*\bposts?$|pm$|admin(?:istrator)?$|moderator$"
)
_OWN_NAMES = ("author", "author-name", "username", "user-name", "display-name")  # of elements that a site made itself
_UNSEEN = ".visually-hidden, .visuallyhidden, .sr-only, .screen-reader-text, .a11y-hidden, .screenreader, .offscreen"
_LETTER = re.compile("[a-z\u00c0-\u052f]", re.IGNORECASE)  # alone, it stands in place of a picture
_HAS_CLOCK = re.compile(r"\d{1,2}:\d{2}|\d{4}[-/]\d|\d[-/.]\d{1,2}[-/.]\d")
_ADDRESS = re.compile(r"\s*[<(\[][^<>()\[\]]*(?:@|_at_|\s?\(?at\)?\s)?[^<>()\[\]]*[>)\]]\s*$|<>")
_BARE = re.compile(r"^\s*<([^<>@]+)>\s*$")  # as logs write it: "<Ann>"
_TAIL = re.compile(  # in lower case: "Simon Says" is a name
    r"(?<=\S)(?:\s+(?:says|said|wrote|writes|commented|asked|answered|replied|posted|schrieb|schreibt|sagt|sagte|meint"
    r"|a écrit|a dit|dit|écrit|escribió|escribe|dice|dijo|ha scritto|scrive|disse|escreveu|schreef|zegt|skrev|skriver"
    r"|napisał|napisała|pisze|napsal|пишет|писал|написал|написала)(?:\s?\([^()]{1,2}\))?|님(?:의 댓글)?"
    r"|\s?さん)\s*[:,]?$"
    r"|(?<=\S)\s+@[\w.@-]+$"
)
_LEAD = re.compile(
    r"^(?:(?:posted|written|answer(?:ed)?|comment(?:ed)?|asked|question|reply|replied|review(?:ed)?|sent|submitted"
    r"|created|geschrieben|erstellt|verfasst|escrito|publicado|scritto|écrit|posté|publié)\s(?:by|von|par|por|da)"
    r"|by|von|par|por|door|av|fran|от|author|autor|from|di)[:\s]\s*",
    re.IGNORECASE,
)


def name_at(node: LexborNode) -> str:
    """Return the person's name that an element shows; "" where it shows none."""
    attributes = node.attributes
    where = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".casefold()
    if "-" in (node.tag or "") and (told := next((attributes[key] for key in _OWN_NAMES if attributes.get(key)), "")):
        return "" if "quote" in (node.tag or "") else name_in(told or "")
    prop = attributes.get("itemprop") or attributes.get("property")
    named = prop in ("author", "creator") or attributes.get("rel") == "author"
    linked = node.tag == "a" and links_profile(attributes.get("href") or "")
    if attributes.get("data-author") and not re.search("quote", where):
        return str(attributes["data-author"])[:_NAME_MOST]
    if not (named or linked or "name" in where.split() or _NAME_PLACE.search(where)):
        return ""
    inside = [] if node.tag == "a" else [name for inner in node.css("a, strong, b") if (name := as_name(inner))]
    return inside[0] if inside else as_name(node)


def links_profile(address: str) -> bool:
    """Return True for the address of somebody's page."""
    return bool(_PROFILE.search(_plain(address)))


def _plain(address: str) -> str:
    return unquote(address) if "%" in address else address


def as_name(node: LexborNode) -> str:
    """Return the words of an element where they can be a name."""
    shown = " ".join((node.text(separator=" ") or "").split())
    picture = node.css_first("[class*=vatar]") if " " in shown else None
    if picture is not None and picture.mem_id != node.mem_id:  # the first letter, where there is no picture
        letters = " ".join((picture.text(separator=" ") or "").split())
        shown = shown.removeprefix(letters) if len(letters) <= _INITIALS else shown
    unseen = node.css_first(_UNSEEN) if " " in shown else None
    if unseen is not None and unseen.mem_id != node.mem_id:  # "User's profile:", for those who listen to a page
        shown = shown.replace(" ".join((unseen.text(separator=" ") or "").split()), " ", 1).strip() or shown
    when = node.css_first("time") if shown else None
    if when is not None and when.mem_id != node.mem_id:
        shown = shown.replace(" ".join((when.text(separator=" ") or "").split()), " ", 1)
    return name_in(" ".join(shown.split()))


def plain_name(shown: str) -> str:
    """Return a shown name without "says" or the person's handle behind it."""
    return _TAIL.sub("", _TAIL.sub("", shown))


def name_in(shown: str) -> str:
    """Return a text without "by" before it and a mail address behind it, where it can be a name; else ""."""
    if len(shown) > _LONGEST:
        return ""
    name = _LEAD.sub("", plain_name(_ADDRESS.sub("", _BARE.sub(r"\1", shown)).strip())).strip(" :,·•|-\u2013—")
    short = 0 < len(name) <= _NAME_MOST and len(name.split()) <= _NAME_WORDS and not _LETTER.fullmatch(name)
    return name if short and not _NO_NAME.match(fold(name)) and not _HAS_CLOCK.search(name) else ""


def uncounted(name: str) -> str:
    """Return what stands where a name may, without a count before or behind it: "12 likes", "Posts: 12"."""
    return re.sub(r"(?<=[\s:#])\d+$|^\d+(?=\s)", "#", name)
