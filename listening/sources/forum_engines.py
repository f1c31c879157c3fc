"""Where the usual forum programs put things on a page: presets, so that an owner need not write selectors.

A selector is CSS, then `@name` for an attribute's value instead of the text; `|` parts alternatives in order; no CSS
means the element itself. Each engine lists its looks, most usual first; the first that finds anything is used.
"""

from __future__ import annotations

from collections.abc import Mapping

Selectors = Mapping[str, str]

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
    "likes": "In a post: how many like it",
    "reply_to": "In a post: the number of the post that it answers",
    "skip": "In a body: what is none of the author's words here and now, such as signatures",
}

_PHPBB = {
    "board_link": "a.forumtitle @href",
    "thread_row": "ul.topics li.row, li.row:has(a.topictitle)",
    "thread_link": "a.topictitle @href",
    "thread_date": "dd.lastpost time @datetime | dd.lastpost",
    "thread_views": "dd.views",
    "next_page": "a[rel=next] @href | .pagination li.next a @href | .pagination span > strong + span + a @href",
    "post": "div.post[id^=p]",
    "post_id": "@data-post-id | @id",
    "author": ".postbody p.author .username | .postbody p.author .username-coloured | .postprofile .username"
    " | p.author strong a | .postprofile dt a | p.author strong",
    "date": "p.author time @datetime | p.author",
    "body": "div.content",
    "title": "h2.topic-title | #page-body h2 | h2",
    "likes": ".likes-count",
    "reply_to": "blockquote cite a[data-post-id] @data-post-id | blockquote cite a[href*='#p'] @href",
    "skip": ".signature, .notice",
}
_SUBSILVER = {
    "board_link": "a.forumlink @href",
    "thread_row": "tr:has(a.topictitle)",
    "thread_link": "a.topictitle @href",
    "thread_date": "td:last-child .topicdetails | td:last-child",
    "next_page": "a[rel=next] @href | td.gensmall b > strong + a @href | .nav strong + a @href",
    "post": "table.tablebg:has(.postbody):has(.postauthor)",
    "post_id": "a[name^=p] @name",
    "author": ".postauthor",
    "date": "td.gensmall div[style*=right] | td.gensmall:has(b)",
    "body": ".postbody",
    "title": "h2 | a.titles",
    "skip": ".signature",
}
_VB3 = {
    "board_link": "td[id^=f] a[href*=forumdisplay] @href",
    "thread_row": "tr:has(a[id^=thread_title_])",
    "thread_link": "a[id^=thread_title_] @href",
    "thread_date": "td[title*=Repl] .smallfont | td:has(a[href*=lastpost]) .smallfont | .smallfont[style*=right]",
    "next_page": "a[rel=next] @href | .pagenav a[title^='Next Page'] @href",
    "post": "table[id^=post]:has(div[id^=post_message_])",
    "post_id": "@id",
    "author": "a.bigusername | div[id^=postmenu_]",
    "date": "td.thead",
    "body": "div[id^=post_message_]",
    "title": "td.navbar strong | .navbar strong | title",
    "reply_to": "div[id^=post_message_] a[href*='#post'] @href",
    "skip": ".signature",
}
_VB4 = {
    "board_link": ".forumtitle a @href | h2.forumtitle a @href",
    "thread_row": "li.threadbit",
    "thread_link": "a.title @href | a[id^=thread_title_] @href",
    "thread_date": "dl.threadlastpost dd:last-child | .threadlastpost",
    "thread_views": ".threadstats li:nth-child(2)",
    "next_page": "a[rel=next] @href",
    "post": "li.postcontainer, li.postbit, li.postbitlegacy",
    "post_id": "@id",
    "author": ".username_container .username | .username",
    "date": ".postdate .date | .postdate",
    "body": ".postcontent | div[id^=post_message_]",
    "title": ".threadtitle | .pagetitle h1",
    "reply_to": ".bbcode_quote a[href*='#post'] @href",
    "skip": ".signature, .after_content",
}
_XF1 = {
    "board_link": ".nodeTitle a @href",
    "thread_row": "li.discussionListItem",
    "thread_link": "h3.title a.PreviewTooltip @href | h3.title a:last-child @href",
    "thread_date": ".lastPost .dateTime @data-time | .lastPost .DateTime @data-time | .lastPost .DateTime @title"
    " | .lastPost .DateTime | .lastPost",
    "thread_views": ".stats .minor dd",
    "next_page": "link[rel=next] @href | .PageNav a.text:lexbor-contains('Next') @href"
    " | .PageNav a.currentPage + a @href",
    "post": "li.message[id^=post-]",
    "post_id": "@id",
    "author": "@data-author | .messageUserBlock .username",
    "date": ".messageMeta .DateTime @data-time | .messageMeta .DateTime @title | .messageMeta .DateTime",
    "body": ".messageText",
    "title": ".titleBar h1 | h1",
    "likes": ".LikeText",
    "reply_to": ".AttributionLink @href",
    "skip": ".signature, .messageTextEndMarker, svg",
}
_XF2 = {
    "board_link": ".node-title a @href",
    "thread_row": "div.structItem--thread",
    "thread_link": ".structItem-title a[data-tp-primary] @href | .structItem-title a:last-child @href",
    "thread_date": ".structItem-cell--latest time @datetime",
    "thread_views": ".structItem-cell--meta dl:last-child dd",
    "next_page": "a.pageNav-jump--next @href | link[rel=next] @href",
    "post": "article.message--post",
    "post_id": "@data-content | @id",
    "author": "@data-author | .message-name",
    "date": ".message-attribution time @datetime | time @datetime",
    "body": ".message-body .bbWrapper | .message-body",
    "title": "h1.p-title-value",
    "reply_to": ".bbCodeBlock-sourceJump @href",
    "skip": ".signature",
}

ENGINES: Mapping[str, tuple[Selectors, ...]] = {
    "phpbb": (_PHPBB, _SUBSILVER),
    "vbulletin": (_VB4, _VB3),
    "xenforo": (_XF2, _XF1),
}

# How these engines show dates where the page has no machine-readable one.
DATE_FORMATS: Mapping[str, tuple[str, ...]] = {
    "phpbb": (
        "%a %b %d, %Y %I:%M %p",
        "%a %d. %b %Y, %H:%M",
        "%a %d %b %Y %H:%M",
        "%d %b %Y, %H:%M",
        "%b %d, %Y %I:%M %p",
        "%d %b %Y %H:%M",
        "%d.%m.%Y, %H:%M",
    ),
    "vbulletin": (
        "%m-%d-%Y, %I:%M %p",
        "%m-%d-%Y %I:%M %p",
        "%Y-%m-%d, %H:%M",
        "%d.%m.%Y, %H:%M",
        "%d-%m-%Y, %H:%M",
        "%b %d, %Y, %I:%M %p",
        "%d %b %Y, %H:%M",
        "%m/%d/%Y %I:%M %p",
    ),
    "xenforo": ("%b %d, %Y at %I:%M %p", "%d %b %Y at %H:%M", "%b %d, %Y", "%d %b %Y"),
}
ANY_FORMAT = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d, %H:%M", "%d %b %Y, %H:%M", "%b %d, %Y, %I:%M %p")
