"""The weights of the token estimate are those that the fit gives for the figures."""

from pathlib import Path

import pytest

from embedder.embedding import token_weights
from tools.tokens import figures
from tools.tokens.__main__ import render
from tools.tokens.fit import SOURCES, fit

ROWS = figures.read()


def _predicted(row):
    return row.single + sum(token_weights.WEIGHTS[name] * number for name, number in row.counts.items())


def test_the_fit_reproduces_the_weights():
    assert Path(token_weights.__file__).read_text(encoding="utf-8") == render(fit(ROWS))


def test_the_fit_finds_the_weights_of_exact_figures():
    weights = {"english": 1.25, "signs": 0.5}
    rows = [
        figures.Row("code", str(words), 100 * words + 50 * signs, 0, {"english": 80 * words, "signs": 100 * signs})
        for words in range(1, 9)
        for signs in range(9)
    ]
    found = fit(rows)
    assert {name: found[name] for name in weights} == pytest.approx(weights, abs=0.02)


def test_the_figures_have_all_sources_and_no_texts():
    assert {row.source for row in ROWS} == set(SOURCES)
    assert all(set(row.counts) <= set(figures.NAMES) for row in ROWS)


def _errors(source):
    """The mean error of each language or kind."""
    by_kind = {}
    for row in ROWS:
        if row.source == source:
            by_kind.setdefault(row.kind, []).append(_predicted(row) / row.tokens)
    return {kind: sum(ratios) / len(ratios) for kind, ratios in by_kind.items()}


def test_the_mean_error_for_prose_is_at_most_9_percent():
    errors = [abs(_predicted(row) / row.tokens - 1) for row in ROWS if row.source == "translation"]
    assert sum(errors) / len(errors) <= 0.09


def test_of_a_hundred_languages_two_are_below_four_fifths_at_most():
    ratios = _errors("translation")
    assert len(ratios) >= 90
    assert sum(ratio < 0.8 for ratio in ratios.values()) <= len(ratios) // 50


def test_no_kind_of_data_is_below_four_fifths():
    assert {kind: ratio for kind, ratio in _errors("kind").items() if ratio < 0.8} == {}
