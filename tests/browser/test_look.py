"""Embedding texts: the heat map, the map, the nearest texts, the selection, and the comparison of settings."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import Page, Worker

FRUIT = ["red apple", "green apple", "a fast train", "the slow train", "nothing of the kind"]

OTHERS = [(360, "dark"), (768, "light"), (768, "dark"), (1280, "light"), (1680, "light"), (1680, "dark")]


def test_a_click_embeds_the_examples_and_draws_all_views(page: Page) -> None:
    assert page.embed().startswith("40 vectors of 768 numbers")
    assert len(page.all("#heat-labels li")) == 40
    page.wait(lambda: len(page.all("#map .dot")) == 40)
    assert len(page.bars("near-list")) == 5
    assert page.run("return arguments[0].width", page.by("heat-canvas")) == 40


def test_the_heat_map_has_the_cosines_of_the_endpoint(page: Page, worker: Worker) -> None:
    page.write(FRUIT)
    page.choose("task", "semantic_similarity")
    page.embed()
    wanted = worker.post("/similarity", {"texts": FRUIT}).json()["scores"]
    assert wanted == [pytest.approx(row, abs=6e-4) for row in page.numbers()]


def test_cells_with_higher_cosines_are_darker(page: Page) -> None:
    page.choose("heat-order", "as entered")
    page.embed(FRUIT)
    numbers = page.numbers()
    script = """const canvas = arguments[0];
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return Array.from({length: canvas.width ** 2}, (_, i) => data[4 * i] + data[4 * i + 1] + data[4 * i + 2])"""
    light = page.run(script, page.by("heat-canvas"))
    pairs = [(value, light[5 * i + j]) for i, row in enumerate(numbers) for j, value in enumerate(row) if i != j]
    cells = sorted(pairs)
    assert all(before[1] >= after[1] for before, after in pairwise(cells) if after[0] - before[0] > 0.002)
    assert cells[0][1] > cells[-1][1] + 100
    diagonal = [light[6 * i] for i in range(5)]
    assert len(set(diagonal)) == 1
    assert diagonal[0] not in [light for _, light in cells]


def colour(page: Page, lines: list[str]) -> tuple[float, list[int]]:
    """Embed two lines; return their cosine and the colour of their cell."""
    page.embed(lines)
    script = """const copy = new OffscreenCanvas(1, 1).getContext('2d');
        copy.drawImage(arguments[0], 1, 0, 1, 1, 0, 0, 1, 1);
        return [...copy.getImageData(0, 0, 1, 1).data]"""
    return page.numbers()[0][1], page.run(script, page.by("heat-canvas"))


def test_a_colour_means_the_same_similarity_for_all_texts(page: Page) -> None:
    page.choose("heat-order", "as entered")
    low, light = colour(page, ["red apple pie", "red apple tart and some more words"])
    high, dark = colour(page, ["red apple pie", "red apple pie one"])
    assert 0.2 < low < high < 0.99
    # on a scale that ends at the highest pair, both would have the darkest colour
    assert sum(light) > sum(dark) + 50
    assert colour(page, ["equal", "equal"])[1] == [10, 52, 98, 255]


def test_pointing_at_a_cell_shows_its_pair(page: Page) -> None:
    page.choose("heat-order", "as entered")
    page.embed(FRUIT)
    numbers = page.numbers()
    box = page.by("heat-map").size
    across, down = ((index + 0.5) / 5 - 0.5 for index in (3, 2))
    ActionChains(page.driver).move_to_element_with_offset(
        page.by("heat-map"), int(across * box["width"]), int(down * box["height"])
    ).perform()
    pair = page.wait_for("heat-cell", "train")
    assert pair == f"{numbers[2][3]:.3f} between 3 “a fast train” and 4 “the slow train”"


def test_clicking_a_dot_shows_the_nearest_texts(page: Page) -> None:
    page.embed(FRUIT)
    page.all("#map .dot circle")[2].click()
    assert page.bars("near-list")[0] == "the slow train"
    assert page.by("near-text").get_property("value") == "2"
    assert "chosen" in page.all("#map .dot")[2].get_attribute("class")
    assert page.text("heat-cell") == "3 “a fast train”"


def test_a_pair_is_selected_in_all_views(page: Page) -> None:
    page.embed(FRUIT)
    assert page.text("heat-cell").endswith("between 1 “red apple” and 2 “green apple”")  # the most similar pair
    page.by("threshold").send_keys(Keys.HOME)  # lists all pairs
    page.all("#above .entry[data-place='2'][data-other='3']")[0].click()
    assert page.text("heat-cell").endswith("between 3 “a fast train” and 4 “the slow train”")
    marks = [dot.get_attribute("class") for dot in page.all("#map .dot")]
    assert marks == ["dot", "dot", "dot chosen", "dot partner", "dot"]
    assert page.by("near-text").get_property("value") == "2"
    current = page.all("#near-list [aria-current]")
    assert [entry.text.split("\n")[-1] for entry in current] == ["4 the slow train"]
    assert [item.text.split()[0] for item in page.all("#heat-labels .chosen")] == ["4", "3"]  # by group


def test_the_heat_map_is_ordered_by_group_with_boundaries(page: Page) -> None:
    page.embed(["red apple", "a fast train", "green apple", "the slow train", "a red apple", "the fast train"])
    order = [int(item.text.split()[0]) for item in page.all("#heat-labels li")]
    assert {frozenset(order[:3]), frozenset(order[3:])} == {frozenset({1, 3, 5}), frozenset({2, 4, 6})}
    assert [item.text for item in page.all("#heat-columns li")] == [str(number) for number in order]
    assert len(page.all("#heat-groups .heat-group")) == 2
    page.choose("heat-order", "as entered")
    assert [item.text.split()[0] for item in page.all("#heat-labels li")] == list("123456")
    assert page.all("#heat-groups .heat-group") == []


def test_results_that_no_longer_belong_to_the_texts_are_marked(page: Page) -> None:
    page.embed(FRUIT)
    page.write([*FRUIT, "one more"])
    assert page.text("stale-reason").startswith("Out of date: the texts changed.")
    page.write(FRUIT)
    assert not page.by("stale").is_displayed()
    page.write(["something else", "and more"])
    page.by("stale-embed").click()
    page.wait(lambda: not page.by("stale").is_displayed())
    assert len(page.all("#heat-labels li")) == 2


def test_a_changed_task_of_many_texts_marks_the_results(page: Page) -> None:
    texts = [f"word{number} and word{number * 7}" for number in range(101)]
    page.embed(texts)
    page.choose("task", "clustering")
    assert page.by("stale-reason").text.startswith("Out of date: the task changed.")
    page.choose("task", "none")
    assert not page.by("stale").is_displayed()
    assert len(page.calls("POST", "/embed")) == 2


def test_similar_texts_are_close_on_the_map(page: Page) -> None:
    page.embed(["apple pie one", "apple pie two", "fast train nine", "fast train ten"])
    script = """return [...document.querySelectorAll('#map .dot circle')].map((dot) => {
        const box = dot.getBoundingClientRect(); return [box.x, box.y]; })"""
    pie, other_pie, train, other_train = page.run(script)

    def distance(a: list[float], b: list[float]) -> float:
        return sum((one - other) ** 2 for one, other in zip(a, b, strict=True)) ** 0.5

    assert max(distance(pie, other_pie), distance(train, other_train)) < distance(pie, train) / 1.5


def test_the_page_works_with_the_keyboard_only(page: Page) -> None:
    def press(*keys: str) -> None:
        ActionChains(page.driver).send_keys(*keys).perform()

    def focused() -> str:
        return page.run("return document.activeElement.id")

    def tab_to(name: str) -> None:
        for _ in range(90):
            if focused() == name:
                assert page.run("return document.activeElement.matches(':focus-visible')")
                return
            press(Keys.TAB)
        raise AssertionError(f"Tab does not reach {name}")

    page.choose("heat-order", "as entered")
    tab_to("texts")
    ActionChains(page.driver).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).send_keys(
        Keys.DELETE
    ).perform()
    press("red apple", Keys.ENTER, "green apple", Keys.ENTER, "a fast train")
    ActionChains(page.driver).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()
    page.wait_for("status", "3 vectors")
    before = page.by("near-text").get_property("value")
    for _ in range(30):
        if "dot" in (page.run("return document.activeElement.getAttribute('class')") or ""):
            break
        press(Keys.TAB)
    press(Keys.ARROW_RIGHT, Keys.ENTER)
    assert page.by("near-text").get_property("value") != before
    tab_to("threshold")
    press(Keys.HOME, Keys.ARROW_RIGHT)
    assert page.text("threshold-value").startswith("0.01: ")
    tab_to("heat-map")
    press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.HOME)
    assert page.text("heat-cell").endswith("between 3 “a fast train” and 1 “red apple”")
    press(Keys.ENTER)
    assert page.by("near-text").get_property("value") == "2"
    assert page.text("heat-cell").endswith("between 3 “a fast train” and 1 “red apple”")
    tab_to("query")


def runs(page: Page) -> list[list[str]]:
    script = "return [...arguments].map((row) => [...row.cells].map((cell) => cell.textContent))"
    return page.run(script, *page.all("#runs-table tbody tr"))


def test_changed_settings_are_compared_in_the_table(page: Page) -> None:
    page.embed(FRUIT)
    page.choose("dimensions", "128")
    page.wait(lambda: len(page.all("#runs-table tbody tr")) == 2)
    page.choose("task", "clustering")
    page.wait(lambda: len(page.all("#runs-table tbody tr")) == 3)
    rows = runs(page)
    assert [row[:2] for row in rows] == [["none", "768"], ["none", "128"], ["clustering", "128"]]
    assert rows[0][3:] == ["–", "–", "–"]
    assert 0 < float(rows[1][3]) < float(rows[1][4])
    page.choose("task", "none")
    page.wait(lambda: page.all("#runs-table tr[aria-current]")[0].text.startswith("none 128"))
    assert page.calls("POST", "/embed") == [
        {"text": FRUIT, "encoding_format": "base64"},
        {"text": FRUIT, "encoding_format": "base64", "task": "clustering"},
    ]


def test_one_text_and_no_text(page: Page) -> None:
    page.write([])
    page.by("embed").click()
    page.wait_for("status", "Enter at least one text.")
    assert page.embed(["alone"]).startswith("1 vector of 768 numbers")
    assert page.text("heat-cell") == "Enter at least two texts to compare them."
    assert page.embed(["twice", "twice"]).startswith("2 vectors")
    assert page.numbers() == [[1, 1], [1, 1]]


def test_truncated_texts_are_listed(page: Page) -> None:
    page.embed(["short", "long " * 3000])
    assert "1 text exceeds the model's limit" in page.text("truncated")
    assert "line 2." in page.text("truncated")
    page.all("#map .dot circle")[0].click()
    [entry] = page.all("#near-list .entry")
    assert entry.size["height"] < 100  # of a text that would fill pages
    page.embed(["short"])
    assert not page.by("truncated").is_displayed()


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(360, "light"), (1280, "dark"), *(pytest.param(*each, marks=pytest.mark.extended) for each in OTHERS)],
)
def test_the_layout_does_not_overflow(
    visit: Callable[[Worker], Page], real_model_worker: Worker, width: int, scheme: str
) -> None:
    page = visit(real_model_worker)
    page.emulate(width=width, scheme=scheme)
    page.embed()
    page.numbers()
    assert page.run("return document.documentElement.scrollWidth") == width
    channels = page.run("return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (sum(channels) < 150) == (scheme == "dark")
    page.by("heat-numbers").find_element(By.TAG_NAME, "summary").click()
    page.emulate(width=width, height=page.run("return document.documentElement.scrollHeight"), scheme=scheme)
    page.picture(f"page-{width}-{scheme}")


CONTRASTS = [
    ("text", "panel", 7),
    ("text", "ground", 7),
    ("quiet", "panel", 4.5),
    ("quiet", "ground", 4.5),
    ("accent", "panel", 4.5),
    ("accent", "ground", 4.5),
    ("on-accent", "accent", 4.5),
    ("bad", "bad-ground", 4.5),
    ("quiet", "bad-ground", 4.5),
    ("edge", "panel", 3),  # borders of controls. Source: WCAG 2.2, 1.4.11
    *((f"g{number}", "ground", 3) for number in range(10)),
    ("text", "warn-ground", 7),
    ("warn", "panel", 3),
    ("warn-text", "ground", 4.5),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_have_the_contrast_that_wcag_requires(page: Page, scheme: str) -> None:
    page.emulate(scheme=scheme)

    def luminance(name: str) -> float:
        style = "return getComputedStyle(document.documentElement).getPropertyValue(arguments[0])"
        digits = page.run(style, f"--{name}").strip().removeprefix("#")
        digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one: str, other: str) -> float:
        dark, light = sorted([luminance(one), luminance(other)])
        return (light + 0.05) / (dark + 0.05)

    low = {(one, other): contrast(one, other) for one, other, least in CONTRASTS if contrast(one, other) < least}
    assert low == {}
