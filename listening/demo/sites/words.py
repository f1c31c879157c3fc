"""Turns what people of the demo world typed into the HTML that their sites would show."""

from __future__ import annotations

from html import escape


def split_quote(text: str) -> tuple[str, str]:
    """Return the quoted first line ("> ...") and what the author wrote below it; "" where nothing is quoted."""
    if not text.startswith(">"):
        return "", text
    first, _, rest = text.partition("\n")
    return first[1:].strip(), rest.strip()


def paragraphs(text: str) -> str:
    """Return plain text as HTML paragraphs, with line breaks kept."""
    return "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in text.split("\n\n") if part.strip())


def page(title: str, body: str, head: str = "") -> str:
    """Return a whole HTML page."""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>{head}</head>'
        f"<body>{body}</body></html>"
    )
