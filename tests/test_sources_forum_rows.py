"""Lists of threads of boards of unknown make: each thread once, with its last post's date; no row is a post."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from listening.sources.forum.pages import Reading, read_page

HOW = Reading((), (), datetime(2026, 7, 1, tzinfo=UTC))
TITLES = ("Hinge broke after two weeks", "How do I return it", "Parcel lost again", "Colour comes off")
DATES = ("2026-05-04 08:07", "2026-05-12 08:07", "2026-05-14 08:07", "2026-06-14 08:07")
ROWS = {
    "discuz": (
        '<table id="threadlisttableid">{}</table>',
        (
            '<tbody id="normalthread_{n}"><tr><th><a href="thread-{n}1-1-1.html" class="s xst">{title}</a></th>'
            '<td class="by"><cite><a href="space-uid-{n}.html">ann</a></cite><em><span>2026-1-2</span></em></td>'
            '<td class="num"><a href="thread-{n}1-1-1.html">12</a><em>340</em></td><td class="by"><cite>'
            '<a href="space-uid-9.html">bob</a></cite><em><a href="forum.php?tid={n}1&amp;goto=lastpost">{date}</a>'
            "</em></td></tr></tbody>"
        ),
    ),
    "wpforo": (
        '<div class="wpforo-topics">{}</div>',
        (
            '<div class="topic-wrap"><div class="wpforo-topic-title"><a href="/community/main/t-{n}/">{title}</a></div>'
            '<div class="wpforo-topic-info">by <a href="/profile/ann">ann</a></div>'
            '<div class="wpforo-topic-stat-posts">12</div><div class="wpforo-topic-last"><a href="/profile/bob">bob</a>'
            '<span title="{date}">{date}</span></div></div>'
        ),
    ),
    "plain table": (
        "<table border=1><tr><th>Topic</th><th>Replies</th><th>Last post</th></tr>{}</table>",
        '<tr><td><a href="show.cgi?n=1{n}">{title}</a></td><td>12</td><td>{date}</td></tr>',
    ),
    "hashed classes": (
        "<main>{}</main>",
        (
            '<div class="css-1"><a href="/d/{n}7-t" class="c2">{title}</a><span class="css-3"><a href="/u/a">ann</a> '
            'replied <time datetime="{date}">2mo</time></span><span class="css-4">12</span></div>'
        ),
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_are_threads(name: str) -> None:
    frame, row = ROWS[name]
    rows = (row.format(n=n, title=title, date=date) for n, (title, date) in enumerate(zip(TITLES, DATES, strict=True)))
    page = f"<html><body><h1>Board</h1>{frame.format(''.join(rows))}</body></html>"
    found = read_page(page.encode(), "https://f.example/forum/3", "text/html; charset=utf-8", HOW)
    assert found.posts == ()
    assert [thread.title for thread in found.threads] == list(TITLES)
    assert [thread.activity and thread.activity.strftime("%Y-%m-%d %H:%M") for thread in found.threads] == list(DATES)
