"""The pages that `crawl.py` serves: a forum as phpBB shows it, and blogs' feeds with whole articles."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 3, 20, 3, 0, tzinfo=UTC)
POSTS_A_PAGE, PAGES, ENTRIES = 25, 2, 50
WORDS = """
    the bag strap zip tent order parcel refund app login support reply week again still after before I we they it was
    never always broke works sent back money code screen button tried twice friend advice instead simply wrote called
"""


def text(number: int) -> str:
    """Some sixty words that no other number gives."""
    chance, words = random.Random(number), WORDS.split()  # noqa: S311 -- chance, no secret
    return " ".join(chance.choice(words) for _ in range(60)) + f" {number}."


def thread_page(thread: int, start: int) -> str:
    """A page of a thread as phpBB shows it."""
    posts = []
    for number in range(thread * 1000 + start, thread * 1000 + start + POSTS_A_PAGE):
        at = (NOW - timedelta(minutes=number)).isoformat()
        posts.append(
            f'<div id="p{number}" class="post has-profile bg2"><div class="inner"><dl class="postprofile">'
            f'<dt><a href="/u/{number % 97}" class="username">writer {number % 97}</a></dt></dl><div class="postbody">'
            f'<h3><a href="#p{number}">Re: thread {thread}</a></h3><p class="author">by <strong>'
            f'<a class="username" href="/u/{number % 97}">writer {number % 97}</a></strong> &raquo; '
            f'<time datetime="{at}">{at}</time></p><div class="content">{text(number)}<br>{text(-number)}</div>'
            "</div></div></div>"
        )
    following = start + POSTS_A_PAGE
    link = f'<li class="arrow next"><a rel="next" href="/t/{thread}?start={following}">Next</a></li>'
    pages = link if following < PAGES * POSTS_A_PAGE else ""
    return (
        f'<!DOCTYPE html><html><head><title>Thread {thread}</title></head><body id="phpbb" class="section-viewtopic">'
        f'<h2 class="topic-title">Thread {thread}</h2><div class="pagination"><ul>{pages}</ul></div>'
        f"{''.join(posts)}</body></html>"
    )


def board(threads: int) -> str:
    """The list of all threads, with news tonight."""
    row = (
        '<li class="row"><a href="/t/{0}" class="topictitle">Thread {0}</a>'
        '<dd class="lastpost"><time datetime="{1}">now</time></dd></li>'
    )
    rows = "".join(row.format(number, NOW.isoformat()) for number in range(threads))
    return f'<html><body id="phpbb"><ul class="topiclist topics">{rows}</ul></body></html>'


def feed(number: int) -> str:
    """A blog's feed with whole articles."""
    items = "".join(
        f"<item><guid>{number}-{entry}</guid><title>Entry {entry}</title><link>http://b.test/{number}/{entry}</link>"
        f"<author>writer {entry}</author><pubDate>Thu, 19 Mar 2026 {entry % 24:02}:00:00 GMT</pubDate>"
        f"<content:encoded>&lt;p&gt;{text(number * 100 + entry)} {text(-number * 100 - entry)}&lt;/p&gt;"
        "</content:encoded></item>"
        for entry in range(ENTRIES)
    )
    space = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return f'<rss version="2.0" {space}><channel><title>Blog {number}</title>{items}</channel></rss>'
