"""The night, in order: crawl, recheck, clean, read, cluster, watch, mind, tell. The only room that knows it.

    crawl    sources --Post--> documents          each batch kept with its cursor, people redacted before
    recheck  documents of Reddit --> gone          where they were deleted there
    clean    documents kept -> copies known
    read     documents clean --Signal-->          one forward pass a passage
    reread   documents of an older model          some a night; pain points keep their members
    cluster  pains without a place --> pain points that last, or wait for a second person
    watch    pain points --Emergence-->           against their own past and what we could see
    mind     goals --> how they stand
    tell     emergences --Alert--> owners         with what is due; queued once, claimed, sent, marked
    write back  pain points --> other programs, tickets; and how those stand comes home

Where there are several journey maps, all from clean to tell is done for each in turn, on what its sources brought.
Each verb takes from the store what is left to do, hands it to a pure step and writes the answer. Run it twice and
nothing changes; kill it midway, run it again, and the end is the same.
"""

from listening.pipeline.adding import Addition, add_source, look_at
from listening.pipeline.caring import examine_sources, ill_tonight
from listening.pipeline.clustering import Clustered, cluster
from listening.pipeline.comparing import Compared, compare, review_period, told_in
from listening.pipeline.crawling import Imported, Look, bring_in, crawl, look, preview
from listening.pipeline.forgetting import Rechecked, last_recheck, recheck
from listening.pipeline.maps import each_map, with_map
from listening.pipeline.measuring import measure_nights, measure_points
from listening.pipeline.minding import mind
from listening.pipeline.nights import (
    STEPS,
    Ended,
    begin_night,
    end_night,
    give_back,
    last_lived,
    night_of,
    step,
    trouble,
)
from listening.pipeline.owning import heard_by, ids_of, owner_of
from listening.pipeline.reading import clean, read, reread
from listening.pipeline.reporting import make_report
from listening.pipeline.schedule import next_night
from listening.pipeline.sending import Told, send_waiting
from listening.pipeline.telling import tell, tell_week
from listening.pipeline.watching import judge_fixes, watch
from listening.pipeline.write_back import WrittenBack, order_ticket, write_back, write_out

__all__ = [
    "STEPS",
    "Addition",
    "Clustered",
    "Compared",
    "Ended",
    "Imported",
    "Look",
    "Rechecked",
    "Told",
    "WrittenBack",
    "add_source",
    "begin_night",
    "bring_in",
    "clean",
    "cluster",
    "compare",
    "crawl",
    "each_map",
    "end_night",
    "examine_sources",
    "give_back",
    "heard_by",
    "ids_of",
    "ill_tonight",
    "judge_fixes",
    "last_lived",
    "last_recheck",
    "look",
    "look_at",
    "make_report",
    "measure_nights",
    "measure_points",
    "mind",
    "next_night",
    "night_of",
    "order_ticket",
    "owner_of",
    "preview",
    "read",
    "recheck",
    "reread",
    "review_period",
    "send_waiting",
    "step",
    "tell",
    "tell_week",
    "told_in",
    "trouble",
    "watch",
    "with_map",
    "write_back",
    "write_out",
]
