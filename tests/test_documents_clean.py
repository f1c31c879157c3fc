"""What a page, a Markdown text or a mail shows, and the words of its writer in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from listening.documents import clean
from listening.documents.clean import LIMIT, RAW_LIMIT, clean_line, cut
from listening.documents.markup import words_of_html
from listening.types import BodyFormat

PAGES = [
    ("<p>One</p><p>Two</p>", "One\n\nTwo"),
    ("One<br>Two<br/>Three", "One\nTwo\nThree"),
    ("<div>One</div><div>Two</div>", "One\nTwo"),
    ("One<br><br>\nTwo", "One\n\nTwo"),
    ("so it\n  goes <b>on</b> and\ton", "so it goes on and on"),
    ("<ul><li>first</li><li>second <i>bit</i></li></ul>after", "first\nsecond bit\n\nafter"),
    ("see <a href='https://example.org/x'>this page</a>.", "see this page."),
    ("a <img src=x alt='a cat'> picture", "a picture"),
    ("<blockquote>theirs</blockquote><p>mine</p>", "mine"),
    ("before<blockquote>theirs <blockquote>older</blockquote></blockquote>after", "before\nafter"),
    ("<div class='quote'>theirs</div>mine", "mine"),
    ("<div class='bbCodeBlock bbCodeQuote'><aside>theirs</aside></div>mine", "mine"),
    ("<div class='bbCodeBlock bbCodeBlock--quote'>theirs</div>mine", "mine"),
    ("<div class='bbcode_container'><div class='bbcode_quote'>theirs</div></div>mine", "mine"),
    ("<div class='quotetitle'>Kim wrote:</div><div class='quotecontent'>theirs</div>mine", "mine"),
    ("<aside class='quote' data-username='kim'><div>theirs</div></aside><p>mine</p>", "mine"),
    ("<div><div class='smallfont'>Quote:</div><table><tr><td>theirs</td></tr></table></div>mine", "mine"),
    ("<p>mine</p><pre><code>x = 1</code></pre><p>still <code>mine()</code> here</p>", "mine\n\nstill here"),
    ("<p>mine</p><div class='signature'>-- the best</div>", "mine"),
    ("<p>mine</p><span class='post-signature'>K.</span>", "mine"),
    ("<p>mine</p><p>Sent from my phone</p>", "mine"),
    ("<p>&gt; theirs</p><p>mine</p>", "mine"),
    ("<script>alert(1)</script><style>p{}</style>mine", "mine"),
    ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
    ("5 &lt; 6 &amp; 7 &gt; 6", "5 < 6 & 7 > 6"),
    ("<p>unclosed <b>bold", "unclosed bold"),
    ("<!-- note -->mine", "mine"),
    ("<html><head><title>T</title></head><body class='quote'><p>mine</p></body></html>", "mine"),
    ("", ""),
]

MARKDOWNS = [
    ("> theirs\n\nmine", "mine"),
    ("Kim wrote:\n\n> theirs\n> more\n\nmine", "mine"),
    ("mine\n\n```python\nx = 1\n```\n\nstill mine", "mine\n\nstill mine"),
    ("mine\n~~~\nx\n~~~", "mine"),
    ("mine\n```\nnever closed", "mine\nnever closed"),
    ("mine\n\n    x = 1\n\n    y = 2\n\nstill", "mine\n\nstill"),
    ("run `rm x` twice", "run twice"),
    ("see [this page](https://example.org/a_(b)) or [that][1]\n\n[1]: https://example.org", "see this page or that"),
    ("![a cat](cat.png)so", "so"),
    ("# Head\n\n* one\n* two\n- three", "Head\n\none\ntwo\nthree"),
    ("**really** *so* _bad_ ~~not~~ snake_case_name 2*3*4", "really so bad not snake_case_name 2*3*4"),
    ("&gt; theirs\n\nmine &amp; yours", "mine & yours"),
    (">!hidden!< words", "hidden words"),
    ("1\\. not a list", "1. not a list"),
]

TEXTS = [
    ("> theirs\nmine", "mine"),
    (">> older\n> theirs\n\nmine\n> again\nand mine", "mine\nand mine"),
    ("On Monday Kim wrote:\n> theirs\nmine", "mine"),
    ("mine\n-- \nKim, sales", "mine"),
    ("--\nnot a signature", "not a signature"),
    ("mine\n\nSent from my Fon 7", "mine"),
    (">50% of us, >:( and\n-> this", ">50% of us, >:( and\n-> this"),
    ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
    ("a\n\n\n\n\nb  c\t d", "a\n\nb c d"),
    ("pa\u200bin\u00adful \u202ewords\ufeff", "painful words"),
    ("nul\0 and \ud83d alone", "nul and alone"),
    ("cafe\u0301", "caf\u00e9"),
    ("<b>not</b> &amp; HTML *here*", "<b>not</b> &amp; HTML *here*"),
]


@pytest.mark.parametrize(
    ("form", "body", "words"),
    [
        *((BodyFormat.HTML, *case) for case in PAGES),
        *((BodyFormat.MARKDOWN, *case) for case in MARKDOWNS),
        *((BodyFormat.TEXT, *case) for case in TEXTS),
    ],
)
def test_only_the_writers_words_are_kept(form: BodyFormat, body: str, words: str) -> None:
    assert clean(body, form) == (words, False)
    assert clean(words, BodyFormat.TEXT) == (words, False)


@pytest.mark.parametrize("form", BodyFormat)
def test_a_long_post_is_cut_at_a_space_and_says_so(form: BodyFormat) -> None:
    text, truncated = clean("seven7 " * (LIMIT // 5), form)
    assert truncated
    assert LIMIT - 10 < len(text) <= LIMIT
    assert text.endswith("seven7")


def test_one_word_without_a_space_is_cut_all_the_same() -> None:
    assert clean("x" * 2 * LIMIT, BodyFormat.TEXT) == ("x" * LIMIT, True)
    assert cut("ab cd", 4) == "ab"


def test_what_lies_behind_the_raw_limit_is_not_read() -> None:
    assert clean("<i></i>" * (RAW_LIMIT // 7 + 1) + "late", BodyFormat.HTML) == ("", True)


def test_quotes_nested_deeper_than_any_stack_leave_the_answer() -> None:
    deep = "<blockquote>" * 50_000 + "theirs" + "</blockquote>" * 50_000 + "<p>mine</p>"
    assert clean(deep, BodyFormat.HTML) == ("mine", False)


def test_words_nested_deeper_than_the_parser_likes_are_kept() -> None:
    assert clean("<div>" * 5_000 + "mine" + "</div>" * 5_000, BodyFormat.HTML) == ("mine", False)


def test_a_title_is_one_visible_line() -> None:
    assert clean_line(" The&nbsp;bill \n never\u200b comes &amp; goes ") == "The bill never comes & goes"


PIECES = "<br>|<br/>|<br />|&amp;|&lt;|&nbsp;|&quot;|lt;| |  |\n|\t|\r|\0|a|word |\u2028|\xa0|\xe9|\x0b|\ud800|>"


@given(some.lists(some.sampled_from(PIECES.split("|")), max_size=12).map("".join))
def test_words_and_line_breaks_alone_are_read_as_any_page_is(source: str) -> None:
    assert words_of_html(f"<div>{source}</div>") == words_of_html(f"<div>{source}<i></i></div>")


@pytest.mark.parametrize("sign", [chr(code) for code in range(128)])
def test_a_sign_of_ascii_comes_out_as_it_does_beside_other_letters(sign: str) -> None:
    alone, beside = (clean(f"a{sign}b{letter}", BodyFormat.TEXT)[0] for letter in ("", "\u00e9"))
    assert alone == beside.removesuffix("\u00e9")
