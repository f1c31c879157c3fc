"""Words at which a clause begins, goes on and ends: closed classes of English, and set turns of phrase.

Lists are kept as text to be read. All in lower case with straight apostrophes.
"""

from __future__ import annotations

import re

JOINS = frozenset(
    """and but or so then also plus because cause cos though although while whereas meanwhile otherwise anyway
    anyways besides however luckily sadly seemingly apparently unfortunately basically actually honestly
    possibly maybe well yes yeah yep ok okay oh wow hi hello hey howdy hmm lol omg ugh um sorry please yet
    secondly firstly lastly finally furthermore moreover additionally nevertheless therefore hence thus
    overall obviously seriously literally meaning rt""".split()  # noqa: SIM905 -- a list to read
)
"""What joins a clause to the one before it, or to the listener: the clause begins behind it."""

TURNS = frozenset(
    """but because cause cos so although though while whereas when whenever if unless until till since then
    which who""".split()  # noqa: SIM905 -- the same
)
"""What ends a clause by opening another one."""

HANGS = frozenset(
    """when whenever if unless until till since while after before once as although though whereas""".split()  # noqa: SIM905 -- the same
)
"""What opens a clause that only another one completes."""

SUBJECTS = frozenset(
    """i i'm i've i'd i'll we we're we've we'd we'll you you're you've you'd you'll they they're they've they'd
    they'll he he's she she's it it's there there's nobody everyone everybody someone nothing everything""".split()  # noqa: SIM905 -- the same
)
DETERMINERS = frozenset(
    """a an the my our your his her their its this these that those no every all""".split()  # noqa: SIM905 -- the same
)
NEGATIONS = frozenset(
    """no not never nothing nobody nowhere none cannot can't cant won't wont don't dont doesn't doesnt didn't
    didnt isn't isnt aren't wasn't weren't couldn't wouldn't shouldn't haven't hasn't hadn't n't unable
    without""".split()  # noqa: SIM905 -- the same
)
STARTING = frozenset(
    """no never nothing nobody cannot can't cant won't wont""".split()  # noqa: SIM905 -- the same
)
"""Those that begin a clause without a subject."""

SAYING = frozenset(
    """that says said say tells told saying""".split()  # noqa: SIM905 -- the same
)
"""Behind which stands what is said."""

LEANS = frozenset(
    """it it's its he he's she she's they they're they've they'd they'll them him her their that's""".split()  # noqa: SIM905 -- the same
)
"""A subject that was named before."""

POINTS = frozenset(
    """this that these those there here""".split()  # noqa: SIM905 -- the same
)
AUXILIARIES = frozenset(
    """am is are was were be been has have had do does did can could will would shall should may might must
    gets got keeps kept goes went makes made takes took says said needs wants seems looks feels comes came
    gives gave""".split()  # noqa: SIM905 -- the same
)
ASKS = frozenset(
    """am is are was were has have had do does did can could will would shall should may might""".split()  # noqa: SIM905 -- the same
)
WHY = frozenset(
    """how why where what when which who whose""".split()  # noqa: SIM905 -- the same
)

PREPOSITIONS = frozenset(
    """about above across after against along around at before behind below beneath beside between beyond by
    despite during except for from in inside into near off on onto out outside over past per through
    throughout toward towards under until up upon via with within without""".split()  # noqa: SIM905 -- the same
)
CUTS = PREPOSITIONS - frozenset("about by into off onto out over past per through up upon without".split())  # noqa: SIM905 -- the same
"""Behind what stands before one of these a clause can end, where more than a particle follows ("log in")."""

NO_EDGE = frozenset(
    """a an and are as at be been but by for from had has have he her his i if in into is it its just like me
    my no nor of on or our she so than that the their them then there these they this those to too very was
    we were when where which who whose will with would you your i'm i've i'd i'll we're we've we'll you're
    you've it's that's they're the am us""".split()  # noqa: SIM905 -- the same
)
"""Neither the first nor the last word of a scrap."""

