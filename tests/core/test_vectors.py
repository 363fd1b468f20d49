"""Rows of the model: checked, cut, renormalised, encoded."""

import base64
import json
import math
import struct
from array import array

import pytest

from embedder import vectors
from embedder.errors import UpstreamInvalidError
from embedder.vectors import BASE64, FLOAT, Form


def answer(rows):
    return json.dumps({"shape": [len(rows), 768], "data": rows, "pooling": "mean"}).encode()


ROW = [0.001 * place - 0.3 for place in range(768)]


def test_raw_rows_keep_the_models_digits():
    text = "[" + ",".join(["1.50e-2"] * 768) + "]"
    assert vectors.raw_rows(b'{"data": [' + text.encode() + b"]}", 1) == [text.encode()]


def test_other_notations_of_numbers_are_numbers():
    row = b"[" + b",".join([b"1E-2", b"1e+0", b"-2e0"] * 256) + b"]"
    assert vectors.raw_rows(b'{"data":[' + row + b"]}", 1) == [row]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not the JSON"),
        (b"<html>", "not the JSON"),
        (b'{"data": 1}', "not the JSON"),
        (b'{"shape": [1, 768]}', "not the JSON"),
        (answer([ROW])[:-100], "not the JSON"),
        (answer([ROW, ROW]), "2 rows for 1 texts"),
        (answer([]), "0 rows for 1 texts"),
        (answer([ROW[:-1]]), "768"),
        (answer([[*ROW, 1.0]]), "768"),
        (answer([[0.0] * 768]), "all zeros"),
        (answer([[-0.0] * 768]), "all zeros"),
        (answer([[None, *ROW[1:]]]), "not the JSON"),
        (answer([[True, *ROW[1:]]]), "not the JSON"),
        (answer([["0.1", *ROW[1:]]]), "not the JSON"),
        (answer([[[0.1], *ROW[1:]]]), "not the JSON"),
        (answer([ROW]).replace(b"-0.3,", b"NaN,", 1), "not the JSON"),
        (answer([ROW]).replace(b"-0.3,", b"1e999,", 1), "not the JSON|finite"),
    ],
)
def test_an_answer_that_is_not_rows_of_768_numbers_is_refused(body, says):
    with pytest.raises(UpstreamInvalidError, match=says):
        vectors.raw_rows(body, 1)


@pytest.mark.parametrize("word", [None, True, False])
def test_a_word_among_the_numbers_of_any_row_is_found(word):
    with pytest.raises(UpstreamInvalidError, match="row 1 is not 768 numbers"):
        vectors.raw_rows(answer([ROW, [word, *ROW[1:]]]), 2)


@pytest.mark.parametrize(
    ("head", "fits"),
    [
        (b'{"shape":[2,768],"data":[[-0.1,0.2', True),
        (b'{ "shape": [2, 768], "data": [[0, 1e-5', True),
        (b'{"shape":[1,768],"data":[[-0.1,0.2', False),
        (b'{"shape":[2,512],"data":[[-0.1,0.2', False),
        (b'{"shape":[2,768],"data":[[0.0,0.0,-0.0', False),
        (b'{"shape":[2,768],"data":[[null,0.1', False),
        (b'{"data":[[0.1]],"shape":[2,768]}', False),
        (b"<html>", False),
        (b"", False),
    ],
)
def test_the_head_of_an_answer(head, fits):
    assert vectors.head_fits(head, 2) is fits


def float32(row):
    return array("f", row).tobytes()


def test_rows_of_float32():
    assert vectors.float32_rows(float32(ROW) * 2, 2) == [float32(ROW)] * 2
    for numbers in (float32(ROW), float32(ROW[:-1]) * 2, b"", float32(ROW) * 3):
        with pytest.raises(UpstreamInvalidError, match="2 rows of 768"):
            vectors.float32_rows(numbers, 2)
    with pytest.raises(UpstreamInvalidError, match="row 1 is all zeros"):
        vectors.float32_rows(float32(ROW) + float32([0.0, -0.0] * 384), 2)


@pytest.mark.parametrize("size", [768, 512, 256, 128])
def test_a_cut_vector_has_unit_length_and_the_direction_of_its_beginning(size):
    length = math.hypot(*ROW)
    unit = [value / length for value in ROW]
    short = vectors.shorten(float32(unit), size)
    assert len(short) == size
    assert math.isclose(math.hypot(*short), 1, abs_tol=1e-6)
    assert math.isclose(short[3] / short[0], unit[3] / unit[0], rel_tol=1e-6)


def test_a_beginning_of_zeros_cannot_be_renormalised():
    with pytest.raises(UpstreamInvalidError, match="first 128"):
        vectors.shorten(float32([0.0] * 700 + [0.1] * 68), 128)


def test_base64_is_little_endian_float32():
    text = vectors.encode(float32(ROW), Form(768, BASE64))
    assert list(struct.unpack("<768f", base64.b64decode(json.loads(text)))) == pytest.approx(ROW, abs=1e-7)


@pytest.mark.parametrize("size", [768, 512, 256, 128])
def test_both_encodings_are_the_same_numbers(size):
    plain = json.loads(vectors.encode(float32(ROW), Form(size, FLOAT)))
    packed = base64.b64decode(json.loads(vectors.encode(float32(ROW), Form(size, BASE64))))
    assert array("f", plain).tobytes() == packed


def test_a_row_of_json_text_in_another_form():
    row = json.dumps(ROW).encode()
    assert vectors.encode_raw(row, Form()) == row
    assert vectors.encode_raw(row, Form(256, BASE64)) == vectors.encode(float32(ROW), Form(256, BASE64))


def test_cosines():
    rows = [[1.0, 0.0], [0.6, 0.8], [-1.0, 0.0]]
    assert vectors.cosines(rows[0], rows[1:]) == [0.6, -1.0]
    assert vectors.cosine_matrix(rows) == [[1.0, 0.6, -1.0], [0.6, 1.0, -0.6], [-1.0, -0.6, 1.0]]
