"""Lexicon: words by which the people in a text are known, in lower case.

`GIVEN` are given names with "m" or "f"; `ROLES` what people do; `SAYING_LITTLE` those roles that
describe nobody by themselves; `QUALIFIERS` stand before a role; `GROUPS` speak without a name;
`STARTERS` begin sentences and no names; `NO_PERSONS` are in names of what is no person.
"""

_MEN = """
aaron abdul adam ahmad ahmed alan alberto aldo alex alexander alexei alfred ali allan amir andre
andrew angelo anthony anton antonio arnold arthur arturo barack barry bashar ben benjamin bernard
bernie bill bob boris brad bradley brandon brent brett brian bruce byron caleb calvin carl carlos
cesar charles charlie chris christopher chuck clarence clayton cody colin connor cory craig curtis
damian damon dan daniel danny darren dave david dennis derek diego dmitry dominic don donald doug
duncan dustin dylan eddie edgar edward edwin eli elias elijah emmanuel enrique eric erik ernest
ethan eugene evan felix fernando francisco frank franklin fred freddie gabriel garrett gary gavin
george gerald gilbert glenn gordon graham greg gregory hamza harold harry harvey hassan hector henry
herbert herman howard hugh hugo hussein ian ibrahim igor imran isaac ismail ivan jack jacob jake
jamal james jared jason javier jay jeff jeffrey jeremiah jeremy jerome jerry jim jimmy joaquin joe
joel john jonas jonathan jorge jose josef joseph josh joshua juan julian justin kareem karim karl
keir keith ken kenneth kent kevin kurt kyle larry lars lawrence leo leon leonard leroy levi lewis
lloyd logan lou louis lucas luis luke mahmoud malcolm manuel marc marco marcus mario mark martin
marvin mathew matt matthew maurice mehmet micah michael mick miguel mike mitch mitt mohamed mohammad
mohammed moses muhammad mustafa nathan nathaniel neil nelson newt nicholas nick nicolas nigel noah
norman olaf oleg oliver omar oscar otto owen pablo patrick paul pedro per pete peter phil philip
phillip pierre preston rafael rahul ralph ramon randy ray raymond reginald rene reza ricardo richard
rick rishi robert roberto rod rodney roger roland ron ronald ross roy ruben rudy rupert russell ryan
sajid salman sam samuel scott sean sebastian sergei sergey sergio seth shane shaun shawn sid simon
spencer stanley stefan stephen steve steven stuart sunil ted terrence terry theo theodore thomas tim
timothy todd tom tomas tommy tony travis trent trevor troy tyler umar vernon victor vincent vivek
vladimir volodymyr wade wallace walter warren wayne wesley william willie wyatt xavier yuri yusuf
zachary
"""
_WOMEN = """
abigail ada adele adriana agnes aisha alana alexandra alice alicia aline alison alma alyssa amanda
amelia amina amy ana anastasia andrea angela angelina angie anita ann anna anne annette annie
antonia ashley astrid audrey ava barbara bella bernadette beth bethany betty beverly bianca bonnie
brenda bridget brittany camila candice carla carly carmen carol caroline carolyn cassandra catalina
catherine cecile cecilia celeste celia charlotte chelsea chloe christina christine cindy claire
clara claudia colleen connie courtney cynthia dana daniela danielle daphne debbie deborah debra
deirdre denise diana diane dolores donna doris dorothy edda edith eileen elaine eleanor elena elisa
elise elizabeth ella ellen ellie eloise elsa emily emma erica erika erin esther eva evelyn farah
fatima faye felicity fiona flora frances francesca freya gabrielle gail gemma genevieve georgina
geraldine gina giorgia giulia gloria grace greta guadalupe gwen hanna hannah harriet heather heidi
helen helena hillary holly ida imogen ines ingrid irene irma isabel isabella isabelle ivanka
jacqueline jada jana jane janelle janet janice jasmine jeanne jenna jennifer jenny jessica jill joan
joanna joanne jocelyn jodi josephine joyce juanita judith judy julia juliana julie juliet justine
kaitlyn kamala karen karin karla kate katherine kathleen kathy katie katrina kay kayla keira
kellyanne kelsey kendra kim kimberly kirsten kristen kristin kristina lana lara latoya laura lauren
layla leah leila lena leticia lila lillian lily linda lisa liz lois lola lorena loretta lori
lorraine louise lucia lucy luisa lydia lynn mabel madeleine maeve magdalena maggie mandy marcia
margaret margot maria mariam marianne marie marilyn marina marisa marjorie marlene marta martha mary
maureen maxine maya megan melania melissa meredith mia michele michelle mildred mindy miranda miriam
molly monica monique muriel nadia nadine nancy naomi natalie natasha nellie nicola nicole nina nora
norma octavia olga olivia pam pamela patricia patty paula paulina pauline peggy penelope phoebe
phyllis polly priscilla rachael rachel ramona raquel rebecca rebekah regina renee rhonda rita
roberta rosa rosalind rosemary roxanne ruth sabrina sadie sally samantha samira sandra sara sarah
saskia selena serena sharon shauna sheila shelby shelley sherry shirley sigrid silvia simone sofia
sonia sophie stella stephanie susan susanna suzanne sylvia tamara tammy tanya tara tatiana teresa
tessa thea theresa tina trina trudy uma ursula valerie vanessa vera veronica victoria virginia
vivian wanda wendy wilma yasmin yolanda yulia yvette yvonne zoe
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
island river lake park new north south east west united san los el saint association
supreme security nations fund trust act bill law club league army force forces navy guard campaign
administration congress parliament government ministry embassy policy network radio tv television
intelligence interior homeland human justice treasury defense defence labor commerce affairs
prize award medal associates partners holdings education health energy technologies systems origin
magazine gazette courier observer review tribune daily herald national international world reserve
american european british french german russian chinese ukrainian syrian mexican
"""
NO_PERSONS = frozenset(_NO_PERSON.split())
