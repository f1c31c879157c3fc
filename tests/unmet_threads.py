"""Threads for layouts of the sets after the fifth: other people, other words, other tongues, some of it of today."""

from __future__ import annotations

from collections.abc import Mapping

from fresh_world import thread
from layouts_world import Written

_TODAY = 3_049  # hours from the first post of fresh_world.py to the morning on which its pages are read

_OPENING = (
    "<p>Since the changeover on 14 April 2025 the Tellux box drops the line each evening at about 20:15, and the lamp "
    "at the front goes from green to red.</p><p>The hotline had me do all of this, twice:</p><ol><li>pull the plug"
    "</li><li>wait for half an hour</li><li>press the small button with a pin</li></ol><p>Then they said I should "
    'ask here. The <a href="https://t.example/status">status page</a> is green, of course. Does <em>anyone</em> at '
    "all have a box that stays up over night?</p>"
)
_GERMAN = (
    "Bei uns im Haus haben es alle sechs Parteien. Der Techniker war am 3. Mai da, hat zehn Minuten gemessen und "
    "gesagt, es liege an der Leitung im Keller.<br><br>Seitdem warten wir. Am Telefon heißt es jede Woche etwas "
    "anderes, und die Rechnung kommt trotzdem pünktlich."
)
_LOG = (
    "<p>The log says this, over and over:</p><p>20:14:58 line down<br>20:15:31 retrain 3 of 9<br>20:16:02 "
    "give up</p><p>Nobody at Tellux could tell me what “retrain” is.</p>"
)
_FRENCH = (
    "J'ai envoyé une lettre recommandée le mois dernier, sans réponse. Ma voisine a payé 89 euros pour un technicien "
    "qui n'est jamais venu, et on lui refuse le remboursement."
)
_STAFF = (
    "<p>Hello everybody,</p><p>we are sorry for the trouble. Please send us your customer number by private message "
    "and we will have a look at it.</p><p>Kind regards,<br>your Tellux team</p>"
)
_SAID: tuple[tuple[str, int, str, int], ...] = (  # author, hours since the first, words, which one it answers
    ("Bettina Krause-Lohmann", 0, _OPENING, 0),
    ("mk_2209", 1, "Same here.", 1),
    ("Łukasz", 4, "What does your log say? Mine has a page at 192.168.7.1 under “events”.", 1),
    ("Bettina Krause-Lohmann", 5, _LOG, 3),
    ("Old Tom", 30, "Mine is up since Christmas 🎄 but I never took the new firmware. Never touch a running box!", 0),
    ("サクラ", 31, "うちも毎晩切れます。サポートに電話しても、待たされるだけで何も変わりません。", 0),
    ("DrEvil!", 32, "Why?", 5),
    ("svetlana.p", 99, "Same here.", 1),
    ("Tellux Team", 120, _STAFF, 1),
    ("A. N. Other", 121, "Copy and paste. I got the very same words in March, and then silence for five weeks.", 9),
    ("Jean-Luc", 200, _FRENCH, 0),
    ("mk_2209", 201, "Get a lawyer", 11),
    ("ЮрийК", 260, "Поменял блок питания на другой, и обрывы прекратились. Прежний был слишком слабым для него.", 0),
    ("Łukasz", 262, "That is the answer! 12 V and 2 A, the plug is 5.5 mm wide. It cost me 9 €.", 13),
    ("Old Tom", 264, "Well done.", 14),
    ("Bettina Krause-Lohmann", 300, "<p>Ordered one.</p><p>Why must a customer find that out?</p>", 14),
    ("0xfade", 480, "https://t.example/faq#power says it is “not supported” and voids the warranty. Nice.", 13),
    ("svetlana.p", 700, "Three weeks with the other plug: not one drop.", 0),
    ("Karl Ü.", 1_300, _GERMAN, 0),
    ("DrEvil!", 1_301, "lol", 19),
    ("Jean-Luc", 2_200, "Toujours rien. Je résilie.", 0),
    ("A. N. Other", _TODAY - 25, "Has the box of 2026 the same supply? Mine arrives tomorrow.", 0),
    ("Łukasz", _TODAY - 2, "It has. I would order the other one with it.", 22),
    ("mk_2209", _TODAY, "Do not buy it at all, is what I say. There are others by now.", 22),
)


def _of(places: range | tuple[int, ...], number: int, step: int) -> tuple[Written, ...]:
    return thread(_SAID, places, number, step)


UNMET_THREADS: Mapping[str, tuple[Written, ...]] = {
    "one": _of((19,), 771_204, 1),
    "two": _of((13, 14), 55_310, 3),
    "three": _of((3, 4, 11), 9_180, 11),
    "recent": _of((5, 7, 18, 22, 23, 24), 431_077, 9),
    "long": _of(range(1, 25), 20_411, 13),
}
