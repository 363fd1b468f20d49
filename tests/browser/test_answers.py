"""The panels that answer questions: a query, sizes, duplicates and outliers, the threshold."""

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import Page, Worker

PLANETS = [
    "Venus is often called Earth's twin because of its similar size and proximity.",
    "Mars, known for its reddish appearance, is often referred to as the Red Planet.",
    "Jupiter, the largest planet in our solar system, has a prominent red spot.",
    "Saturn, famous for its rings, is sometimes mistaken for the Red Planet.",
]
QUESTION = "Which planet is known as the Red Planet?"
MIXED = [
    "The cat sleeps on the warm windowsill.",
    "the cat sleeps  on the warm windowsill.",
    "A cat sleeps on the warm windowsill.",
    "The dog sleeps in the warm basket.",
    "Knead the bread dough for ten minutes.",
    "Let the bread dough rise for an hour.",
    "Bake the bread dough for an hour.",
    "zxqv 7781 wkkp",
]


def table(page: Page) -> list[list[str]]:
    script = """return [...document.querySelectorAll('#sizes-table tbody tr')].map(
        (row) => [...row.cells].map((cell) => cell.textContent))"""
    page.wait(lambda: len(page.run(script)) == 12)
    return page.run(script)


def ask(page: Page, query: str) -> None:
    page.by("try-query").clear()
    page.by("try-query").send_keys(query, Keys.ENTER)
    page.wait(lambda: page.by("try-result").is_displayed() and not page.by("try-stale").is_displayed())


@pytest.fixture
def real(visit: Callable[[Worker], Page], real_model_worker: Worker) -> Page:
    """The page of a Worker with recorded vectors of the model."""
    return visit(real_model_worker)


def test_a_query_is_ranked_with_and_without_prompts(real: Page) -> None:
    real.write(PLANETS)
    ask(real, QUESTION)
    first = [[text[:5] for text in real.bars(f"{side}-list")] for side in ("with", "without")]
    assert first == [["Mars,", "Jupit", "Satur", "Venus"], ["Mars,", "Satur", "Jupit", "Venus"]]
    assert "runner-up 0.143" in real.text("with-margin")
    assert "runner-up 0.134" in real.text("without-margin")
    assert "Both put line 2 first" in real.text("try-answer")
    assert "2 lines of 4 (50%) changed places" in real.text("try-answer")
    assert [entry.text.split()[-2:] for entry in real.all("#with-list .entry")][1:3] == [["↑", "1"], ["↓", "1"]]
    # nothing is stored, and every text is embedded once per prompt
    sent = [(call["text"], call.get("task")) for call in real.calls("POST", "/embed")]
    assert sent == [
        ([QUESTION], None),
        (PLANETS, None),
        ([QUESTION], "search_query"),
        (PLANETS, "search_document"),
    ]
    assert real.calls("PUT", "/vectors") == []


def test_another_query_embeds_only_the_query(page: Page) -> None:
    page.write(MIXED)
    ask(page, "cat")
    before = len(page.calls("POST", "/embed"))
    ask(page, "bread dough")
    assert [call["text"] for call in page.calls("POST", "/embed")[before:]] == [["bread dough"]] * 2
    assert "dough" in page.bars("with-list")[0]


def test_rankings_of_an_earlier_query_or_text_are_marked(page: Page) -> None:
    page.write(MIXED)
    ask(page, "cat")
    page.by("try-query").send_keys("s")
    assert page.by("try-stale").is_displayed()
    page.by("try-query").send_keys(Keys.BACKSPACE)
    assert not page.by("try-stale").is_displayed()
    page.write(MIXED[1:])
    assert page.by("try-stale").is_displayed()


def test_all_sizes_are_computed_without_another_call(real: Page) -> None:
    real.embed([*PLANETS, "This is a story about a llama", "This is a story about an orange cloud"])
    rows = table(real)
    calls = len(real.calls("POST", "/embed"))
    assert [row[:3] for row in rows[:4]] == [
        ["768", "float32", "3,072"],
        ["768", "int8", "768"],
        ["768", "binary", "96"],
        ["512", "float32", "2,048"],
    ]
    assert rows[0][3:] == ["100%"]
    enough = [row for row in rows if float(row[3].removesuffix("%")) >= 90]
    least = min(enough, key=lambda row: int(row[2].replace(",", "")))
    assert real.text("sizes-answer").startswith(f"Use {least[0]} dimensions as {least[1]}: ")
    assert real.text("sizes-answer").count("Use ") == 1
    real.choose("dimensions", "128")
    real.wait(lambda: "128" in real.all("#sizes-table [aria-current]")[0].text)
    assert len(real.calls("POST", "/embed")) == calls == 1


