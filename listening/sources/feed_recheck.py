"""Looks whether articles that we quote still stand where the feed lists them no more: the deleted are forgotten."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from listening.errors import SourceError
from listening.sources.cursor import whose_turn
from listening.sources.fetch import Fetcher, PageGone
from listening.sources.hosts import HostLeft
from listening.types import Standing

log = logging.getLogger(__name__)


def taken_back(
    addresses: Mapping[str, str], listed: Collection[str], *, fetcher: Fetcher, now: datetime, most: int
) -> Iterator[Standing]:
    """Yield a claim for each quoted article that is not there any more, of the few whose turn it is.

    `addresses` are by the articles' ids; those in `listed` stand in the feed and are not asked for. A page that is
    gone (404, 410) has to be gone on another night too, for some feeds give addresses that never worked well.
    """
    for key in whose_turn([key for key in addresses if key not in listed], now, most):
        try:
            fetcher.get(addresses[key], accept="text/html, */*;q=0.5")
        except PageGone:
            yield Standing(key, frozenset(), sure=False)
        except HostLeft:
            return
        except SourceError as error:
            log.info("an article could not be looked at again: %s", error.id)
