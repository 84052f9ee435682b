import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.articles.duplicates import are_duplicates, minhash_bands

ROOT = Path(__file__).parents[2]
STORY = (
    "The harbour town of Selwick lost its only bridge on Tuesday night when a barge that had torn "
    "loose from its moorings struck the middle pier.\n\n"
    "Nobody was hurt, the county said, because the crossing had been closed an hour before on "
    "account of the wind. Police had turned back a bus with nineteen passengers.\n\n"
    "“We heard a noise like thunder, and then the lamps on the bridge went out one by one,” said "
    "Maud Ferris, who keeps the inn on the northern bank. Her guests watched the span sink.\n\n"
    "Engineers will look at the two remaining piers as soon as the river falls. A ferry is to run "
    "from Thursday, every half hour between six in the morning and ten at night, and pupils will "
    "travel free of charge.\n\n"
    "The owner of the barge, a gravel company, said that its ropes had been renewed in spring. The "
    "bridge was built in 1931 and carried about four thousand cars a day."
)
OTHER_REPORT = (
    "Selwick woke up divided on Wednesday. Where a steel bridge had joined the two halves of the "
    "port for more than ninety years, there was a gap, and in the gap lay a gravel barge.\n\n"
    "It broke away during the storm shortly before eleven, witnesses said, drifted for half a mile "
    "and brought down the central span. The road was already shut to traffic, so there were no "
    "casualties.\n\n"
    "“We heard a noise like thunder, and then the lamps on the bridge went out one by one,” "
    "innkeeper Maud Ferris told reporters.\n\n"
    "County officials promised a temporary ferry within two days. How long rebuilding takes they "
    "would not guess; the mayor spoke of years rather than months and asked the government for "
    "help. Divers are expected to examine the foundations at the weekend.\n\n"
    "The firm that owns the vessel declined to say who had last checked its moorings."
)
BOILERPLATE = (
    "Subscribe to our newsletter and never miss a story. Every morning our editors choose what you "
    "need to know and send it straight to your inbox. By signing up you agree to our terms of use "
    "and our privacy policy."
)


def edited(text: str) -> str:
    """The text with one word in ten replaced, removed, or another one inserted before it."""
    draw, words = random.Random(3), []
    for word in text.split():
        what = draw.choice("rdi") if draw.random() < 0.1 else ""
        words += {"": [word], "r": ["plum"], "d": [], "i": ["apple", word]}[what]
    return " ".join(words)


EDITS = {
    "the same": STORY,
    "lines wrapped, case and quotation marks changed": STORY.replace(" ", "\n")
    .upper()
    .replace("“", '"'),
    "cut": STORY[: STORY.index("Engineers")],
    "another headline and first paragraph": "Bridge gone\n\nA storm raged over the coast.\n\n"
    + STORY.split("\n\n", 1)[1],
    "one word in ten edited": edited(STORY),
    "cut and edited": edited(STORY[: STORY.index("Engineers")]),
    "boilerplate before it": f"{BOILERPLATE}\n\n{STORY}",
    "boilerplate behind it": f"{STORY}\n\n{BOILERPLATE}",
}


@pytest.mark.parametrize("copy", [pytest.param(text, id=name) for name, text in EDITS.items()])
def test_an_edited_copy_is_found(copy: str) -> None:
    assert set(minhash_bands(STORY)) & set(minhash_bands(copy))
    assert are_duplicates(STORY, copy)
    assert are_duplicates(copy, STORY)


def test_two_reports_with_the_same_quotes_are_not_copies() -> None:
    assert not are_duplicates(STORY, OTHER_REPORT)
    assert not are_duplicates(f"{STORY}\n\n{BOILERPLATE}", f"{OTHER_REPORT}\n\n{BOILERPLATE}")


def test_a_long_text_with_enough_new_text_is_not_a_copy() -> None:
    draw = random.Random(1)
    captions, first, second = (
        " ".join(f"w{draw.randrange(10**6)}" for _ in range(length)) for length in (900, 200, 200)
    )

    assert not are_duplicates(f"{first} {captions}", f"{second} {captions}")
    assert are_duplicates(captions, f"{captions} {second}")


def test_a_paragraph_is_not_a_copy_of_its_long_text() -> None:
    long = " ".join(f"{word}{number}" for number in range(6) for word in STORY.split())

    assert not are_duplicates(STORY, f"{STORY} {long}")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param("Shares fell.", "SHARES  fell", True, id="the same words"),
        pytest.param("Shares fell.", "Shares fell again.", False, id="one word more"),
        pytest.param("Shares fell " * 9, "Shares fell " * 12, False, id="short and less short"),
        pytest.param("", "", False, id="nothing"),
        pytest.param("…", "!", False, id="no words"),
        pytest.param("", STORY, False, id="nothing and a story"),
    ],
)
def test_short_texts_are_copies_only_if_their_words_are_the_same(
    one: str, other: str, expected: bool
) -> None:
    assert are_duplicates(one, other) is expected
    assert are_duplicates(other, one) is expected
    assert bool(set(minhash_bands(one)) & set(minhash_bands(other))) >= expected


