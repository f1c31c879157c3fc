"""Pages whose posts are no elements, show no date, or tell their names to those who hear a page only."""

from __future__ import annotations

import pytest
from fresh_world import read
from test_sources_forum_fresh import POST, ROWS, SAID, filled, told, words

LINES = {
    "a log in elements": "<font>[2026-05-0{1} 10:00]</font> <b>&lt;{0}&gt;</b> {2}<br>",
    "a log without any": "[2026-05-0{1} 10:00] &lt;{0}&gt; {2}<br>",
    "a name, a town, a date": "<b>{0}</b>, Leeds, {1} May 2026, 10:00<br>{2}<br><br>",
    "a date, then a name": "<i>{1} May 2026, 10:00</i> <b>{0}</b><br>{2}<br><hr>",
    "a name behind the text": "{2}<br>-- {0}, {1} May 2026 10:00<br><br>",
    "a line over paragraphs": 'Posted by <a href="mailto:{0}">{0}</a> on May {1}, 2026 at 10:00:00:<p>{2}<hr>',
}


@pytest.mark.parametrize("line", LINES.values(), ids=list(LINES))
def test_lines_of_a_flat_page_are_posts(line: str) -> None:
    assert told(f"<body><h1>T</h1><div>{filled(line)}</div></body>") == SAID


def test_a_preformatted_log_is_read_by_its_lines() -> None:
    log = filled("[2026-05-0{1} 10:00] &lt;{0}&gt; {2}\n")
    assert told(f"<body><h1>T</h1><pre>{log}</pre></body>") == SAID


def test_a_flat_page_may_hold_one_post() -> None:
    line = "<b>{0}</b>, {1} May 2026, 10:00<br>{2} It drips all night, and nobody knows what to do about it.<br><br>"
    [post] = read(f"<body><h1>T</h1><div>{line.format(*ROWS[0])} So I ask you: what did you do?<br></div></body>")
    assert post.author == ROWS[0][0]


SIGNED = "<blockquote><p>{2} I would not buy it again.</p><cite>{0}, Leeds</cite></blockquote>"
LETTER = "<div><div>{2} I would not buy it again.</div><div><b>{0}</b>, Leeds</div></div>"


@pytest.mark.parametrize("signed", [SIGNED, LETTER])
def test_signed_texts_are_posts_where_a_page_shows_no_date(signed: str) -> None:
    found = read(f"<body><h1>What they say</h1><div>{filled(signed)}</div></body>")
    assert [(post.author, post.created_at) for post in found] == [(author, None) for author, _ in SAID]
    assert all(words(post).startswith(said) for post, (_, said) in zip(found, SAID, strict=True))


@pytest.mark.parametrize(
    "page",
    [
        f"<p>{'This is what the maker says of it, and it is much. ' * 20}</p>{filled(SIGNED)}",
        filled(SIGNED.replace("{0}", "Ann")),
        filled("<div><b>{0}</b><p>{2} I would not buy it again.</p></div>"),
    ],
    ids=["beside much else", "all by one", "unsigned"],
)
def test_what_may_be_no_posts_is_none_where_a_page_shows_no_date(page: str) -> None:
    assert read(f"<body><h1>T</h1><div>{page}</div></body>") == ()


@pytest.mark.parametrize(
    "picture",
    ['<img alt="Photo of {0}">', '<a href="/x/{1}" title="{0}"><img></a>', '<i aria-label="By {0} here"></i>'],
)
def test_a_name_may_be_told_by_a_picture_alone(picture: str) -> None:
    post = POST.replace('<b class="author">{0}</b>', picture)
    page = f"<h1>T</h1>{filled(post)}"
    assert told(page) == SAID


def test_values_behind_labels_are_no_words_of_a_post() -> None:
    post = "<dl><dt>Name:</dt><dd>{0}</dd><dt>Town:</dt><dd>Leeds</dd><dt>Date:</dt><dd>{1} May 2026 10:00</dd>"
    assert told(f"<h1>T</h1><div>{filled(f'{post}<dt>Text:</dt><dd>{{2}}</dd></dl>')}</div>") == SAID


def test_a_date_that_a_post_shows_twice_is_no_word_of_it() -> None:
    post = '<div class="p" id="p{1}"><b class="author">{0}</b><i>{1} May 2026 10:00</i><div class="box">%s</div></div>'
    body = '<div class="small">{1} May 2026 10:00</div><div class="said">{2}</div>'
    assert told(f"<h1>T</h1>{filled(post % body)}") == SAID


def test_the_article_over_comments_is_no_post() -> None:
    article = (
        '<div class="entry"><p>The box of the maker loses its line each evening, and nobody can tell why that is so, '
        'nor when it will end.</p><b class="author">Zed Quill</b> <time>1 May 2026 08:00</time></div>'
    )
    assert told(f"<h1>T</h1>{article}<div>{filled(POST)}</div>") == SAID


def test_two_parts_of_what_one_wrote_at_one_time_are_one_post() -> None:
    head = '<b class="author">Ann</b> <time>3 May 2026 10:00</time>'
    said = "It drips all night, and nobody of those whom I called knows what to do about it, nor where to ask."
    parts = f'<div class="l">{head}<p>{said}</p></div><div class="l">{head} Fold and unfold</div>'
    assert len(read(f'<h1>T</h1><div class="q">{parts}</div>')) == 1


def test_a_heading_with_a_count_is_no_name() -> None:
    said = "It drips all night, and nobody of those whom I called knows what to do about it, nor where to ask."
    post = f'<div id="c7"><div>Ann<i>·</i><i>3 May 2026 10:00</i></div><div>{said}</div></div>'
    assert told(f"<h1>T</h1><div><h2>Comments (1)</h2>{post}</div>") == [("Ann", said)]
