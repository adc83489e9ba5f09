"""Names that sound alike are found whichever way they are written; names that do not are kept apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.sounds import LONGEST, MOST, letters, sounds

ALIKE = """
    Siti Sitti
    Djoko Joko
    Muhammad Mohamad
    Muhammad Mohammed
    Muhammad Moh
    Muhammad Muh
    Muhammad Mochamad
    Muhammad Muchammad
    Muhammad Mohammad
    Muhammad Mukhammad
    Mohd Muhamad
    Soekarno Sukarno
    Soeharto Suharto
    Abdul Abd
    Abdul Abdoel
    Fauzi Pauji
    Fauzi Fawzi
    Fauzi Pausi
    Syarif Sarip
    Sjarif Syarif
    Syarif Syarief
    Aisyah Aisya
    Aisyah Aisjah
    Aisyah Aisha
    Nur Noer
    Nur Noor
    Noerdin Nurdin
    Achmad Ahmad
    Akhmad Ahmad
    Chandra Candra
    Tjandra Candra
    Khairul Hairul
    Chairul Khairul
    Chairul Hairul
    Khadijah Kadijah
    Khadijah Hadijah
    Yusuf Jusuf
    Yusuf Joesoef
    Yusuf Yusup
    Rizki Riski
    Rizky Rizki
    Rizqi Rizki
    Zaenal Zainal
    Zaenal Jaenal
    Zaynal Zainal
    Fatimah Fatima
    Fatimah Patimah
    Fathimah Fatimah
    Sitti Siti
    Arif Arief
    Arif Arip
    Syafii Safii
    Riyanto Rianto
    Suwandi Suandi
    Nyoman Njoman
    Dhani Dani
    Thamrin Tamrin
    Latifah Latipa
    Novi Nopi
    Dewi Dewie
    Sulastri Soelastri
    Wahyuni Wahjuni
    Mochtar Mukhtar
    Mochtar Muchtar
    Qomariah Komariah
    Qomariyah Komariah
    Alex Aleks
    Iqbal Ikbal
    Lutfi Luthfi
    Lutfi Lutpi
    Hafidz Hafiz
    Zulkifli Julkipli
    Yuliana Yulianna
    Maryam Mariam
    Umar Oemar
    Ramadhan Ramadan
    Azizah Asisah
    Azizah Ajijah
    Nazar Najar
    Cahyono Tjahjono
    Syamsul Samsul
    Sjamsoel Syamsul
    Basuki Basoeki
    Subroto Soebroto
    Nurul Noeroel
    Safitri Syafitri
    Rahmawati Rachmawati
    Rahmat Rakhmat
    Rohmah Rochmah
    Husnul Khusnul
    Kusnul Khusnul
    Ridho Rido
    Ridwan Ridwann
    Fajar Pajar
    Fitri Pitri
    Vina Fina
    Evi Epi
    Hayati Hajati
    Jaya Djaja
    Surya Soerja
    Wijaya Widjaja
    Wijaya Wijaja
"""
APART = """
    Siti Sati
    Joko Juko
    Dewi Desi
    Ani Ina
    Sari Sri
    Budi Badi
    Rini Rina
    Yanti Yanto
    Ahmad Amad
    Nur Nor
    Siti Situ
    Suharto Suharti
    Slamet Salmat
    Agus Asus
    Putri Putra
    Wati Wita
    Eka Ika
    Lina Nina
    Sari Jari
    Tuti Titi
    Rahma Rahmi
    Aminah Amanah
    Sukarno Sukarni
    Candra Hendra
    Joko Yoko
    Yani Jani
    Maria Marina
    Endang Indang
    Bambang Bimbang
    Hasan Hasim
    Kartini Kartono
    Rudi Ridi
    Ali Alif
    Nia Nina
    Wawan Iwan
    Suwandi Suhandi
    Muhammad Ahmad
    Muhammad Mahmud
    Abdul Abidin
    Fatimah Fatma
    Zainal Zainul
    Arif Urip
    Dian Diana
    Sri Siri
    Yusuf Yosef
    Tono Toni
"""


def pairs(table: str) -> list[tuple[str, str]]:
    return [(one, other) for one, other in map(str.split, table.strip().splitlines())]


@pytest.mark.parametrize(("one", "other"), pairs(ALIKE))
def test_spellings_of_one_name_sound_alike(one: str, other: str) -> None:
    assert sounds(one) & sounds(other)


@pytest.mark.parametrize(("one", "other"), pairs(APART))
def test_two_names_do_not(one: str, other: str) -> None:
    assert not sounds(one) & sounds(other)


@pytest.mark.parametrize(
    ("word", "heard"),
    [
        ("Muhammad", {"muhamad"}),
        ("Siwi", {"si"}),
        ("Riyanto", {"rianto"}),
        ("Yah", {"ia"}),
        ("Ah", {"ah"}),
        ("Noor", {"nur"}),
        ("Azis", {"asis", "ajis"}),
    ],
)
def test_what_a_word_is_kept_under_stays_the_same(word: str, heard: set[str]) -> None:
    """Indexes in the database were made with it: whoever changes a rule has to make them anew."""
    assert sounds(word) == heard


@given(st.text(max_size=60))
def test_every_word_has_a_few_sounds_in_small_letters_whatever_it_is(word: str) -> None:
    heard = sounds(word)
    assert len(heard) <= MOST
    assert all(sound.isascii() and sound.isalpha() and sound.islower() for sound in heard)
    assert bool(heard) == bool(letters(word))
    assert sounds(word.upper()) == heard or not word.isascii()


def test_a_word_that_never_ends_costs_nothing() -> None:
    assert sounds("chzkhj" * 10_000) == sounds(("chzkhj" * 10)[:LONGEST])