def test_a_shown_size_has_the_cosines_of_the_service(real: Page, real_model_worker: Worker) -> None:
    real.embed(PLANETS)
    real.choose("dimensions", "256")
    real.wait(lambda: len(real.all("#runs-table tbody tr")) == 2)
    body = {"texts": PLANETS, "dimensions": 256, "task": "search_query"}
    real.choose("task", "search_query")
    real.wait(lambda: len(real.all("#runs-table tbody tr")) == 3)
    wanted = real_model_worker.post("/similarity", body).json()["scores"]
    assert [pytest.approx(row, abs=6e-4) for row in wanted] == real.numbers()


def test_the_report_names_duplicates_outliers_and_groups(page: Page) -> None:
    page.embed(MIXED)
    answer = page.text("report-answer")
    assert answer == "2 duplicates in 1 set: 1 equal, 1 near (0.90 or more). 1 outlier: 8. 2 groups."
    [listed] = page.all("#duplicates > li")
    assert listed.text.startswith("3 texts, equal or near (0.90 or more): lines 1, 2, 3")
    assert [entry.get_attribute("data-other") for entry in listed.find_elements("css selector", ".entry")] == [
        "-1",
        "1",
        "2",
    ]
    assert page.all("#isolated .entry")[0].text.endswith("8 zxqv 7781 wkkp")
    assert len(page.all("#groups > li")) == 2
    page.all("#isolated .entry")[0].click()
    assert page.by("near-text").get_property("value") == "7"


def test_groups_become_coarser_and_finer(page: Page) -> None:
    page.embed(
        [*MIXED, "Mix the bread dough with water.", "A green train leaves at noon.", "The green train leaves at nine."]
    )
    found = page.text("groups-note")
    outlined = len(page.all("#heat-groups .heat-group"))
    assert "A clear gap separates them" in found
    assert not page.by("widest").is_displayed()
    page.by("fineness").send_keys(Keys.HOME)
    assert page.text("groups-note").startswith(("1 group", "2 groups"))
    assert len(page.all("#heat-groups .heat-group")) == len(page.all("#groups > li")) < outlined
    page.by("fineness").send_keys(Keys.END)
    assert page.text("groups-note") == "Every text is alone."
    assert page.all("#heat-groups .heat-group") == []
    page.by("widest").click()
    assert page.text("groups-note") == found
    assert len(page.all("#heat-groups .heat-group")) == outlined
    assert page.run("return document.activeElement.id") == "fineness"


def drag(page: Page, value: str) -> None:
    page.run(
        "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))", page.by("threshold"), value
    )


def test_the_threshold_counts_pairs_and_duplicates_follow_it(page: Page) -> None:
    page.embed(MIXED)
    assert page.text("threshold-value").startswith("0.90: ")
    numbers = page.numbers()
    pairs = [numbers[i][j] for i in range(8) for j in range(i + 1, 8)]
    drag(page, "0.6")
    above = sum(value >= 0.6 for value in pairs)
    assert page.text("threshold-value") == f"0.60: {above} of 28 pairs are at or above it"
    assert len(page.all("#above .entry")) == above
    over = page.all("#histogram .over")
    assert len(over) == 20  # of 50 bars
    drag(page, "0.99")
    assert page.text("report-duplicates") == "1 duplicate in 1 set: 1 equal."
    drag(page, "0.1")
    assert "near (0.10 or more)" in page.text("duplicates")
    assert int(page.text("report-duplicates").split()[0]) > 2


def test_the_suggestion_is_the_middle_of_the_gap_between_the_groups(page: Page) -> None:
    page.embed(MIXED)
    joined, apart = map(float, re.findall(r"0\.\d{3}", page.text("groups-note")))
    page.by("suggested").click()
    value = float(page.by("threshold").get_property("value"))
    assert apart < value < joined
    assert value == pytest.approx((joined + apart) / 2, abs=0.006)
    assert f"{value:.2f} is the middle of the gap between the groups: " in page.text("cutoff-answer")
    page.by("fineness").send_keys(Keys.HOME)
    assert f"{value:.2f} is the middle" not in page.text("cutoff-answer")
    page.by("fineness").send_keys(Keys.END)
    assert "there is no suggestion" in page.text("cutoff-answer")
    assert not page.by("suggested").is_displayed()


