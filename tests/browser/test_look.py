"""Embedding texts: the heat map, the map, the nearest texts and the comparison of options."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import Page, Worker

FRUIT = ["red apple", "green apple", "a fast train", "the slow train", "nothing of the kind"]


def test_a_click_embeds_the_examples_and_draws_all_views(page: Page) -> None:
    assert page.embed().startswith("12 vectors of 768 numbers")
    assert len(page.all("#heat-labels li")) == 12
    assert len(page.all("#map .dot")) == 12
    assert len(page.bars("near-list")) == 5
    assert page.run("return arguments[0].width", page.by("heat-canvas")) == 12


def test_the_heat_map_has_the_cosines_of_the_endpoint(page: Page, worker: Worker) -> None:
    page.choose("task", "semantic_similarity")
    page.embed(FRUIT)
    wanted = worker.post("/similarity", {"texts": FRUIT}).json()["scores"]
    assert wanted == [pytest.approx(row, abs=6e-4) for row in page.numbers()]


def test_cells_with_higher_cosines_are_darker(page: Page) -> None:
    page.embed(FRUIT)
    numbers = page.numbers()
    script = """const canvas = arguments[0];
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return Array.from({length: canvas.width ** 2}, (_, i) => data[4 * i] + data[4 * i + 1] + data[4 * i + 2])"""
    light = page.run(script, page.by("heat-canvas"))
    cells = sorted(zip([value for row in numbers for value in row], light, strict=True))
    assert all(before[1] >= after[1] for before, after in pairwise(cells) if after[0] - before[0] > 0.002)
    assert cells[0][1] > cells[-1][1] + 300


def test_pointing_at_a_cell_shows_its_pair(page: Page) -> None:
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


def test_similar_texts_are_close_on_the_map(page: Page) -> None:
    page.embed(["apple pie one", "apple pie two", "fast train nine", "fast train ten"])
    script = """return [...document.querySelectorAll('#map .dot circle')].map((dot) => {
        const box = dot.getBoundingClientRect(); return [box.x, box.y]; })"""
    pie, other_pie, train, other_train = page.run(script)

    def distance(a: list[float], b: list[float]) -> float:
        return sum((one - other) ** 2 for one, other in zip(a, b, strict=True)) ** 0.5

    assert max(distance(pie, other_pie), distance(train, other_train)) < distance(pie, train) / 2


def test_the_page_works_with_the_keyboard_only(page: Page) -> None:
    def press(*keys: str) -> None:
        ActionChains(page.driver).send_keys(*keys).perform()

    def focused() -> str:
        return page.run("return document.activeElement.id")

    def tab_to(name: str) -> None:
        for _ in range(30):
            if focused() == name:
                assert page.run("return document.activeElement.matches(':focus-visible')")
                return
            press(Keys.TAB)
        raise AssertionError(f"Tab does not reach {name}")

    tab_to("texts")
    ActionChains(page.driver).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).send_keys(
        Keys.DELETE
    ).perform()
    press("red apple", Keys.ENTER, "green apple", Keys.ENTER, "a fast train")
    ActionChains(page.driver).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()
    page.wait_for("status", "3 vectors")
    tab_to("heat-map")
    press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.HOME)
    assert page.text("heat-cell").endswith("between 3 “a fast train” and 1 “red apple”")
    press(Keys.ENTER)
    assert page.by("near-text").get_property("value") == "2"
    for _ in range(20):
        if "dot" in (page.run("return document.activeElement.getAttribute('class')") or ""):
            break
        press(Keys.TAB)
    press(Keys.ARROW_RIGHT, Keys.ENTER)
    assert page.by("near-text").get_property("value") != "2"
    tab_to("query")


def runs(page: Page) -> list[list[str]]:
    script = "return [...arguments].map((row) => [...row.cells].map((cell) => cell.textContent))"
    return page.run(script, *page.all("#runs-table tbody tr"))


def test_changed_options_are_compared_in_the_table(page: Page) -> None:
    page.embed(FRUIT)
    page.choose("encoding", "base64")
    page.wait(lambda: len(page.all("#runs-table tbody tr")) == 2)
    page.choose("dimensions", "128")
    page.wait_for("status", "of 128 numbers")
    rows = runs(page)
    assert [row[:3] for row in rows] == [["none", "768", "float"], ["none", "768", "base64"], ["none", "128", "base64"]]
    sizes = [float(row[3].removesuffix(" kB")) for row in rows]
    assert sizes[0] > 2 * sizes[1] > 8 * sizes[2]
    # the same vectors in another encoding, and shorter ones
    assert rows[1][5:] == ["0.000", "0.000", "100%"]
    assert 0 < float(rows[2][5]) < float(rows[2][6])
    assert page.calls("POST", "/embed")[-1] == {"text": FRUIT, "dimensions": 128, "encoding_format": "base64"}


def test_all_four_sizes_are_compared_and_the_selected_one_stays(page: Page) -> None:
    page.write(FRUIT)
    page.by("sizes").click()
    page.wait_for("status", "5 vectors of 768 numbers")
    assert [row[1] for row in runs(page)] == ["768", "512", "256", "128"]
    assert page.all("#runs-table tr[aria-current]")[0].find_elements(By.TAG_NAME, "td")[1].text == "768"


def test_one_text_and_no_text(page: Page) -> None:
    page.write([])
    page.by("embed").click()
    page.wait_for("status", "Enter at least one text.")
    assert page.embed(["alone"]).startswith("1 vector of 768 numbers")
    assert page.text("heat-cell") == "Enter at least two texts to compare them."
    assert page.embed(["twice", "twice"]).startswith("2 vectors")
    assert page.numbers() == [[1, 1], [1, 1]]


def test_truncated_texts_are_listed(page: Page) -> None:
    status = page.embed(["short", "long " * 3000])
    assert status.endswith("Texts that exceed the model's limit were truncated: 2.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_layout_does_not_overflow(
    visit: Callable[[Worker], Page], real_model_worker: Worker, width: int, scheme: str
) -> None:
    page = visit(real_model_worker)
    page.emulate(width=width, scheme=scheme)
    page.by("sizes").click()
    page.wait_for("status", "12 vectors")
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
    ("mark", "panel", 3),
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
