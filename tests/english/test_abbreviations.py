"""Each abbreviation stands in a text that is split otherwise without it."""

import pytest

from retrieval.english.sentences import sentences
from tests.english.mutation import survivors

# One sentence each.
WHOLE = """
He met Mr. Brandt|He met Mrs. Brandt|He met Ms. Lee|He met Mx. Lee|He met Messrs. Brandt and Lee
He met Mme. Curie|He met Mlle. Dupont|He met Dr. Ito|He met Drs. Ito and Lee|He met Prof. Park
He met Profs. Park and Lee|He met Rev. Sharpton|He met Fr. Brown|He met Msgr. Moe|He met Hon. Perry
He met Pres. Obama|He met Sen. Cruz|He met Sens. Cruz and Moe|He met Rep. Good
He met Reps. Good and Moe|He met Gov. Perry|He met Govs. Perry and Moe|He met Amb. Kenna
He met Atty. Lee|He met Asst. Chief Lee|He met Sec. Clinton|He met Supt. Lee|He met Insp. Morse
He met Det. Lee|He met Gen. Park|He met Gens. Park and Lee|He met Lt. Lee|He met Col. Lee
He met Capt. Lee|He met Sgt. Lee|He met Cpl. Lee|He met Maj. Lee|He met Adm. Lee|He met Cmdr. Lee
He met Brig. Lee|He met Pvt. Ryan|He met Pfc. Lee|He met Cllr. Lee|He is in St. Louis
He is in Ste. Marie|He is in Ft. Worth|He climbed Mt. Hood
It was Spain vs. Italy|He won Lee v. The State|Read one, e.g. The Times|Read it, i.e. The Times
Johnson, a.k.a. The Rock|Lee, d.b.a. The Shop|See cf. Miller|One won, viz. Miller
It is approx. Five miles|He lived ca. March 300|It has all, incl. Miller
On Jan. 6|On Feb. 6|On Mar. 6|On Apr. 6|On Jun. 6|On Jul. 6|On Aug. 6|On Sep. 6|On Sept. 6|On Oct. 6
On Nov. 6|On Dec. 6
On Mon. Oct. 5|On Tue. Oct. 5|On Tues. Oct. 5|On Wed. Oct. 5|On Thu. Oct. 5|On Thur. Oct. 5
On Thurs. Oct. 5|On Fri. Oct. 5|On Sat. Oct. 5|On Sun. Oct. 5
He is No. 10|They are Nos. 3 and 4|He is no. 10|They are nos. 3 and 4|See Art. 5|See Fig. 3
See Figs. 3 and 4|See Ch. 2|See Vol. 4|See Vols. 2 and 3|See Pt. 3|He is for Prop. 8
Take Rte. 66|Call Ext. 12|Call Tel. 555|It is Apt. 4|It is Rm. 9|He played Op. 27|See pp. 4-5
See para. 5|Bring pears, etc. and more
He is Acme Inc. Chairman|He is Ford Co. Chairman|He is TJX Cos. Chairman|He is Fox Corp. Chairman
He is Acme Ltd. Chairman|It is by Warner Bros. Discovery|It is Acme Pty. Limited
He is Bar Assn. President|He is Fire Dept. Chief|He is at Univ. Hospital
He is at Logan Intl. Airport|He is in the Natl. Guard|It is 3M Mfg. Company
It is at Health Ctr. Drive
It is 1 Ocean Ave. Suite 5|It is 1 Ocean Blvd. Suite 5|It is 1 Ocean Rd. Suite 5
It is on State Hwy. YY|It is 1 Ocean Pkwy. Suite 5|It is 1 Ocean Ln. Suite 5
It is 1 Ocean Ct. Suite 5|It is in Madison Sq. Garden|It is in Bldg. Seven
TROY, Ala. (AP)|TROY, Ariz. (AP)|TROY, Ark. (AP)|TROY, Calif. (AP)|TROY, Colo. (AP)|TROY, Conn. (AP)
TROY, Del. (AP)|TROY, Fla. (AP)|TROY, Ga. (AP)|TROY, Ill. (AP)|TROY, Ind. (AP)|TROY, Kan. (AP)
TROY, Ky. (AP)|TROY, La. (AP)|TROY, Mass. (AP)|TROY, Md. (AP)|TROY, Mich. (AP)|TROY, Minn. (AP)
TROY, Miss. (AP)|TROY, Mo. (AP)|TROY, Mont. (AP)|TROY, Neb. (AP)|TROY, Nev. (AP)|TROY, Okla. (AP)
TROY, Ore. (AP)|TROY, Pa. (AP)|TROY, Penn. (AP)|TROY, Tenn. (AP)|TROY, Tex. (AP)|TROY, Va. (AP)
TROY, Vt. (AP)|TROY, Wash. (AP)|TROY, Wis. (AP)|TROY, Wyo. (AP)|TROY, Ont. (AP)|TROY, Que. (AP)
TROY, Alta. (AP)
It is by Lee et al. 2020|The max. speed is low|The min. age is ten|He won by maj. decision
He won, dec. Miller|It is an 8 oz. Budweiser|It is a 9 lb. Thanksgiving turkey|He got 9 lbs. of it
It is a 6 ft. Christmas tree|It is a 2 hr. Netflix show|It took 2 hrs. and more
It is a 4 yr. Harvard degree|It took 2 yrs. and more|It is a 3 mi. Turkey Trot
The avg. speed is low|It is est. to be low
It is King Jr. Day|It is King Sr. Day|It is on King Jr. Drive|It is on King Jr. Dr
It is on King Jr. Boulevard|It is on King Jr. Blvd|It is on King Jr. Street|It is on King Jr. St
It is on King Jr. Avenue|It is on King Jr. Ave|It is on King Jr. Way|It is on King Jr. Parkway
It is on King Jr. Pkwy|It is in King Jr. Park|It is on King Jr. Bridge|It is in King Jr. Library
It is the King Jr. Memorial|It is in King Jr. Center|It is in King Jr. Hospital
It is King Jr. School|It is King Jr. High|It is King Jr. Middle|It is King Jr. Elementary
It is King Jr. University|It is the King Jr. Foundation
At 5 p.m. ET|At 5 p.m. EST|At 5 p.m. EDT|At 5 p.m. CT|At 5 p.m. CST|At 5 p.m. CDT|At 5 p.m. MT
At 5 p.m. MST|At 5 p.m. MDT|At 5 p.m. PT|At 5 p.m. PST|At 5 p.m. PDT|At 5 p.m. AKST
At 5 p.m. AKDT|At 5 p.m. HST|At 5 p.m. GMT|At 5 p.m. BST|At 5 p.m. UTC|At 5 p.m. CET
At 5 p.m. CEST|At 5 p.m. IST|At 5 p.m. JST|At 5 p.m. AEST|At 5 p.m. AEDT
At 5 p.m. Eastern time|At 5 p.m. Central time|At 5 p.m. Mountain time|At 5 p.m. Pacific time
At 5 p.m. Greenwich time
He reads Yahoo! Finance|He owns Yum! Brands|He won Jeopardy! Masters|He saw E! News
He likes Wham! Songs|He likes Panic! Songs|He saw Oklahoma! Tonight|He saw Airplane! Tonight
"""
# Two each.
DIVIDED = """
It is 5 p.m. Trump spoke|It is 5 a.m. Trump spoke|It is 5 P.M. Trump spoke|It is 5 A.M. Trump spoke
It has vitamin D. Oranges do|It has vitamins D. Oranges do|It is hepatitis B. Congress knows
It is plan B. Congress knows|It is type B. Congress knows|It is grade B. Congress knows
It is class B. Congress knows|It is category B. Congress knows|It is group B. Congress knows
It is section B. Congress knows|It is schedule B. Congress knows|It is appendix B. Congress knows
It is exhibit B. Congress knows|It is part B. Congress knows|It is generation Z. Congress knows
It is Gen Z. Congress knows|It was world war I. Congress knows|It is title X. Congress knows
It is option B. Congress knows|It is level B. Congress knows|It is phase B. Congress knows
"""
TABLES = [
    "_COURTESY", "_RANKS", "_OTHER_TITLES", "_PLACES", "_NEVER_LAST", "_MONTHS", "_WEEKDAYS",
    "_NUMBERED", "_MAY_BE_LAST", "GENERATIONS", "_NAMED_AFTER", "CLOCK", "_ZONES", "EXCLAIMED",
    "_LETTERED",
]  # fmt: skip


def cases(table: str) -> list[str]:
    return [f"{case}." for line in table.split("\n") if line for case in line.split("|")]


def results() -> list[str]:
    """Where each text ends its sentences."""
    return [f"{text} {sentences(text)}" for text in cases(WHOLE) + cases(DIVIDED)]


@pytest.mark.parametrize("text", cases(WHOLE))
def test_no_sentence_ends_within_an_abbreviation(text: str) -> None:
    assert sentences(text) == [(0, len(text))]


@pytest.mark.parametrize("text", cases(DIVIDED))
def test_a_sentence_ends_with_an_abbreviation(text: str) -> None:
    end = text.index(". ") + 1

    assert sentences(text) == [(0, end), (end + 1, len(text))]


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES)
def test_each_abbreviation_is_needed(table: str) -> None:
    assert survivors(f"retrieval.english.abbreviations:{table}", f"{__name__}:results") == []
