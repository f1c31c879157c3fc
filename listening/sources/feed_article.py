"""Finds the article on a blog's page: its own text, without menus, comments and advertisements."""

from __future__ import annotations

from listening.sources.feed_charset import decode


def main_text(body: bytes, content_type: str, url: str) -> str:
    """Return the article of a page as HTML; "" where none is found. Runs in the child process."""
    import trafilatura  # noqa: PLC0415 -- takes a second to load, and most feeds need it never

    page = decode(body, content_type)
    found = trafilatura.extract(page, url=url, output_format="html", include_comments=False, include_links=False)
    return found or ""
