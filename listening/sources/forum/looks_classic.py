"""Where the older forum programs put things: phpBB, vBulletin, SMF, MyBB, FluxBB and Forumotion, look by look."""

from __future__ import annotations

from listening.sources.forum.selectors import Selectors

PHPBB3 = {
    "board_link": "a.forumtitle @href",
    "thread_row": "ul.topics li.row, li.row:has(a.topictitle)",
    "thread_link": "a.topictitle @href",
    "thread_date": "dd.lastpost time @datetime | dd.lastpost",
    "thread_views": "dd.views",
    "next_page": "a[rel=next] @href | .pagination li.next a @href | .pagination li.arrow.next a @href"
    " | .pagination span > strong + span + a @href | .pagination strong + a @href "
    "| .pagination strong + span + a @href",
    "post": "div.post[id^=p]:not([id^=post-id]):has(.content, .post-entry, .entry-content)",
    "post_id": "@data-post-id | @id",
    "author": "p.author .username | p.author .username-coloured | .postprofile .username"
    " | .postprofile .username-coloured | p.author strong | .postprofile dt a | .postprofile-name "
    "| .postprofile dt strong",
    "date": "p.author time @datetime | .author time @datetime | p.author | .topic-date",
    "body": "div.content | .post-entry | .entry-content",
    "title": "h2.topic-title | #page-body h2 | h2 | h1.page-title",
    "permalink": "h3 a[href*='#'] @href | p.author a[href*='#p'] @href",
    "likes": ".likes-count | .thanks_counter",
    "reply_to": "blockquote cite a[data-post-id] @data-post-id | blockquote cite a[href*='#p'] @href",
    "reply_name": "blockquote cite > a:first-child | blockquote cite",
    "skip": ".notice, .attachbox, .inline-attachment",
}
SUBSILVER2 = {
    "board_link": "a.forumlink @href",
    "thread_row": "tr:has(a.topictitle)",
    "thread_link": "a.topictitle @href",
    "thread_date": "td:last-child .topicdetails | td:last-child",
    "next_page": "a[rel=next] @href | td.gensmall b > strong + a @href | .nav strong + a @href"
    " | td.gensmall b strong + a @href",
    "post": "table.tablebg:has(.postbody):has(.postauthor)",
    "post_id": "a[name^=p] @name",
    "author": ".postauthor",
    "date": "td.gensmall div[style*=right] | td.gensmall:has(b)",
    "body": "td:has(> .postbody) | .postbody",
    "title": "a.titles | h2",
    "permalink": "a[href*='#p']:has(img) @href",
    "reply_name": ".quotetitle",
    "skip": ".postbody ~ table, .gensmall",
}
PHPBB2 = {
    "board_link": "a.forumlink @href | span.forumlink a @href",
    "thread_row": "tr:has(a.topictitle)",
    "thread_link": "a.topictitle @href",
    "thread_date": "td:last-child .postdetails | td:last-child",
    "next_page": ".nav b + a @href | span.nav > a:last-of-type @href",
    "post": "tr:has(> td > span.name):has(.postbody), tr.post:has(.postbody):has(.name)",
    "post_id": ".name a[name] @name | a[name] @name",
    "author": ".name b | .name strong | .name",
    "date": "td + td .postdetails | .postdetails",
    "body": "td:has(> .postbody) | div.postbody",
    "title": "a.maintitle | a.cattitle | h1",
    "permalink": "a[href*='viewtopic'][href*='#']:has(img) @href",
    "reply_name": "table .genmed b",
    "skip": ".quote, table:has(.quote), .postbody ~ .gensmall",
}
VB3 = {
    "board_link": "td[id^=f] a[href*=forumdisplay] @href",
    "thread_row": "tr:has(a[id^=thread_title_])",
    "thread_link": "a[id^=thread_title_] @href",
    "thread_date": "td[title*=Repl] .smallfont | td:has(a[href*=lastpost]) .smallfont | .smallfont[style*=right]",
    "next_page": "a[rel=next] @href | .pagenav a[title^='Next Page'] @href",
    "post": ":is(table, section, div, li, article)[id^=post]:has([id^=post_message_])"
    ":not([id^=post_message_]):not([id=posts]):not(:has([id^=post]:is(table, section, li) [id^=post_message_]))",
    "post_id": "@id",
    "author": "a.bigusername | div[id^=postmenu_] > a | div[id^=postmenu_] | .bigusername",
    "date": "[itemprop=dateCreated] | td.thead | .thead .date | .thead",
    "body": "[id^=post_message_]",
    "title": "td.navbar strong | .navbar strong | h1 | title",
    "permalink": "a[id^=postcount] @href",
    "reply_to": "[id^=post_message_] a[href*='#post'] @href",
    "reply_name": "[id^=post_message_] td.alt2 div:has(> a[href*='#post']) strong"
    " | [id^=post_message_] td.alt2 > div:first-child > strong",
    "skip": ".smallfont:has(+ table td.alt2), div:has(> .smallfont + table td.alt2)",
}
VB4 = {
    "board_link": ".forumtitle a @href | h2.forumtitle a @href",
    "thread_row": "li.threadbit",
    "thread_link": "a.title @href | a[id^=thread_title_] @href",
    "thread_date": "dl.threadlastpost dd:last-child | .threadlastpost",
    "thread_views": ".threadstats li:nth-child(2)",
    "next_page": "a[rel=next] @href | .pagination .selected + span a @href",
    "post": "li.postcontainer, li.postbit, li.postbitlegacy",
    "post_id": "@id",
    "author": ".username_container .username strong | .username_container .username | .username",
    "date": ".postdate .date | .postdate | .posthead .date",
    "body": "[id^=post_message_] .postcontent | .postcontent | [id^=post_message_]",
    "title": ".threadtitle | .pagetitle h1",
    "permalink": "a.postcounter @href | a[name^=post] @href",
    "likes": ".vbseo_liked a",
    "reply_to": ".bbcode_quote a[href*='#post'] @href",
    "reply_name": ".bbcode_postedby strong",
    "skip": ".after_content, .vbseo_buttons, .vbseo_liked",
}
VB5 = {
    "board_link": "a.forum-title @href",
    "thread_row": "tr.topic-item, .topic-item",
    "thread_link": "a.topic-title @href",
    "thread_date": ".cell-lastpost .post-date | .lastpost-date | .post-date",
    "thread_views": ".views-count",
    "next_page": "a.js-pagenav-next-button @href | a[rel=next] @href | link[rel=next] @href",
    "post": "li.b-post[data-node-id], li.js-post[data-node-id], li.list-item.post-list-item",
    "post_id": "@data-node-id | @id",
    "author": "[itemprop=author] [itemprop=name] | .b-userinfo__details .author | .author a | .author",
    "date": "time[itemprop=dateCreated] @datetime | .b-post__timestamp time @datetime | .b-post__timestamp",
    "body": ".js-post__content-text | .b-post__content .OLD__post-content-padding | [itemprop=text]",
    "title": "h1.main-title | .b-module h1 | h1",
    "permalink": "a.b-post__count @href | a.js-show-post-link @href",
    "likes": ".votecount | .b-post__likes-count",
    "reply_to": ".bbcode_postedby a[href*='#post'] @href",
    "reply_name": ".bbcode_postedby strong",
    "skip": ".post-signature, .b-post-control",
}
SMF2 = {
    "board_link": "a.subject[name^=b] @href | .info a.subject @href",
    "thread_row": "#messageindex tr:has(td.subject), #topic_container > div:has(.message_index_title)",
    "thread_link": "td.subject span[id^=msg_] a @href | .message_index_title span[id^=msg_] a @href"
    " | .message_index_title a @href",
    "thread_date": "td.lastpost | .lastpost",
    "thread_views": "",
    "next_page": ".pagelinks strong + a @href | .pagelinks .current_page + a @href | link[rel=next] @href",
    "post": "div:is([class*=windowbg], .approvebg, [id^=msg]):has(> .post_wrapper)"
    ", .post_wrapper:not(:is([class*=windowbg],"
    " .approvebg, [id^=msg]) > .post_wrapper)",
    "post_id": ".inner[id^=msg_] @id | .post [id^=msg_] @id | @id",
    "author": ".poster h4 a[title] | .poster h4 a | .poster h4",
    "date": ".postinfo a.smalltext | .postinfo .smalltext | .keyinfo .smalltext | .postinfo | .keyinfo",
    "body": ".post .inner | .inner",
    "title": "#top_subject | #forumposts h3 .catbg | .display_head h2 | #forumposts h3",
    "permalink": ".keyinfo h5 a @href | .postinfo a.smalltext @href",
    "likes": ".smflikebutton + .like_count | .like_count",
    "reply_to": ".quoteheader a[href*='#msg'] @href | blockquote cite a[href*='msg'] @href",
    "reply_name": ".quoteheader .topslice_quote a | blockquote cite",
    "skip": ".moderatorbar, .attachments",
}
SMF1 = {
    "board_link": "td.windowbg2 b a[name^=b] @href | b a[href*='board='] @href",
    "thread_row": "tr:has(td[class^=windowbg] span[id^=msg_])",
    "thread_link": "span[id^=msg_] a @href",
    "thread_date": "td:last-child .smalltext | td:last-child",
    "next_page": ".middletext b + a @href",
    "post": "td[class^=windowbg]:has(div.post):has([id^=subject_]):not(:has(td[class^=windowbg]))",
    "post_id": "[id^=subject_] @id",
    "author": "b a[title] | td > b:first-child",
    "date": "[id^=subject_] ~ .smalltext | td:has(> [id^=subject_]) .smalltext",
    "body": "div.post",
    "title": "#top_subject | td.catbg3 b",
    "permalink": "[id^=subject_] a @href",
    "reply_to": ".quoteheader a[href*='#msg'] @href",
    "reply_name": ".quoteheader",
    "skip": "",
}
MYBB = {
    "board_link": "td[class^=trow] strong > a[href*=forum] @href | td[class^=trow] strong > a[href*=Forum] @href",
    "thread_row": "tr.inline_row",
    "thread_link": "span[id^=tid_] a @href | a[href*=showthread] @href",
    "thread_date": ".lastpost span[title] @title | .lastpost",
    "next_page": "a.pagination_next @href",
    "post": ":is(div, table)[id^=post_]:has(.post_body)",
    "post_id": "@id",
    "author": ".author_information strong a | .author_information strong | .post_author strong a "
    "| .post_author .largetext",
    "date": ".post_head .post_date | .post_date | .post_content > .smalltext",
    "body": ".post_body",
    "title": "td.thead > div > strong | td.thead strong | .thead strong",
    "permalink": "strong a[id^=post_url] @href | .post_head a[href*=pid] @href | a[href*='#pid'] @href",
    "reply_to": "blockquote cite a[href*=pid] @href",
    "reply_name": "blockquote cite",
    "skip": ".post_edit, .edited_post",
}
FLUXBB = {
    "board_link": ".tclcon h3 a @href",
    "thread_row": "#vf tbody tr, #punviewforum .main-item",
    "thread_link": ".tclcon a[href*=viewtopic] @href | h3 a @href",
    "thread_date": ".tcr | .info-lastpost",
    "next_page": "a[rel=next] @href | .pagelink strong + a @href | .paging strong + a @href",
    "post": "div.blockpost[id^=p], div.post[id^=p]:has(.postmsg), div.post:has(.entry-content):has(.post-ident)",
    "post_id": "@id",
    "author": ".postleft dt strong | .postleft dt | .post-byline strong | .username",
    "date": "h2 a[href] | .post-link a | .post-link",
    "body": ".postmsg | .entry-content",
    "title": ".crumbs li:last-child strong | h1.main-title | h1 | .crumbs",
    "permalink": "h2 a @href | .post-link a @href",
    "reply_name": "cite",
    "skip": ".postedit, .postsignature, .sig-content",
}
FORUMOTION = PHPBB3 | {
    "thread_row": "li.row:has(a.topictitle), tr:has(a.topictitle)",
    "post": "div.post[id^=p]:has(.content, .post-entry, .entry-content), tr.post:has(.postbody)",
    "post_id": "@id | .name a[name] @name | a[name] @name",
    "author": "p.author strong | .postprofile-name | .name strong | .username",
    "date": "p.author | .topic-date | .postdetails:lexbor-contains(':')",
    "body": ".post-entry | .entry-content | div.content | div.postbody | .postbody",
    "skip": ".vote, .clear, .fa_like_div",
}

CLASSIC: dict[str, tuple[Selectors, ...]] = {
    "phpbb": (PHPBB3, SUBSILVER2, PHPBB2),
    "vbulletin": (VB4, VB5, VB3),
    "smf": (SMF2, SMF1),
    "mybb": (MYBB,),
    "fluxbb": (FLUXBB,),
    "forumotion": (FORUMOTION, PHPBB2),
}
