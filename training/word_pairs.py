"""Tables of words that can take each other's place in a sentence, for training data.

A word of `OPPOSITES` or `MODALITY` changes what the sentence says, one of `SYNONYMS` doesn't.
"""

import random
import re


def _both_ways(pairs: str) -> dict[str, list[str]]:
    """Each word of the pairs, with its partners."""
    found: dict[str, list[str]] = {}
    for one, other in (pair.strip().split("/") for pair in pairs.split(",")):
        found.setdefault(one, []).append(other)
        found.setdefault(other, []).append(one)
    return found


OPPOSITES = _both_ways(
    "rise/fall,rose/fell,rises/falls,rising/falling,risen/fallen,increase/decrease,increased/decreased,"
    "increases/decreases,increasing/decreasing,up/down,higher/lower,high/low,highest/lowest,more/less,"
    "more/fewer,most/least,accept/reject,accepted/rejected,accepts/rejects,approve/reject,"
    "approved/rejected,win/lose,won/lost,wins/loses,winning/losing,winner/loser,victory/defeat,"
    "before/after,above/below,support/oppose,supported/opposed,supports/opposes,supporters/opponents,"
    "first/last,northern/southern,north/south,eastern/western,east/west,ally/rival,allies/enemies,"
    "allow/ban,allowed/banned,allows/bans,praise/criticise,praised/criticised,praised/criticized,"
    "praised/condemned,confirm/deny,confirmed/denied,confirms/denies,hired/fired,arrive/leave,"
    "arrived/left,begin/end,began/ended,begins/ends,start/stop,started/stopped,starting/stopping,"
    "open/close,opened/closed,opening/closing,guilty/innocent,convicted/acquitted,alive/dead,"
    "survived/died,male/female,man/woman,men/women,son/daughter,father/mother,brother/sister,"
    "husband/wife,he/she,largest/smallest,biggest/smallest,larger/smaller,bigger/smaller,big/small,"
    "large/small,old/new,older/younger,oldest/youngest,early/late,earlier/later,best/worst,"
    "better/worse,good/bad,strong/weak,stronger/weaker,success/failure,successful/unsuccessful,"
    "succeeded/failed,pass/fail,passed/failed,enter/leave,entered/left,join/leave,joined/left,"
    "buy/sell,bought/sold,buying/selling,lend/borrow,export/import,exports/imports,gain/loss,"
    "gains/losses,profit/loss,profits/losses,raise/lower,raised/lowered,raise/cut,raised/cut,"
    "expand/shrink,expanded/shrank,growth/decline,grew/shrank,improve/worsen,improved/worsened,"
    "public/private,local/foreign,domestic/foreign,legal/illegal,lawful/unlawful,safe/dangerous,"
    "rich/poor,light/heavy,inside/outside,with/without,for/against,remove/install,removed/added,"
    "possible/impossible,likely/unlikely,able/unable,agree/disagree,agreed/refused,agreed/disagreed,"
    "friend/enemy,peace/war,attack/defend,attacked/defended,attacking/defending,Republican/Democratic,"
    "Republicans/Democrats,Democrat/Republican,left-wing/right-wing,liberal/conservative,"
    "majority/minority,increase/cut,temporary/permanent,temporarily/permanently,rare/common,"
    "minimum/maximum,hot/cold,warm/cool,day/night,morning/evening,current/former,appointed/dismissed,"
    "arrested/released,released/detained,imposed/lifted,impose/lift,strengthen/weaken,"
    "advance/retreat,advanced/retreated,found/lost,true/false,all/none,many/few,both/neither,"
    "always/never,often/rarely,everyone/nobody,delayed/accelerated,demand/supply,demanded/offered,"
    "urged/forbade,encouraged/discouraged,prevent/cause,prevented/caused,protect/harm,build/destroy,"
    "built/destroyed,love/hate,loved/hated,remember/forget,teacher/student,employer/employee,"
    "employers/employees,doctors/patients,owner/tenant,positive/negative,optimistic/pessimistic"
)
MODALITY = {
    "will": ["may", "might", "will not", "did"], "would": ["will", "may"], "may": ["will", "must"],
    "might": ["will"], "could": ["will", "must", "did"], "should": ["will", "may"], "must": ["may"],
    "can": ["must", "cannot"], "plans to": ["refuses to", "has started to", "no longer plans to"],
    "planned to": ["refused to", "did"], "plan to": ["refuse to", "have begun to"],
    "wants to": ["refuses to", "has managed to"], "wanted to": ["refused to", "managed to"],
    "tried to": ["managed to", "refused to"], "failed to": ["managed to"],
    "hopes to": ["has managed to", "fears to"], "expected to": ["forbidden to", "certain to"],
    "is expected to": ["has been ordered to", "did"], "considering": ["ruling out", "rejecting"],
    "called for": ["ordered", "rejected"], "threatened to": ["promised not to", "began to"],
    "agreed to": ["refused to", "offered to"], "refused to": ["agreed to"], "asked": ["ordered"],
    "accused of": ["convicted of", "cleared of"], "charged with": ["convicted of", "cleared of"],
    "suspected": ["convicted"], "alleged": ["proven"], "allegedly": ["undoubtedly"],
    "reportedly": ["certainly"], "proposed": ["enacted", "withdrew"], "suggested": ["proved"],
    "has been": ["will be", "was almost"], "have been": ["will be"], "likely": ["certain"],
    "nearly": ["more than", "far from"], "almost": ["more than"], "more than": ["less than"],
    "less than": ["more than"], "at least": ["at most"], "up to": ["at least"], "only": ["also"],
    "some": ["all"], "all": ["some"], "most": ["a few"], "many": ["all"], "because of": ["despite"],
    "despite": ["because of"], "if": ["because"], "unless": ["because"], "until": ["since"],
    "because": ["although"], "not yet": ["already"], "already": ["not yet"], "first": ["second"],
    "second": ["first"], "claimed": ["denied"], "believes": ["doubts"], "denied": ["admitted"],
    "warned": ["denied"], "promised": ["refused"], "said": ["denied"], "says": ["denies"],
}  # fmt: skip
SYNONYMS = _both_ways(
    "said/stated,said/noted,says/states,big/large,bigger/larger,started/began,start/begin,buy/purchase,"
    "bought/purchased,announced/revealed,help/assist,helped/assisted,about/around,about/approximately,"
    "more than/over,because/since,although/though,is not/isn't,did not/didn't,"
    "was not/wasn't,will not/won't,has not/hasn't,does not/doesn't,are not/aren't,US/United States,"
    "U.S./United States,UK/United Kingdom,percent/%,per cent/%,showed/demonstrated,"
    "killed/left dead,people/persons,children/kids,however/though,company/firm,companies/firms,"
    "government/administration,need/require,needs/requires,needed/required,get/receive,got/received,"
    "tell/inform,told/informed,use/employ,near/close to,also/too,happened/occurred,happen/occur,"
    "hurt/injured,whole/entire,quickly/rapidly,huge/enormous,important/significant,"
    "significant/substantial,currently/now,nearly/almost,several/a number of,many/numerous,"
    "including/among them,chief executive/CEO,president/head of state,film/movie,movie/picture,"
    "attorney/lawyer,doctor/physician,police/officers,car/vehicle,cars/vehicles,house/home,"
    "job/position,jobs/positions,money/funds,talks/negotiations,deal/agreement,law/legislation,"
    "election/vote,probe/investigation,inquiry/investigation,report/account,problem/issue,"
    "problems/issues,try/attempt,tried/attempted,trying/attempting,chose/picked,choose/select,"
    "made/produced,built/constructed,build/construct,created/made,get rid of/remove,end/conclude,"
    "ended/concluded,finished/completed,allow/permit,allowed/permitted,demand/call for,"
    "demanded/called for,asked/requested,ask/request,warned/cautioned,died/lost their lives,"
    "arrested/detained,rose/climbed,rose/increased,fell/dropped,fell/declined,rise/increase,"
    "fall/drop,won/secured,led/headed,wants/seeks,want/wish,gave/handed,sent/dispatched,"
    "took place/was held,according to/in the words of,before/ahead of,after/following,"
    "while/as,but/yet,kill/slay,fight/battle,struck/hit,damaged/harmed,support/back,"
    "supported/backed,supports/backs,criticised/condemned,criticized/condemned,former/ex-,"
    "confirmed/verified,approved/signed off on,cut/reduced,reduce/lower,raised/increased,"
    "plans to/intends to,plan to/intend to,planned to/intended to,can/is able to,must/has to,"
    "is expected to/is likely to,may/might,could/might,refused to/declined to"
)


def replace_word(sentence: str, table: dict[str, list[str]], draw: random.Random) -> str | None:
    """The sentence with one word of the table replaced; None if it has no such word."""
    found = [
        match
        for word in table
        for match in re.finditer(rf"(?<![\w’'-]){re.escape(word)}(?![\w’'-])", sentence)
    ]
    if not found:
        return None
    one = draw.choice(found)
    return sentence[: one.start()] + draw.choice(table[one[0]]) + sentence[one.end() :]
