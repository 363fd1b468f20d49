"""The files of tests/data/importing, as a user imports them: what is stored, what is rejected, and what is said."""

from pathlib import Path

import pytest

FILES = Path(__file__).parents[2] / "data" / "importing"


def agreed(imported, name, *options):
    """Import after a dry run, which must say the same of every record."""
    dry = imported(name, *options, "--dry-run")
    assert dry["stored"] == {}
    real = imported(name, *options)
    same = ("written", "rejected", "rejections", "skipped_files", "code")
    assert {key: dry[key] for key in same} == {key: real[key] for key in same}
    return real


def texts(told):
    return [(item.get("title"), item["text"]) for item in told["stored"].values()]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "rule.md",
            [("rule", "---\n\nThe first sentence is between two rules.\n\n---\n\nThe second sentence is below them.")],
        ),
        ("setext-rule.md", [("Note: the floor is wet", "Mind the step.")]),
        ("dots.md", [("Closed with dots", "The body begins here.\n\n---\n\nThe body goes on.")]),
        ("hugo.md", [("A page of Hugo", "The body of the page.")]),
        (
            "agenda.md",
            [
                ("Agenda > Budget of the next year", "Budget of the next year"),
                ("Agenda > Hiring of two cooks", "Hiring of two cooks"),
            ],
        ),
        (
            "faq.md",
            [
                ("FAQ > How do I reset my password?", "How do I reset my password?"),
                ("FAQ > Where is the invoice?", "In the mail."),
                ("The last question", "The last question"),
            ],
        ),
        ("folded.md", [("A title in two lines", "Text.")]),
        ("quoted.md", [("It's cold", "Text.")]),
        ("comment.md", [("Tyres", "Text.")]),
    ],
)
def test_every_word_of_markdown_is_stored_in_a_chunk_or_its_title(imported, name, expected):
    told = agreed(imported, name)
    assert (texts(told), told["code"]) == (expected, 0)


def test_fields_above_markdown_are_metadata_if_they_are_named_and_reported_if_not(imported):
    told = agreed(imported, "comment.md", "--metadata-field", "revision:string")
    [stored] = told["stored"].values()
    assert stored["metadata"]["revision"] == "1.10"
    assert told["notes"] == [
        "Fields that are not stored: description. --metadata-field stores them.",
        "Comments in the fields of comment.md are not stored.",
    ]
    told = imported("hugo.md")
    assert told["notes"] == ["Fields that are not stored: date, tags. --metadata-field stores them."]


@pytest.mark.parametrize("name", ["utf16-without-mark.txt", "utf16-with-mark.txt"])
def test_utf_16_is_read_with_and_without_a_byte_order_mark(imported, name):
    told = agreed(imported, name)
    assert [text for _, text in texts(told)] == ["The first paragraph.\n\nThe second paragraph, with a café."]


@pytest.mark.parametrize("name", ["excel.csv", "excel-unicode-text.tsv"])
def test_tables_in_utf_16_are_read(imported, name):
    assert texts(agreed(imported, name)) == [(None, "café"), (None, "tea")]


def test_a_table_whose_lines_end_with_a_carriage_return_is_read(imported):
    assert texts(agreed(imported, "cr-only.csv")) == [(None, "coffee"), (None, "tea")]


def test_a_guess_of_the_encoding_is_reported_and_an_option_names_it(imported):
    told = agreed(imported, "cp1252.csv")
    assert texts(told) == [(None, "Café crème für 5 €"), (None, "tea")]
    [note] = told["notes"]
    assert note.startswith("cp1252.csv was read as cp1252, which is a guess.")
    told = imported("cp1252.csv", "--encoding", "cp1250")
    assert (told["notes"], told["stored"]["1"]["text"]) == ([], "Café crčme für 5 €")
    assert imported("cp1252.csv", "--encoding", "klingon")["code"] == 2


@pytest.mark.parametrize("name", ["utf16-without-mark.txt", "utf16-with-mark.txt"])
def test_utf_16_can_be_named(imported, name):
    encoding = "utf-16" if "with-" in name else "utf-16-le"
    assert "café" in agreed(imported, name, "--encoding", encoding)["stored"][f"{name}#1"]["text"]


def test_a_report_without_a_folder_is_a_usage_error(imported, tmp_path):
    told = imported("cp1252.csv", "--report", str(tmp_path / "none" / "report.json"))
    assert (told["code"], told["stored"]) == (2, {})


def test_a_file_that_is_not_a_text_is_rejected_as_a_whole_with_its_name(imported):
    told = agreed(imported, "binary.txt")
    assert (told["code"], told["stored"]) == (1, {})
    [rejection] = told["rejections"]
    assert (rejection["file"], rejection["reason"]) == (
        "binary.txt",
        "The file is not a text, or its encoding can't be detected; name it with --encoding.",
    )


def test_a_text_that_breaks_off_in_the_middle_of_a_character_is_reported(imported):
    told = agreed(imported, "broken-utf16.txt")
    assert told["code"] == 1
    assert "is not text in utf-16, and not all of it was read; see --encoding" in told["rejections"][0]["reason"]


def test_a_dry_run_rejects_what_the_service_rejects_without_the_model(imported):
    options = ("--metadata-field", "notes", "--metadata-field", "a.b")
    told = agreed(imported, "metadata.jsonl", *options)
    assert [*told["stored"]] == ["fine"]
    assert [(item["id"], item["reason"].split(";")[0]) for item in told["rejections"]] == [
        ("long", "Its metadata has 11012 bytes"),
        ("dotted", "Its metadata has the key 'a.b'"),
    ]


