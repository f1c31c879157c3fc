"""The night, in order: crawl, clean, read, cluster, watch, tell. The only room that knows it.

    crawl    sources --Post--> documents          each batch kept with its cursor, people redacted before
    clean    documents kept -> copies known
    read     documents clean --Signal-->          one forward pass a passage
    cluster  pains without a place --> pain points that last, or wait for a second person
    watch    pain points --Emergence-->           against their own past and what we could see
    tell     emergences --Alert--> owners         queued once, claimed, sent, marked

Each verb takes from the store what is left to do, hands it to a pure step and writes the answer. Run it twice and
nothing changes; kill it midway, run it again, and the end is the same.
"""

from listening.pipeline.clustering import Clustered, cluster
from listening.pipeline.crawling import Imported, bring_in, crawl, preview
from listening.pipeline.nights import Ended, begin_night, end_night, give_back, night_of
from listening.pipeline.reading import clean, read
from listening.pipeline.reporting import make_report
from listening.pipeline.telling import Told, tell, tell_week
from listening.pipeline.watching import watch

__all__ = [
    "Clustered",
    "Ended",
    "Imported",
    "Told",
    "begin_night",
    "bring_in",
    "clean",
    "cluster",
    "crawl",
    "end_night",
    "give_back",
    "make_report",
    "night_of",
    "preview",
    "read",
    "tell",
    "tell_week",
    "watch",
]
