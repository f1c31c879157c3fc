"""Classic forums by their pages: a page of any program comes in as bytes, and its posts or threads go out as values.

The way of a page, and where to look:

1. `source` is the kind of source: it asks for boards and threads night by night and hands each page on.
2. `pages` reads one page; it is pure. It tries, in this order, what knows most:
   - `engines`, with `looks_classic` and `looks_modern`: the programs that we know, as tables of selectors (`selectors`
     is their small language). By them `posts` reads posts, `lists` threads and boards; `words` drops quotes.
   - `schema`: what the page tells machines by schema.org.
   - `blocks`: what repeats on a page of unknown make (see 3); `lone` where only one post stands there, with or without
     its only answer.
3. `blocks` takes what `survey` found: where dates (`date_attributes`), names (`names`, `labels`) and words stand, each
   by its kind of place (`kinds`), without related threads and the like (`beside`). Posts may be elements that are alike
   (`block_groups`), several elements side by side (`runs`), lines of a flat page (`loose`) or mails (`mails`); of
   several such groups `block_choice` takes one. `block_shape` is one such block; the other `block_` files find in it
   the name (`block_names`, `block_told`), the words (`block_bodies`), what is nobody's words (`block_aside`,
   `block_lines`, `block_echoes`) and whom it answers (`block_replies`), and on the page what stands twice
   (`block_twice`) or above all (`block_opening`); `block_posts` makes posts of them.
4. `links` finds the next page; `urls` gives a page, a thread and a post one name each.
"""