@pytest.mark.parametrize("name", ["own-ids.jsonl", "own-ids.csv"])
def test_a_field_id_is_the_id_without_an_option(imported, name):
    told = agreed(imported, name)
    assert ([*told["stored"]], told["notes"]) == (["mars", "venus"], [])
    assert imported(name, "--id-field", "id")["unchanged"] == 2


def test_ids_from_positions_are_named(imported):
    told = agreed(imported, "no-ids.csv")
    assert [*told["stored"]] == ["no-ids.csv#1", "no-ids.csv#2"]
    assert told["notes"] == [
        "2 records have ids that come from the position in the file. An inserted record changes all later ids; "
        "see --id-field."
    ]
    assert "2 records have ids" in told["printed"]
    assert [*imported("own-ids.csv", "--id-field", "")["stored"]][2:] == ["own-ids.csv#1", "own-ids.csv#2"]


@pytest.mark.parametrize("name", ["long.jsonl", "long.csv"])
def test_long_texts_of_records_are_divided_with_chunk(imported, name, tmp_path):
    told = agreed(imported, name)
    assert [*told["stored"]] == ["short"]
    [rejection] = told["rejections"]
    assert rejection["reason"].endswith(
        "Use --chunk to divide the texts of records, a smaller --chunk-chars, or --no-keep-text."
    )
    told = imported(name, "--chunk")
    ids = ["long", *(f"long#{number}" for number in range(2, 8))]
    assert (sorted(told["stored"]), told["code"]) == ([*ids, "short"], 0)
    path = tmp_path / name
    path.write_text(path.read_text().replace("A sentence of forty-two letters, or about.", "A sentence."))
    told = imported(name, "--chunk")
    assert (told["removed"], sorted(told["stored"])) == (5, ["long", "long#2", "short"])


@pytest.mark.parametrize("name", ["twice.csv", "twice.jsonl"])
def test_an_ambiguous_record_is_rejected(imported, name):
    told = agreed(imported, name)
    assert (told["stored"], [item["reason"] for item in told["rejections"]]) == (
        {},
        ["The field 'text' is there twice, and it is not clear which one counts."],
    )


@pytest.mark.parametrize("name", ["numbers.jsonl", "numbers.json", "numbers.csv", "numbers.tsv"])
def test_a_number_is_never_altered(imported, name):
    told = agreed(imported, name, "--metadata-field", "number:number")
    assert {key: item["metadata"]["number"] for key, item in told["stored"].items()} == {"b": 2**53, "c": 1.5}
    assert [item["reason"] for item in told["rejections"]] == [
        "number is '12345678901234567890'; numbers beyond 2^53 lose digits, so store it as a string."
    ]
    told = imported(name, "--metadata-field", "number:string")
    assert {key: item["metadata"]["number"] for key, item in told["stored"].items()} == {
        "a": "12345678901234567890",
        "b": "9007199254740992",
        "c": "1.50",
    }


def test_advice_fits_the_file(imported):
    told = imported("rows.json")
    assert told["code"] == 2
    assert told["stopped"] == (
        "rows.json: The file is not a JSON array: it is an object with lists in rows. "
        "Put the list of records into its own file."
    )


def test_a_text_of_white_space_is_rejected(imported):
    told = agreed(imported, "blank.jsonl")
    assert ([*told["stored"]], told["rejections"][0]["reason"]) == (["b"], "The text is empty.")


def test_files_that_are_skipped_are_listed_and_counted_by_suffix(imported):
    told = agreed(imported, "folder")
    assert texts(told) == [
        ("guide", "import Box from './box'"),
        ("Guide", "<Box>Kept as text.</Box>"),
        ("page", "Title\n=====\n\nA paragraph."),
    ]
    assert {item["file"]: item["reason"] for item in told["skipped_files"]} == {
        "README": "of an unknown kind (no suffix; --format names one)",
        "notes/plan.wiki": "of an unknown kind (.wiki; --format names one)",
        "picture.png": "of an unknown kind (.png; --format names one)",
    }
    assert "skipped: of an unknown kind (.wiki; --format names one)" in told["printed"]


def test_a_format_is_that_of_all_files_without_a_known_suffix(imported):
    told = agreed(imported, "folder", "--format", "md")
    assert ("Without a suffix", "Text.") in texts(told)
    assert ("A plan", "Text of the plan.") in texts(told)
    assert [(item["file"], item["reason"]) for item in told["skipped_files"]] == [("picture.png", "not a text (.png)")]


@pytest.mark.parametrize("prune", [(), ("--prune",)])
def test_documents_are_not_moved_to_another_namespace_with_another_journal_either(imported, tmp_path, prune):
    imported("own-ids.csv", "--namespace", "a")
    other = ("--namespace", "b", "--journal", str(tmp_path / "other.journal"), *prune)
    told = imported("own-ids.csv", *other)
    assert told["code"] == 2
    assert "in the namespace 'a'. An index has an id only once" in told["stopped"]
    assert {stored["namespace"] for stored in told["stored"].values()} == {"a"}
    told = imported("own-ids.csv", *other, "--fresh")
    assert (told["code"], {stored["namespace"] for stored in told["stored"].values()}) == (0, {"b"})
    without = imported("own-ids.csv", "--journal", str(tmp_path / "third.journal"))
    assert "to import it into no namespace moves it" in without["stopped"]


@pytest.mark.parametrize("name", ["", "n" * 65])
def test_a_namespace_that_no_service_accepts_is_a_usage_error(imported, name):
    assert imported("own-ids.csv", "--namespace", name, "--dry-run")["code"] == 2
