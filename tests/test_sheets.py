"""Tables as spreadsheet programs save them: read letter by letter, or refused by the name of their encoding."""

import pytest

from registration.sheets import UnknownEncoding, csv_rows, decoded

pytestmark = pytest.mark.no_database

ROWS = "name;email;languages\r\nJosé Muñoz;jose@example.org;es <> en\r\nÁngela Peña;a@example.org;es <> en\r\n"
RUSSIAN = "name;email;languages\nИванов Пётр;p@example.org;ru <> en\nСидорова Анна;a@example.org;ru <> en\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac-roman"])
def test_a_table_is_read_in_the_encodings_that_spreadsheet_programs_write(encoding: str) -> None:
    assert decoded(ROWS.encode(encoding)) == ROWS


def test_one_accented_letter_is_enough_to_read_windows_text() -> None:
    assert decoded("name;languages\nJosé;es <> en\n".encode("cp1252")) == "name;languages\nJosé;es <> en\n"


def test_english_text_in_utf_16_without_its_mark_is_read() -> None:
    assert decoded("name,languages\nJo,es\n".encode("utf-16-le")) == "name,languages\nJo,es\n"


def test_letters_that_cannot_be_told_apart_are_refused_by_name() -> None:
    with pytest.raises(UnknownEncoding) as refused:
        decoded(RUSSIAN.encode("cp1251"))
    assert "cyrillic" in refused.value.name or "1251" in refused.value.name


def test_what_is_no_text_is_refused() -> None:
    for data in (
        bytes(range(256)) * 4,
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00b\xee\x9dh^\x01\x00\x00\x90\x04",
    ):
        with pytest.raises(UnknownEncoding):
            decoded(data)


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\r\nname;languages\r\nAna;es",
        "name;languages\nAna;es",
        "name,languages\nAna,es",
        "SEP=|\nname|languages\nAna|es",
        "name\tlanguages\nAna\tes",
    ],
)
def test_the_delimiter_is_the_one_that_was_used(text: str) -> None:
    assert list(csv_rows(text)) == [{"name": "Ana", "languages": "es"}]
