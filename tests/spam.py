"""Spam as forums get it, by templates of our own: who is promoted, called or paid exists nowhere."""

from __future__ import annotations

import random

SLOTS = {
    "hello": ("Hey guys", "Hi everyone", "Hello friends", "Yo", "Guys", "Dear all", "Good day", "OMG"),
    "mine": ("my channel", "my page", "my new video", "my profile", "our shop", "my blog", "my latest mix", "my store"),
    "site": ("bestdeals4u.example", "win-now.example", "cheapmeds.example", "coin-x2.example", "tubeviews.example"),
    "link": ("https://{site}/r/{n}", "www.{site}/?ref={n}", "http://{site}", "{site}/{n}", "https://short.example/{n}"),
    "product": (
        "vacuum",
        "air fryer",
        "phone",
        "mattress",
        "bike helmet",
        "laptop",
        "drone",
        "watch",
        "e-bike",
        "tent",
    ),
    "firm": (
        "Outlook",
        "antivirus",
        "router",
        "printer",
        "bank card",
        "wallet",
        "airline",
        "email",
        "booking",
        "camera",
    ),
    "coin": ("Bitcoin", "crypto", "USDT", "forex", "Ethereum", "binary options"),
    "guru": ("Mr. Carlton", "Mrs. Adele Finch", "coach Brian", "Sir Leo Hart", "expert Maya", "Dr. Obi the healer"),
    "sum": ("$500", "$2,000", "$14,500", "3 BTC", "9000 euros", "$800 a week"),
    "city": ("Dallas", "Leeds", "Delhi", "Lagos", "Austin", "Porto", "Milan"),
    "n": tuple(str(number) for number in range(1207, 9800, 331)),
    "phone": tuple(f"+1-8{a}{b}-555-01{b}{a}" for a in "0345678" for b in "2468"),
}
SPAM = {
    "channel": (
        "{hello}! Check out {mine} and please subscribe, I follow back {link}",
        "{hello}, I make videos too, nobody watches them :( please give {mine} a chance {link}",
        "Who is here in 2026? Like if you agree. Also look at {mine}!!! {link}",
        "sub to {mine} and I sub to you, {n} subs left to my goal",
        "Please don't scroll past, I have no money for adverts. A like on {mine} would change my life {link}",
        "i am so sad nobody comments on {mine}. pls help me get to {n} views",
    ),
    "support": (
        "Is your {firm} not working? Call {firm} customer service number {phone} toll free, 24/7 support.",
        "{firm} support number {phone}. {firm} error, cannot log in, password reset, refunds, solved by experts.",
        "How do I speak to a live person at {firm}? Dial {phone} to get a refund for your {firm} problem at once.",
        "Stuck with my {firm} for days, nobody answered, then I called {phone} and they fixed it in ten minutes.",
        "{firm} keeps crashing or will not connect? Our technicians help you: {phone} {link}",
    ),
    "money": (
        "I lost all to a fake broker until I met {guru}, who recovered {sum} of my {coin}. Contact him on {link}",
        "I invested {sum} in {coin} with {guru} and got {sum} back in a week. Thank me later {link}",
        "Scammed by a {coin} platform? Don't cry alone. {guru} recovers stolen funds, write to {link}",
        "My husband left me and the bills were killing me, but {guru} helped me to earn {sum} from home. {link}",
        "{coin} signals that never fail, {sum} guaranteed, WhatsApp {phone}",
        "Tired of your boss? Earn {sum} from home with {coin}. No experience needed. {link}",
    ),
    "links": (
        "cheap {product} | best {product} {city} | buy {product} online | {product} discount {link} {link}",
        "{link} {link} {link}",
        "{product} {city} {link} {product} repair {city} {link} {product} parts {link}",
        "Nice post! Very informative. I also wrote about this: {link}",
        "Thanks for sharing such a great article. Visit us for {product} in {city} {link}",
        "Great info, keep it up! If your {product} is broken or slow visit {link}",
    ),
    "reviews": (
        "The 10 best {product}s of 2026: we tested {n} hours so that you never buy a bad {product} again {link}",
        "Still struggling with a noisy, heavy {product}? This one trick saves you {sum}. Read our review {link}",
        "Don't waste money on a {product} that breaks after a month! Our top pick is here {link}",
        "I hated my old {product}, always broken. Then I found this one and never looked back {link} (code SAVE{n})",
        "Honest {product} review: pros, cons and where to get it for less than {sum} {link}",
        "Need a {product} in {city}? Free delivery, no hidden fees, no waiting. Order now {link}",
    ),
    "writing": (
        "Essay due tomorrow and no idea how to start? Our writers in {city} help you, first page free {link}",
        "Hot singles in {city} are waiting for you, {n} online now {link}",
        "Congratulations!!! Your address was chosen. Claim your free {product} before it is gone {link}",
        "Want {n} real followers? Cheap, fast, no password needed {link}",
        "My ex ignored me for months until {guru} cast a spell and now he calls every day, reach him at {link}",
        "Assignment help {city}, never fail an exam again, money back if not happy {link}",
    ),
}

# Written without the rule in sight: how it does with these is what it may do with others.
FRESH = (
    "Anyone up for being friends? I upload covers every week, come say hi {link}",
    "plz watch my first song on {site} and tell your mates, it took me a year",
    "Make {sum} each day by answering surveys, I could not believe it either {link}",
    "Having trouble with {firm}? Reach the {firm} help desk under {phone} any time of the day",
    "I was deep in debt until this lender approved me in an hour, apply through {link}",
    "Selling followers and likes, cheap and safe, message me on Telegram",
    "Best {product} deals in {city}!! 70% off this weekend only {link}",
    "If you enjoy this you will adore what I am doing over at {mine}, one click and you are there {link}",
    "My late aunt left {sum} and I need a trusted partner to move it, reply to my email",
    "Doctors hate her: she lost 20 kg with this tea {link}",
    "{firm} refund department: {phone}. Speak with an agent and get your money today",
    "guys i am 14 and i rap, nobody takes me serious, pls one listen {link}",
    "Trade with {guru}, minimum deposit {sum}, withdraw whenever you want {link}",
    "Your computer may be infected. Contact certified engineers on {phone} before you lose your data",
    "Learn how I quit my job and travel the world, free webinar {link}",
    "100% working coupon for {product}: SAVE{n} {link}",
    "Get your {product} repaired in {city}, same day, fair prices, ring {phone}",
    "We write your thesis, delivered in 24 hours, plagiarism free {link}",
    "He cheated on me and hacked my phone, but {guru} got me all his messages, contact {link}",
    "Win a {product}! Share this and fill in the form {link}",
)


def make_fresh(each: int = 5, seed: int = 8) -> list[str]:
    """Give the texts of FRESH, so many of each, filled by seed."""
    chance = random.Random(seed)  # noqa: S311 - chance, no secret
    return [_fill(one, chance) for one in FRESH for _ in range(each)]


def make_spam(count: int, seed: int = 3) -> list[str]:
    """Give so many texts, of every kind and template in turn, filled by seed."""
    chance = random.Random(seed)  # noqa: S311 - chance, no secret
    kinds = [list(kind) for kind in SPAM.values()]
    return [
        _fill(kinds[at % len(kinds)][at // len(kinds) % len(kinds[at % len(kinds)])], chance) for at in range(count)
    ]


def _fill(template: str, chance: random.Random) -> str:
    while "{" in template:
        name = template[template.index("{") + 1 : template.index("}")]
        template = template.replace(f"{{{name}}}", chance.choice(SLOTS[name]), 1)
    return template