def test_a_text_without_words_has_no_bands() -> None:
    assert minhash_bands("") == minhash_bands(" \n…") == []


CHINESE = (
    "周二晚间，一艘脱缆的驳船撞上塞尔维克港口唯一一座大桥的中央桥墩，桥面随即坍塌。县政府表示，由于风力过大，"
    "大桥在一小时前已经封闭，因此没有人员受伤。警方此前劝返了一辆载有十九名乘客的公共汽车。北岸旅馆老板说，她听见"
    "像打雷一样的响声，随后桥上的路灯一盏接一盏地熄灭。工程师将在水位下降后检查剩余的两座桥墩。"
)
OTHER_CHINESE = (
    "塞尔维克居民周三醒来时发现小城被一分为二。连接两岸九十多年的钢桥不见了，缺口处躺着一艘运砂船。目击者称，"
    "该船在暴风雨中漂流约半英里后撞断了主跨。官员承诺两天内开通临时渡轮，但拒绝估计重建需要多长时间。市长说可能"
    "要好几年，并请求中央政府提供援助。潜水员预计周末检查桥基，船主没有说明谁最后检查过缆绳。"
)
ARABIC = (
    "فقدت بلدة سيلويك الساحلية جسرها الوحيد مساء الثلاثاء عندما اصطدم قارب شحن انفلت من مرساه "
    "بالدعامة الوسطى. وقالت السلطات إن أحدا لم يصب بأذى لأن الجسر كان مغلقا قبل ساعة بسبب الرياح. "
    "وسيبدأ تشغيل عبارة يوم الخميس كل نصف ساعة بين السادسة صباحا والعاشرة ليلا."
)
HINDI = (
    "मंगलवार की रात एक बजरा अपने लंगर से छूटकर पुल के बीच के खंभे से टकरा गया और नगर का एकमात्र पुल टूट गया। "
    "ज़िला प्रशासन ने कहा कि किसी को चोट नहीं आई क्योंकि तेज़ हवा के कारण पुल एक घंटा पहले ही "
    "बंद कर दिया गया था।"
)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param(CHINESE, CHINESE[: len(CHINESE) * 2 // 3], True, id="Chinese, cut"),
        pytest.param(CHINESE, CHINESE.replace("。", " "), True, id="Chinese, without stops"),
        pytest.param(CHINESE, OTHER_CHINESE, False, id="Chinese, another report"),
        pytest.param(ARABIC, ARABIC[:180], True, id="Arabic, cut"),
        pytest.param(ARABIC.replace(" ", ""), ARABIC.replace(" ", "")[9:], True, id="no blanks"),
        pytest.param(HINDI, HINDI.replace("।", "."), True, id="Hindi"),
    ],
)
def test_every_script_has_words(one: str, other: str, expected: bool) -> None:
    assert are_duplicates(one, other) is expected
    assert bool(set(minhash_bands(one)) & set(minhash_bands(other))) >= expected


def test_accents_written_in_one_character_or_two_are_the_same() -> None:
    assert minhash_bands("Élysée palace denies the report") == minhash_bands(
        "E\u0301lyse\u0301e palace denies the report"
    )


def test_bands_are_the_same_in_every_process_and_on_every_cpu() -> None:
    """Bands are stored in libraries; if they change, those of all articles must be made again."""
    program = (
        "import json, sys; from retrieval.articles.duplicates import minhash_bands; "
        "print(json.dumps(minhash_bands(sys.argv[1])))"
    )
    made = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", program, STORY],
                cwd=ROOT,
                env={**os.environ, "PYTHONHASHSEED": seed, "RENSA_FORCE_KERNEL": kernel},
                capture_output=True,
                check=True,
            ).stdout
        )
        for seed, kernel in (("1", "scalar"), ("2", ""))
    ]

    assert made[0] == made[1] == minhash_bands(STORY)
    assert minhash_bands(STORY)[:2] == [6239394062140726034, -699100421238417309]
    assert len(minhash_bands(STORY)) == 64
    assert all(-(2**63) <= band < 2**63 for band in minhash_bands(STORY))


@given(st.text(), st.text())
def test_the_order_of_two_texts_does_not_matter(one: str, other: str) -> None:
    assert are_duplicates(one, other) == are_duplicates(other, one)
    assert are_duplicates(one, one) == bool(minhash_bands(one))
