"""Letters of other machines are read as they were meant, or the word that looks wrong is named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.files.cells import UnreadableFile
from core.files.encodings import WINDOWS, mended, odd_word, old_encoding
from core.files.letters import seen
from core.files.opening import opened

LINES = ["Séga Traoré;Kéniéba", "FRANÇOIS COULIBALY;Bamako-Médine", "Maïmouna Koné;Kolà", "Noël Diarra;l'Hôpital"]


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
@pytest.mark.parametrize("line", LINES)
def test_words_tell_one_machine_from_another(tmp_path: Path, encoding: str, line: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"nom;lieu\r\n{line}\r\n".encode(encoding))
    with opened(path) as table:
        assert [[cell.text for cell in row.cells] for row in table.rows] == [line.split(";")]
        assert bool(table.encoding.remark) is (encoding != WINDOWS)


def test_words_of_no_machine_are_named() -> None:
    with pytest.raises(UnreadableFile, match="« ±²á± »"):
        old_encoding([b"nom;\xb1\xb2\xe1\xb1;Bla"])


def test_one_odd_word_among_many_refuses_no_file() -> None:
    words = ";".join(f"Kén{letter}" for letter in "abcdefghijkl") + ";abc±d"
    assert old_encoding([words.encode(WINDOWS)]).name == WINDOWS


WORD = (
    st.text(st.sampled_from("abcdefgéèêëàâçîïôùû"), min_size=3, max_size=9)
    .filter(lambda word: not word.isascii())
    .map(lambda word: f"b{word}")
)


@given(st.lists(WORD, min_size=3, max_size=20), st.sampled_from(["cp1252", "mac_roman", "cp850"]), st.integers(1, 40))
def test_french_words_come_out_as_they_went_in(words: list[str], encoding: str, size: int) -> None:
    octets = ";".join(words).encode(encoding)
    blocks = [octets[place : place + size] for place in range(0, len(octets), size)]
    assert octets.decode(old_encoding(blocks).name) == ";".join(words)


TEXT = st.text(st.sampled_from("abc éèêëàâçîïôœùûü’ɛɔɲŋƐ"), max_size=30)


@given(TEXT)
def test_what_was_written_twice_as_utf8_is_mended(text: str) -> None:
    twice = text.encode().decode(WINDOWS, "replace")
    if "\N{REPLACEMENT CHARACTER}" not in twice:
        assert mended(twice) == text


@given(TEXT)
def test_what_was_written_once_stays(text: str) -> None:
    assert mended(text) == text


def test_a_file_that_mixes_both_is_mended_where_it_has_to_be(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("nom\nFranÃ§ois Sidibé\n", "utf-8")
    with opened(tmp_path / "a.csv") as table:
        assert [row.cells[0].text for row in table.rows] == ["François Sidibé"]
        assert "réparés" in table.encoding.remark


@pytest.mark.parametrize("odd", ["SŽga", "FranÃ§ois", "Traor‚", "Tra\ufffdre", "K£niéba"])
def test_a_word_of_another_machine_is_named(odd: str) -> None:
    assert odd_word(f"Awa {odd} Keita") == odd


@pytest.mark.parametrize("plain", ["Séga Traoré", "N°5", "l’œuvre", "« Liste »", "ɲɔgɔn", "30 000 €", "à suivre…"])
def test_ordinary_words_are_not_odd(plain: str) -> None:
    assert odd_word(plain) == ""


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("\u202a+22376010141\u202c", "+22376010141"),
        ("Awa\u200b Koné\ufeff", "Awa Koné"),
        ("Sa\u00adfo", "Safo"),
        ("Awa\x0bKoné\x1f", "Awa Koné"),
        ("'+22376010109", "+22376010109"),
        ("'76010109", "76010109"),
        ("'Awa", "'Awa"),
        ("N'Tji", "N'Tji"),
        ("  Awa \u00a0 Koné ", "Awa Koné"),
        ("Awa\0Koné", "Awa\0Koné"),
    ],
)
def test_a_cell_is_what_a_person_sees_in_it(text: str, read: str) -> None:
    assert seen(text) == read


@given(st.text())
def test_seeing_twice_is_seeing_once_but_for_marks_before_numbers(text: str) -> None:
    once = seen(text)
    assert seen(once) in (once, seen(once))
    assert once == once.strip()
    assert "  " not in once