def test_the_threshold_of_pairs_is_not_the_lowest_score_of_a_search(page: Page) -> None:
    page.embed(MIXED)
    ask(page, "bread dough")
    page.all("#call-kinds [value=search]")[0].click()
    drag(page, "0.6")
    assert "min_score" not in page.text("call-code")
    assert page.all("#with-list .below") == []
    page.wait(lambda: "threshold=0.6" in page.driver.current_url)
    page.by("min-score").send_keys("0.25")
    assert '"min_score": 0.25' in page.text("call-code")
    assert page.text("threshold-value").startswith("0.60: ")
    drag(page, "0.7")
    assert '"min_score": 0.25' in page.text("call-code")
    page.wait(lambda: "threshold=0.7&min_score=0.25" in page.driver.current_url)
    page.by("min-score").send_keys(4 * Keys.BACKSPACE)
    assert "min_score" not in page.text("call-code")


def test_the_lowest_score_comes_from_a_ranking(page: Page) -> None:
    page.embed(MIXED)
    ask(page, "bread dough")
    page.by("gap").click()
    scores = [float(item.text.replace("−", "-")) for item in page.all("#with-list .score")]
    value = float(page.by("min-score").get_property("value"))
    gaps = [one - other for one, other in pairwise(scores)]
    at = gaps.index(max(gaps))
    assert scores[at] > value > scores[at + 1]
    assert len(page.all("#with-list .below")) == len(scores) - at - 1
    assert page.text("threshold-value").startswith("0.90: ")


def test_the_map_has_every_text_and_names_the_groups(page: Page) -> None:
    page.embed([f"word{number} alone" for number in range(301)])
    assert len(page.all("#map .dot")) == 301
    page.embed(MIXED)
    assert len(page.all("#map .dot")) == 8
    coloured = page.run("return [...document.querySelectorAll('#map circle')].map((dot) => dot.getAttribute('class'))")
    assert coloured == ["g0", "g0", "g0", *coloured[3:7], ""]
    script = "return [...document.querySelectorAll('#map .labels text')].map((text) => text.textContent)"
    names = page.wait(lambda: (found := page.run(script)) and len(found) == 2 and found)
    assert all(any(line.startswith(name.removesuffix("…")) for line in MIXED) for name in names)


def test_the_map_is_zoomed_and_a_dot_opens_its_text(page: Page) -> None:
    page.embed(MIXED)
    place = "return arguments[0].getAttribute('transform')"
    dot = page.all("#map .dot")[7]
    before = page.run(place, dot)
    page.all("#map-buttons [data-step='+']")[0].click()
    page.wait(lambda: page.run(place, dot) != before)
    page.all("#map-buttons [data-step='0']")[0].click()
    page.wait(lambda: page.run(place, dot) == before)
    finger = """const box = arguments[0].getBoundingClientRect();
        const at = {bubbles: true, pointerId: 2, pointerType: 'touch', clientX: box.x + 20, clientY: box.y + 3};
        for (const kind of ['pointerdown', 'pointerup']) arguments[0].dispatchEvent(new PointerEvent(kind, at));"""
    page.run(finger, dot)
    assert "zxqv 7781 wkkp" in page.by("map-tip").text
    assert "in no group" in page.by("map-tip").text
    assert page.by("near-text").get_property("value") == "7"


def test_the_quality_of_a_search_is_measured(page: Page) -> None:
    page.write(MIXED)
    ask(page, "bread dough")
    page.all("#with-list .right")[0].click()
    best = page.bars("with-list")[0]
    assert page.by("judged").get_property("value") == f"bread dough\t{best}"
    page.run("arguments[0].value += '\\ncat\\t1\\ndog basket\\t4\\nsnow\\tno such line'", page.by("judged"))
    page.by("judge").click()
    page.wait_for("judge-status", "Row 4: no line is “no such line”.")
    page.run("arguments[0].value = arguments[0].value.split('\\n').slice(0, 3).join('\\n')", page.by("judged"))
    page.by("judge").click()
    answer = page.wait_for("judge-answer", "of 3 queries")
    assert "Prompts make no difference larger than chance: " in answer
    assert "at least 6 queries must differ" in answer
    script = "return [...document.querySelectorAll('#judge-table tbody tr')].map((row) => row.cells[0].textContent)"
    assert page.run(script) == ["768", "512", "256", "128"]
    # the lines were known, and each query is sent once with each prompt
    assert [call["text"] for call in page.calls("POST", "/embed")[4:]] == [["cat", "dog basket"]] * 2