NO_START = PREPOSITIONS | frozenset(
    """since due aware mind latter former only responsible n't ago etc else too much either same such being able
    himself herself itself themselves themself myself yourself itself than whereas whose away""".split()  # noqa: SIM905 -- the same
)
NO_END = frozenset(
    """could can should may might must shall do does did don't doesn't didn't isn't aren't wasn't weren't can't
    won't couldn't wouldn't haven't hasn't n't cannot say says said get gets got make makes made makin need
    needs want wants wanted wanna gonna let lets tell tells told telling give gives gave giving out about
    over until before after since via per every each any some one's another more most less much many quite
    because cause cos whether while through without even only never getting trying tried tries try going
    being towards toward able unable supposed allowed forced due based such both either neither his her
    their our what why how until unless although though really almost nearly already always also still yet
    however except during between within including include includes seems seem seemed became become becomes
    keep keeps kept according rather instead whose unless onto upon against among refused refuses failed
    fails decided managed ended having did's absolutely extremely completely totally i.e e.g etc feel feels
    felt asks asked asking find finds found think thinks thought know believe hope guess regarding
    concerning especially not recognize recognise understand explain determine remember""".split()  # noqa: SIM905 -- the same
)
"""Behind which more must come, together with `NO_EDGE`."""

MAY_END = frozenset(
    """it me us you them that this these those there then still yet already always either out over through before
    more less much one another any in on too very so""".split()  # noqa: SIM905 -- the same
)
"""What ends a whole clause well ("nobody told me", "the battery ran out") but no cut one."""

_KNOW = (
    "(?:know|think|guess|feel|believe|suppose|assume|understand|hope|swear|mean|see|notice|noticed|find|found|heard|"
    "realise|realised|realize|realized)"
)
FRAME = re.compile(
    r"(?:"
    rf"(?:i|we)(?:'m| am| do| just| really| also| still| only| would| have){{0,2}} {_KNOW}(?: like| out| that)?"
    r"|(?:i'm|i am|we are|just|was|i was|i'd like|i would like|i want|i need|would like|want|need)"
    r"(?: just)? (?:wondering|to know|curious|asking)"
    r"|(?:does|do|has|have|is|can|could|would|will) (?:anyone|anybody|someone|somebody|you|any one)"
    r"(?: else| here| guys)?(?: please)?"
    r"(?: know| tell me| help me| explain| explain to me| let me know| advise)(?: me)?"
    r"|(?:please )?(?:tell me|let me know|explain|help me understand)"
    r"|that"
    r"|it (?:seems|looks|appears|feels)(?: like| as if| that| as though)?"
    r"|(?:the |my |our |one |another )?(?:only |main |biggest |other |big |real )?"
    r"(?:problem|issue|complaint|trouble|thing|downside|drawback|gripe|con)"
    r"(?: i have| i had| here)? (?:is|was)(?: that)?"
    r")(?= |$)"
)
"""What only introduces what somebody says ("I noticed that ...", "Does anyone know ...")."""

OPEN_FRAMES = ("that", "is", "was", "like", "think", "guess", "believe")
"""How those end that also introduce a thing ("I think the key is bent")."""

MANNERS = re.compile(
    r"\b(?:thanks|thank you|thank u|thx|cheers|in advance|kind regards|best regards|appreciated|appreciate it|hello|hi|"
    r"good (?:morning|evening|afternoon|luck)|dear|any (?:help|advice|ideas?|suggestions?|thoughts|tips|input)|help me|"
    r"please (?:help|advise|reply|respond|follow|dm|contact|call)|let me know|edit|tl ?dr|sorry (?:for|if)|"
    r"first time poster|long time lurker|congrats|congratulations|looking forward|follow me|dm me|dm you|dmed|"
    r"click here|read more|happy to)\b"
)
"""What is said for manners' sake or about the post itself."""

PRAISE = frozenset(
    """thanks thank thankful love loved loves loving great greatest awesome amazing excellent perfect perfectly
    fantastic wonderful superb brilliant best nice nicely happy glad pleased helpful friendly enjoy enjoyed
    enjoying kudos impressed recommend recommended beautiful good comfortable easy cool fun favourite
    favorite delicious pleasant flawless flawlessly resolved congrats smooth smoothly reliable worth wow""".split()  # noqa: SIM905 -- the same
)
