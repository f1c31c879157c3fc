"""Takes telephone, card, account and social security numbers out of a text, and leaves dates, prices and orders."""

from __future__ import annotations

import re

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_URL = r"(?:https?://|www\.)(?!(?:www\.)?wa\.me/)[^\s<>\[\]]{1,2000}"
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}")
DIGIT = re.compile(r"\d")  # before the first one nothing has to be looked at
_ACCOUNT = re.compile(r"\d\d(?<=[A-Za-z]{2}\d\d)")  # what every one of them holds, found in a fraction of the time
_SEVEN = re.compile(rf"\d(?:[ ()./{_DASHES}-]{{0,3}}\d){{6}}")  # digits: fewer are no telephone, card or SSN
_CARD = re.compile(rf"{_URL}|(?<![\w.,+])\d(?:[ .{_DASHES}-]?\d){{11,22}}(?![\w])", re.IGNORECASE)
_SSN = re.compile(rf"(?<![\w{_DASHES}-])\d{{3}}([ .{_DASHES}-])\d{{2}}\1\d{{4}}(?![\w{_DASHES}-])")
_PHONE = re.compile(
    rf"{_URL}|(?<![\w.,+#$€£{_DASHES}-])(?:\+ ?)?[(]?\d(?:[ ()./{_DASHES}-]{{0,3}}\d){{6,17}}(?![\w%€$£]|[.,:]\d)"
    r"(?: ?(?:x|ext\.?|extension) ?\d{1,6}(?!\w))?",
    re.IGNORECASE,
)
_GROUP = re.compile(r"\d+")
_DATE = re.compile(
    rf"(?:(?:19|20)\d\d[./{_DASHES}-](?:0?[1-9]|1[0-2])[./{_DASHES}-](?:[0-2]?\d|3[01])"
    rf"|(?:[0-2]?\d|3[01])[./{_DASHES}-](?:[0-2]?\d|3[01])[./{_DASHES}-](?:19|20)\d\d)"
    rf"(?:[ {_DASHES}-]{{1,3}}.{{0,12}})?"
)
_COMPACT_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{4}|\d{6})?")
_AMERICAN = re.compile(rf"(?:\+?1[ .{_DASHES}-]?)?\(?[2-9]\d\d\)?[ ./{_DASHES}-]{{0,2}}[2-9]\d\d[ .{_DASHES}-]?\d{{4}}")
_THOUSANDS = re.compile(r"\d{1,3}(?: \d{3}){1,5}")
_YEARS = re.compile(rf"(?:19|20)\d\d(?:[ ,/{_DASHES}-]{{1,3}}(?:19|20)?\d\d)+")
_MOMENT = re.compile(r"1[2-9]\d{8}(?:\d{3})?")  # seconds or milliseconds since 1970
_CALL = re.compile(
    r"\b(?:call|called|calling|phone|tel|telephone|telefon|mobile|mob|cell|fax|text|sms|whatsapp|signal|ring|dial|reach"
    r"|number is|contact|hotline|helpline|support line|handy|landline|me at|me on|us at|us on)\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"(?:\b(?:order|orders|ticket|case|invoice|ref|reference|tracking|serial|imei|model|part|sku|version|build|bug|issue"
    r"|isbn|id|parcel|shipment|booking|confirmation|transaction|receipt|kb|patent|item|article|upc|ean|policy|s/n)"
    r"(?: (?:no|nr|number|num|id|code|is|was|of))*[.:#]* ?[#:]?|#) ?$",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"\s?(?:€|\$|£|usd|eur|gbp|dollars?|euros?|pounds?|bucks|bytes|users|people|km|mb|gb|ms|px|x \d)", re.IGNORECASE
)
_NEAR = 40  # characters before a number that may say what it is
_CARD_SIZES = range(12, 20)
_CARD_GROUPS = 5  # more groups are a table of figures: one in ten of those passes Luhn
_PHONE_SIZES = range(7, 16)
_LOCAL, _LONG = 8, 13  # digits in one piece: up to 8, or 13 and more, are a telephone number only where it says so

_IBAN_COUNTRIES = (  # length:countries, from the registry of ISO 13616
    "15:NO 16:BE 18:DK,FI,FO,GL,NL,SD,FK 19:MK,SI 20:AT,BA,EE,KZ,LT,LU,XK,MN 21:CH,CR,HR,LI,LV"
    " 22:BG,BH,DE,GB,GE,IE,ME,RS,VA 23:AE,IL,IQ,TL,OM,SO 24:AD,CZ,ES,MD,PK,RO,SA,SE,SK,TN,VG 25:LY,PT,ST"
    " 26:IS,TR 27:BI,DJ,FR,GR,IT,MC,MR,SM 28:AL,AZ,BY,CY,DO,GT,HN,HU,LB,NI,PL,SV 29:BR,EG,PS,QA,UA"
    " 30:JO,KW,MU,YE 31:MT,SC 32:LC 33:RU"
)
_IBAN_SIZES = {
    code: int(size)
    for size, codes in (pair.split(":") for pair in _IBAN_COUNTRIES.split())
    for code in codes.split(",")
}


def without_numbers(text: str) -> str:
    """Return the text with [iban] [card] [ssn] [phone] in the place of such numbers. Linear in the text."""
    digit = DIGIT.search(text)
    if digit is None:
        return text
    if _ACCOUNT.search(text, digit.start()):
        text = _IBAN.sub(_iban, text)
    if not _SEVEN.search(text, digit.start()):
        return text
    text = _CARD.sub(_card, text)
    text = _SSN.sub("[ssn]", text)
    return _PHONE.sub(_phone, text)


def _iban(found: re.Match[str]) -> str:
    """Take the letters and digits that the country's accounts have; the words behind them stay."""
    whole = found.group()
    size = _IBAN_SIZES.get(whole[:2].upper(), 0)
    places = [at for at, one in enumerate(whole) if one.isalnum()]
    if not size or len(places) < size:
        return whole
    end = places[size - 1] + 1
    rest = whole[end:] + found.string[found.end() : found.end() + 1]
    code = "".join(whole[at] for at in places[:size]).upper()
    moved = "".join(str(int(one, 36)) for one in code[4:] + code[:4])
    return whole if rest[:1].isalnum() or int(moved) % 97 != 1 else "[iban]" + whole[end:]


def _card(found: re.Match[str]) -> str:
    """Take the longest run of whole groups that is a card number."""
    whole = found.group()
    groups = [] if not whole[0].isdigit() else list(_GROUP.finditer(whole))
    runs: list[tuple[int, int, int, str]] = []
    for first, group in enumerate(groups):
        run = ""
        for last in groups[first : first + _CARD_GROUPS]:
            run += last.group()
            if len(run) in _CARD_SIZES:
                runs.append((-len(run), group.start(), last.end(), run))
    card = next(((start, end) for _, start, end, run in sorted(runs) if _is_card(run)), None)
    return whole[: card[0]] + "[card]" + whole[card[1] :] if card else whole


def _is_card(digits: str) -> bool:
    if digits[0] not in "123456" or _MOMENT.fullmatch(digits) or len(set(digits)) == 1:
        return False
    if len(digits) == 12 and digits[0] not in "56":  # noqa: PLR2004 -- only Maestro has twelve
        return False
    doubled = [int(one) * (1 + at % 2) for at, one in enumerate(reversed(digits))]
    return sum(one - 9 * (one > 9) for one in doubled) % 10 == 0  # noqa: PLR2004 -- Luhn's cross sum


def _phone(found: re.Match[str]) -> str:
    whole = found.group()
    if not (whole[0].isdigit() or whole[0] in "+("):
        return whole
    before = found.string[max(found.start() - _NEAR, 0) : found.start()]
    after = found.string[found.end() : found.end() + 9]
    return "[phone]" if _is_phone(re.split(r" ?[xe]", whole.lower())[0], before, after) else whole


def _is_phone(shown: str, before: str, after: str) -> bool:
    groups = _GROUP.findall(shown)
    digits = "".join(groups)
    if len(digits) not in _PHONE_SIZES and not (digits.startswith("00") and len(digits) < 18):  # noqa: PLR2004 -- 00 + 15
        return False
    if shown.startswith("+"):
        return True
    if _DATE.fullmatch(shown) or _YEARS.fullmatch(shown) or _MONEY.match(after):
        return False
    if _ORDER.search(before):
        return False
    called = bool(_CALL.search(before))
    return _one_piece(digits, called=called) if len(groups) == 1 else _pieces(shown, groups, called=called)


def _one_piece(digits: str, *, called: bool) -> bool:
    if called:
        return True
    if _COMPACT_DATE.fullmatch(digits) or _MOMENT.fullmatch(digits) or digits.endswith("00000"):
        return False
    return digits.startswith("00") or _LOCAL < len(digits) < _LONG


def _pieces(shown: str, groups: list[str], *, called: bool) -> bool:
    if _AMERICAN.fullmatch(shown) or called:
        return True
    if _THOUSANDS.fullmatch(shown) and not groups[0].startswith("0"):
        return False
    if len(groups) == 2:  # noqa: PLR2004 -- 555-0142 and 0151 2345678, but not the range 800-1200
        return groups[0].startswith("0") or "(" in shown or (len(groups[0]) == 3 and not groups[1].endswith("00"))  # noqa: PLR2004 -- as said
    return max(map(len, groups)) > 1 and min(map(len, groups[1:])) > 1
