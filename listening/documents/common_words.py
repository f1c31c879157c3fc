"""The words that people use as handles and that mean themselves nearly everywhere else."""

from __future__ import annotations

# What a site shows in place of a name, what a role is called, and capitalised words that are hardly ever a person.
_NOBODY_WORDS = """
    admin administrator anonymous anon automoderator bot customer deleted editor forum guest help member mod
    moderator none null nobody owner removed seller service staff support system team unknown user users webmaster
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december english german french spanish american european internet google apple
    microsoft windows android linux reddit amazon facebook twitter youtube discourse
"""
NOBODY = frozenset(_NOBODY_WORDS.split())

_COMMON_WORDS = """
    a able about above accept account across act action add after again against age ago agree air all allow almost
    alone along already also always am amazing among amount an and angel angry animal another answer any anyone
    anything app apps are area arm army around art artist as ask at away awesome axe baby back bad badger bag ball
    band bank bar base basic bass battery beach bean bear beast beat beauty because bed beer before begin behind
    believe bell best better between big bike bill bird bishop bit black blade blank blaze blue board boat bob body
    bold bolt book boot boss both bottle bottom box boy brain brave bread break brick bridge bright bring brook brown
    bug build bull burn bus business busy but butter button buy buyer by cab cable cake call caller calm camera camp
    can candy car card care cart case cash castle cat catch cell center chain chair chance change charge charity chase
    cheap check cheese chef chess chicken chief child chip choice church city class classic clean clear click client
    cliff clock close cloud club coach coast code coffee coin cold color come comet comment common company complete
    computer cook cookie cool copper copy core corner cosmic could count country couple course cover cow crazy cream
    crow crown crystal cup curious current cyber cycle daily dad daisy damage dance dark data date dawn day dead deal
    dean dear death deep deer demon desert design desk dev developer devil diamond did die digital direct do doc
    doctor dog dollar done door double down dragon draw dream dress drew drive driver drop drum dry duck due dust duty
    dynamo eagle ear early earth east easy eat echo eddy edge edit egg eight electric element elf else emerald empty
    end energy engine engineer enough enter error even evening ever every exit expert extra eye face fact fail fair
    faith fall falcon family fan fancy far farm farmer fast fat father fear feel few field fifth fight fighter file
    fill film final find fine fire first fish fit five fix flash flat flex flight flint floor flower fly focus follow
    food fool foot for force ford forest forever forget forward found four fox frank free fresh friend frog from frost
    full fun funny future galaxy game gamer garden gas gate gem gene general genius get ghost giant gift ginger girl
    give glad glass go goat god gold golden good grace grand grandma grandpa grant grape graph grass gray great green
    grey ground group grow guard guess guide guitar gun guy hack hacker hair half hall hammer hand happy hard harmony
    hat have hawk hazel he head hear heart heat heaven heavy her here hero hi high hill him his history hit hobby hold
    hole holly home honest honey hood hope horizon horse host hot hour house how huge human hunt hunter hurt ice icon
    idea if in info ink inside iron is island it item ivy jack jade jam jazz jet job joe john join joker joy judge
    juice jump junior jungle just karma keen keep key kid kill killer kind king kit kitchen kitten knife knight know
    known lab lady lake lamp lance land large laser last late later laugh law lazy lead leader leaf learn least leave
    left legend lemon less let letter level liberty life light like lily lime line link lion list listen little live
    load local lock log logic lone long look loop lord lost lot lotus loud love low luck lucky luna lunch mac machine
    mad made magic magnet mail main major make maker man mango many map maple marine mark market mars mason master
    match mate matrix matter max maybe me mean meat medic meet mega mellow melody memory men mercury mercy merry
    message metal method middle might mike mile milk mind mine mini mint miss mist mix mobile mode model modern mom
    moment money monkey monster month mood moon more morning most moth mother motor mountain mouse move movie mr mrs
    much muse music must my mystery name native nature navy near neat need neo nerd nest net never new news next nice
    nick night nine ninja no noble noise nomad noob normal north not note nothing nova now number nurse oak ocean odd
    of off offer office often oil ok okay old olive on once one only onyx open option or oracle orange orbit order
    other our out over own page pain paint painter pale panda panther paper park part party pass past pat patch path
    patience peace pearl pen penguin penny people pepper perfect person pet phantom phoenix phone photo piano pick pie
    pig pilot pin pine pink pioneer pipe pirate pizza place plain plan planet plant play player please plus poet point
    pole police pony pool poor pop port post potato power present press pretty price pride prime prince princess print
    private pro problem proof proud public pump punk pure purple push put quality queen question quick quiet rabbit
    race racer radio rain rainbow random ranger rapid rare rat raven ray reach read reader ready real reality reason
    rebel red ref reload remote rent report rest retro return rich rick ride rider right ring rise river road rob
    robin robot rock rocket rocky roger rogue roll room root rose rough round route royal ruby rule run runner rush
    rusty sad safe sage sail sailor saint salt same sand sandy save say scale scarlet school science scott scout
    screen sea search season seat second secret see seed sell send senior serious serve set seven several shadow shade
    shark sharp she shell shield shift shine ship shoe shoot shop short shot should show shower shy side sign signal
    silence silent silver simple since sing single sir sister site six size skill skin skip sky slate sleep slow small
    smart smile smoke smooth snake snow so social soft solar soldier solo some someone song soon sorry soul sound
    source south space spare spark speak special speed spice spider spirit spoon sport spring spy square star start
    state station stay steady steam steel stella step steve still stone stop storm story strange stranger street
    strike strong student studio study stuff style sue sugar summer sun sunny sunset super sure surf sweet swift
    switch sword table tail take talk tall tango tank tea teach teacher tech tell ten terra terry test tester text
    than thank thanks that the their them then there these they thing think third this those though three through
    thunder tiger till time tiny tip tired titan to today together token tom tomorrow too tool top total touch tower
    town toy track trade trader trail train trainer travel traveler tree trick trip trouble truck true trust truth try
    turbo turn turtle two type ultra uncle under unit until up update upset us use used user vader valley value van
    vegan velvet very victor video view viking village violet viper virtual vision visitor voice void volt vulcan wait
    walk walker wall wanderer want war ward warm warrior was watch watcher water wave way wayne we wealth weather web
    wednesday week welcome well west whale what wheat wheel when where whiskey white who why wide wild will willow win
    wind window wine wing winner winter wire wise wish witch with wizard wolf woman wonder wood word work worker world
    worry would write writer wrong yard year yellow yes yesterday yet you young your zebra zen zero zone
"""
COMMON = NOBODY | frozenset(_COMMON_WORDS.split())
