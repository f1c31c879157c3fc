"""Mends slips of the finger before the encoder reads, which would cut "refudn" into pieces that mean nothing.

A word that the encoder does not know is taken for the commonest known word that one slip makes of it: two letters
swapped, one left out, doubled, or hit beside. Only the encoder sees the mended word; quotes stay as they were written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from string import ascii_lowercase

WORD = re.compile(r"[a-z]+")
SHORT, LONG = 4, 24  # letters; a shorter word is too like too many others, a longer one is none
COMMON = 4000  # of the encoder's words, which are in order of frequency: those that any one wrong letter may mean
ENDINGS = ("s", "es", "ed", "d", "ing", "ly", "er", "ers", "y", "n", "r", "able", "ment", "ness", "less", "ful", "ish")
BEGINNINGS = ("un", "re", "non", "dis", "over", "pre", "mis", "out", "up")
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
FEW, GIBBERISH = 6, 0.3  # more unknown words than these, as a share, are no slips: code, names, another language
MANY = 100_000  # words remembered; then all are forgotten
# What customers write and no slip has made: the encoder's words are those of an encyclopedia of 2018.
OURS = frozenset(
    """
    wifi gmail app apps login logins email emails router routers modem iphone android ebay paypal uber airbnb netflix
    ikea spotify tesla fitbit kindle ipad macbook chromebook podcast podcasts blog blogs vlog selfie emoji emojis
    hashtag wiki webcam laggy glitchy buggy clunky janky comfy pricey spam spammy flaky crappy mowing mower ramen chai
    json urls gifs refund refunds rebate voucher vouchers checkout checkin signup unsubscribe opt reset reboot
    rebooted uninstall debug reinstall setup firmware dongle charger earbuds headset headphones touchpad trackpad
    dimmer sata voip typo temp asap thermostat dishwasher stroller pram diaper nappy duvet onesie hoodie sneakers
    flimsy frustrate whine splay vape vaping nook imho lmao gonna wanna gotta kinda sorta dunno haha hype noob rant
    gripe scam snag hinge clamp swipe scoot mash ordeal hassle legroom layover rebook stopover overbooked kiosk upsell
    upsold recline debit browse inquire escalate diagnose configure expire customize cringe moron chore clutter
    grumble awry beep treble bloke lite xtra yuck oops dang redo stow toil poop carb deli llama broth boast bento
    noodle bake nerd steroid ranting motivate vibrate boost elated
    """.split()  # noqa: SIM905 - a list of words is read as words
)
NOT = ("do", "ca", "wo", "did", "does", "is", "was", "could", "would", "should", "are", "were", "has", "have", "had")
SHORTENED = {f"{verb}nt": f"{verb}n't" for verb in NOT} | {"youre": "you're", "theyre": "they're", "ive": "i've"}


def neighbours() -> dict[str, frozenset[str]]:
    """Give the keys that lie beside each key."""
    spots = {key: (row, column + row / 2) for row, keys in enumerate(KEYS) for column, key in enumerate(keys)}
    return {
        key: frozenset(
            other
            for other, (x, y) in spots.items()
            if other != key and abs(x - spots[key][0]) <= 1 and abs(y - spots[key][1]) <= 1
        )
        for key in spots
    }


BESIDE = neighbours()


class Mender:
    """Mends words by the encoder's own: `vocabulary` gives each word's rank, the commonest first."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._ranks = {word: rank for word, rank in vocabulary.items() if len(word) > 2 and WORD.fullmatch(word)}  # noqa: PLR2004 - shorter ones are parts of words
        self._mended: dict[str, str] = {}

    def mend(self, text: str) -> str:
        """Give `text` with its slips mended; the same object where there are none."""
        lowered = text.lower()
        words = WORD.findall(lowered)
        odd = {word for word in words if word not in self._ranks and SHORT <= len(word) <= LONG}
        if len(odd) > max(FEW, len(words) * GIBBERISH):
            return text
        wrong = {word: right for word in odd if (right := self.word(word)) != word}
        return WORD.sub(lambda found: wrong.get(found[0], found[0]), lowered) if wrong else text

    def word(self, word: str) -> str:
        """Give the word that is meant: itself where it is known, or nobody can tell."""
        if word in SHORTENED:
            return SHORTENED[word]
        if word in self._ranks or not SHORT <= len(word) <= LONG:
            return word
        if word not in self._mended:
            if len(self._mended) >= MANY:
                self._mended.clear()
            self._mended[word] = word if self.knows(word) else self._nearest(word)
        return self._mended[word]

    def knows(self, word: str) -> bool:
        """Say whether a word is one: in the list, or made of one in the list."""
        if word in self._ranks or word in OURS:
            return True
        stems = [word.removesuffix(end) for end in ENDINGS if word.endswith(end)]
        if any(self._is_stem(stem) for stem in stems) or any(word + end in self._ranks for end in ("d", "s", "r")):
            return True
        if any(word.startswith(b) and len(word) >= len(b) + 3 and self.knows(word[len(b) :]) for b in BEGINNINGS):
            return True
        return any(self._is_part(word[:cut]) and self._is_part(word[cut:]) for cut in range(3, len(word) - 2))

    def _is_stem(self, stem: str) -> bool:
        forms = [stem, stem + "e"]
        if stem.endswith("i"):
            forms.append(stem[:-1] + "y")
        if stem[-2:-1] == stem[-1:]:
            forms.append(stem[:-1])
        return any(form in self._ranks or form in OURS for form in forms if len(form) > 2)  # noqa: PLR2004 - as above

    def _is_part(self, part: str) -> bool:
        return self._ranks.get(part, MANY) < 2 * COMMON

    def _nearest(self, word: str) -> str:
        most = COMMON if len(word) == SHORT else MANY
        likely = [(rank, one) for one in set(slips(word)) if (rank := self._ranks.get(one, MANY)) < most]
        if not likely and len(word) > SHORT:
            likely = [(rank, one) for one in set(wrong_letters(word)) if (rank := self._ranks.get(one, MANY)) < COMMON]
        return min(likely)[1] if likely else word


def slips(word: str) -> Iterator[str]:
    """Yield what one slip of the finger makes of `word`, taken back."""
    for place, letter in enumerate(word):
        before, after = word[:place], word[place + 1 :]
        beside = word[place - 1 : place] + word[place + 1 : place + 2]
        if after:
            yield before + after[0] + letter + after[1:]
        if letter in beside or any(letter in BESIDE[other] for other in beside):
            yield before + after
        for other in BESIDE[letter]:
            yield before + other + after
    for place in range(len(word) + 1):
        for letter in ascii_lowercase:
            yield word[:place] + letter + word[place:]


def wrong_letters(word: str) -> Iterator[str]:
    """Yield `word` with any one letter other or gone, but its first."""
    for place in range(1, len(word)):
        yield word[:place] + word[place + 1 :]
        for letter in ascii_lowercase:
            yield word[:place] + letter + word[place + 1 :]
