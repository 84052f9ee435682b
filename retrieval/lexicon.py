"""Lexicon: words by which the people in a text are known, in lower case.

`GIVEN` are given names with "m" or "f"; `ROLES` what people do; `SAYING_LITTLE` those roles that
describe nobody by themselves; `QUALIFIERS` stand before a role; `GROUPS` speak without a name;
`STARTERS` begin sentences and no names; `NO_PERSONS` are in names of what is no person.
"""

_MEN = """
aaron abdul adam ahmed alan alberto aldo alex alexander alexei ali andrew angelo anthony antonio
arthur barack ben benjamin bernard bernie bill bob boris brad brian bruce carl carlos charles chris
christopher chuck daniel dave david dennis dmitry donald doug edward emmanuel eric frank fred gary
george glenn gordon greg harold harry henry howard hugh ian ibrahim igor ivan jack jacob james jared
jason jeff jeffrey jeremy jerry jim jimmy joe john jonathan jose joseph joshua juan keith keir ken
kevin larry lawrence luis mahmoud marco mark martin matt matthew michael miguel mike mitch mitt
mohammed muhammad nathan neil newt nick nicolas nigel oleg olaf oliver pablo patrick paul pedro
peter phil philip pierre rahul ralph ray richard rick robert roger ron ronald rudy rupert ryan sam
samuel scott sean sergei sergey seth simon stephen steve steven ted terry thomas tim timothy todd
tom tomas tony vladimir volodymyr walter warren william xavier yuri
"""
_WOMEN = """
abigail alice alison amanda amy ana angela ann anna anne annie barbara beth betty carol caroline
carly catherine cecile charlotte chelsea christina christine cindy claire claudia cynthia dana
deborah debbie diana diane donna dorothy edda elena elizabeth ellen emily emma eva fatima fiona
gabrielle giorgia gloria hannah heather heidi helen hillary ines ingrid irene isabel ivanka jane
janet jennifer jessica jill joan joanna judith judy julia julie kamala karen kate katherine kathleen
kathy kellyanne kim kimberly laura lauren linda lisa liz loretta lucy lynn maggie margaret maria
marie marina martha mary maya megan melania melissa michelle molly monica nancy natalie nicola
nicole nina olga pamela patricia paula rachel rebecca roberta rosa ruth samantha sandra sara sarah
sharon sheila sonia sophie stephanie susan suzanne tammy tanya teresa theresa tina ursula valerie
vanessa victoria virginia wendy yulia yvonne zoe
"""
GIVEN = dict.fromkeys(_MEN.split(), "m") | dict.fromkeys(_WOMEN.split(), "f")
_ROLE = """
president minister secretary senator governor mayor chancellor director chief officer executive
chairman chairwoman chair speaker leader head spokesman spokeswoman spokesperson manager adviser
advisor aide strategist pollster analyst economist expert professor scientist researcher lawyer
attorney prosecutor judge justice general colonel captain sergeant admiral commander lieutenant
deputy ambassador envoy diplomat negotiator commissioner candidate nominee rival surrogate
congressman congresswoman representative lawmaker councillor councilman member premier king queen
prince princess pope bishop archbishop cardinal pastor reverend doctor author writer novelist poet
historian journalist reporter editor columnist anchor host correspondent blogger actor actress
singer musician artist director filmmaker coach player striker quarterback owner founder
cofounder billionaire businessman businesswoman entrepreneur investor farmer fisherman teacher
student nurse activist campaigner organizer official inspector detective sheriff master harbour
coordinator consultant counsel clerk dean principal trustee fellow democrat republican resident
voter survivor witness marshal ceo cfo coo cto bride groom mother father brother sister wife
husband son daughter widow cousin friend
sen rep gov gen lt col rev prof dr sgt capt maj adm hon pm mp
"""
ROLES = frozenset(_ROLE.split())
_LITTLE = """
rival nominee candidate fellow first wife husband son daughter mother father brother sister friend
"""
SAYING_LITTLE = frozenset(_LITTLE.split())
_QUALIFIER = """
prime vice former deputy acting ex presidential campaign foreign finance defence defense interior
chief executive senior longtime veteran national federal state house senate first new retired top
press communications policy opposition party white british us american leading lead assistant
associate managing co general attorney labor justice trade health education police fire council
"""
QUALIFIERS = frozenset(_QUALIFIER.split()) | ROLES
_GROUP = """
authorities police officials experts critics people polls lawmakers protesters protestors voters
residents witnesses scientists researchers investigators prosecutors sources opponents supporters
analysts economists doctors parents students teachers women men activists environmentalists others
many some several most leaders lawyers attorneys studies researchers reports officers rivals poll
companies workers customers readers families neighbors neighbours republicans democrats americans
conservatives liberals demonstrators europeans russians ukrainians mexicans britons germans
"""
GROUPS = frozenset(_GROUP.split())
_STARTER = """
the a an and but or so yet if when while as in on at by for from with to of that this these those
ahead instead because
it its he she they we i you his her their our my who what why how where after before since until
once though although because however meanwhile still also then there here both either neither not
no yes all each every one two three asked according speaking despite during over under about into
like unlike perhaps even just only now today yesterday last next earlier later monday tuesday
wednesday thursday friday saturday sunday january february march april may june july august
september october november december thanks please let is are was were has have had do does did
will would can could should another other such more than well first second
"""
STARTERS = frozenset(_STARTER.split()) | GROUPS
_NO_PERSON = """
times post house court university party council committee department bank center centre institute
news street journal union commission republic press association foundation group company corp inc
college school church hospital agency service services office bureau board states state city county
county island river lake park new north south east west united san los el saint association
supreme security nations fund trust act bill law club league army force forces navy guard campaign
administration congress parliament government ministry embassy policy network radio tv television
associates partners holdings education health energy technologies systems origin
magazine gazette courier observer review tribune daily herald national international world reserve
american european british french german russian chinese ukrainian syrian mexican
"""
NO_PERSONS = frozenset(_NO_PERSON.split())
