"""The forum programs that we know: how each is recognised, and where it puts things on a page.

A selector is CSS, then `@name` for an attribute's value instead of the text; `|` parts alternatives in order; no CSS
means the element itself. Each engine lists its looks, most usual first; the one that finds most is used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from selectolax.lexbor import LexborNode

from listening.sources.forum.looks_classic import CLASSIC
from listening.sources.forum.looks_modern import MODERN
from listening.sources.forum.selectors import Selectors

KEYS: Mapping[str, str] = {
    "board_link": "On an index page: links to boards",
    "thread_row": "On a board page: the element that holds one thread's link and dates",
    "thread_link": "In a row: the link to the thread",
    "thread_date": "In a row: the date of the thread's last post",
    "thread_views": "In a row: how often the thread was opened",
    "next_page": "On board and thread pages: the link to the next page",
    "post": "On a thread page: the element that holds one post",
    "post_id": "In a post: its number",
    "author": "In a post: the author's name",
    "date": "In a post: when it was written",
    "body": "In a post: what was written",
    "title": "On a thread page: the thread's title",
    "permalink": "In a post: the link to itself",
    "likes": "In a post: how many like it",
    "accepted": "In a post, or the post itself: what marks it as the accepted answer",
    "reply_to": "In a post: the number of the post that it answers",
    "reply_name": "In a post: who wrote what it quotes, where no number tells",
    "skip": "In a body: what is none of the author's words here and now, such as signatures",
}

ENGINES: Mapping[str, tuple[Selectors, ...]] = CLASSIC | MODERN

# What only this program's pages have, as CSS; then what it writes into <meta name=generator> or at the foot of a page.
_MARKS: Mapping[str, str] = {
    "phpbb": "body#phpbb, #phpbb, a.topictitle[href*='viewtopic'], div.post[id^=p] > .inner .postbody,"
    " table.tablebg .postbody, body#phpbb #page-body, a[href*='viewtopic.php?f=']",
    "vbulletin": "html#vbulletin_html, #vbulletin_html, [id^=post_message_], script[src*='vbulletin'],"
    " a[id^=thread_title_],"
    " a[href*='showthread.php?t='].bigusername, li.b-post[data-node-id], li.threadbit",
    "xenforo": "html#XenForo, html#XF, #XF, #XenForo, html[data-app=public][data-template]",
    "smf": "body[id^=action_] #forumposts, script[src*='smf_'], #messageindex, #quickModForm .post_wrapper,"
    " a[href*='index.php?topic='] , script[src*='theme_scripts'], #smfheader",
    "mybb": "a[id^=post_url_], div.post_body[id^=pid_], tr.inline_row, script[src*='jscripts/general.js'],"
    " link[href*='cache/themes'], img[id^=mark_read_]",
    "nodebb": "[component='post'][data-pid], [component='category/topic'], [component='categories/category'],"
    " script[src*='nodebb.min.js']",
    "vanilla": "#Frame .Foot, body#DiscussionsPage, .ItemDiscussion .Message, .ItemComment, li.Item .Discussion,"
    " #vanilla_discussion_index, #vanilla_categories_index",
    "bbpress": "#bbpress-forums, body.bbpress, .bbp-topics, .bbp-replies",
    "invision": "body.ipsApp, [data-ipscontroller], #ipboard_body, #ipbwrapper .post_block, .post_block[id^=post_id_],"
    " table.ipbtable, #ips_, article.ipsComment, article.ipsEntry",
    "woltlab": "body[data-application=wbb], body#tpl_wbb_thread, article.wbbPost, [id^=tpl_wbb_], .wbbThreadPostList",
    "discourse": "#data-discourse-setup, meta[name=discourse_theme_id], meta[name^=discourse], .crawler-post",
    "flarum": "#flarum-content, #flarum-loading, #flarum-json-payload",
    "fluxbb": ".pun, #punwrap, div.blockpost, #brd-wrap",
    "forumotion": "script[src*='illiweb.com'], link[href*='illiweb.com'], img[src*='illiweb.com'], #fa_ticker_block,"
    " #main-content .post--1, a[href*='forumotion'][href*='forum']",
    "askbot": ".post.js-question, body.question-page .post-update-info, script[src*='askbot']",
    "stackexchange": "#question.question[data-questionid], .question-summary[id^=question-summary-], .s-post-summary",
}
_NAMES: Mapping[str, str] = {
    "phpbb": r"phpbb",
    "vbulletin": r"vbulletin",
    "xenforo": r"xenforo|forum software by xenforo|xen\s?foro™",
    "smf": r"simple machines|\bsmf\b|elkarte",
    "mybb": r"\bmybb\b|mybboard",
    "nodebb": r"\bnodebb\b",
    "vanilla": r"vanilla forums|powered by vanilla|higher logic vanilla",
    "bbpress": r"\bbbpress\b",
    "invision": r"invision (?:power board|community|power services)|ip\.board|powered by invision",
    "woltlab": r"woltlab|burning board|forensoftware",
    "discourse": r"\bdiscourse\b",
    "flarum": r"\bflarum\b",
    "fluxbb": r"\b(?:fluxbb|punbb)\b",
    "forumotion": r"forumotion|forumieren|forumactif|foroactivo|forumattivo|illiweb",
    "askbot": r"\baskbot\b",
    "stackexchange": r"stack exchange",
}
_FOOT = 1_500  # characters at the end of a page in which "Powered by ..." stands


def engine_of(root: LexborNode | None) -> str:
    """Return the name of the forum program that made this page, or "" where nothing tells.

    `<meta name=generator>` decides, then the marks of a program, then its name at the foot of the page.
    """
    if root is None:
        return ""
    said = " ".join(
        meta.attributes.get("content") or "" for meta in root.css("meta[name=generator], meta[name=Generator]")
    )
    if told := _named(said.casefold()):
        return told
    marked = {engine: len(root.css(css)) for engine, css in _MARKS.items()}
    seen = [engine for engine, count in marked.items() if count]
    foot = root.text(separator=" ")[-_FOOT:].casefold()
    named = [engine for engine in seen if re.search(_NAMES[engine], foot)]
    if named:
        return named[0]
    return max(seen, key=lambda engine: marked[engine]) if seen else _named(foot, powered=True)


def _named(text: str, *, powered: bool = False) -> str:
    lead = r"(?:powered by|forum software|software|©|by)\W{0,3}(?:\w+\W){0,3}?" if powered else ""
    return next((engine for engine, name in _NAMES.items() if re.search(f"{lead}(?:{name})", text)), "")
