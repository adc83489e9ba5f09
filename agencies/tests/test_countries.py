from django.utils import translation

from agencies import countries


def test_countries_are_named_in_the_readers_language() -> None:
    with translation.override("id"):
        assert countries.name("SA") == "Arab Saudi"
    with translation.override("en"):
        assert countries.name("SA") == "Saudi Arabia"


def test_without_a_language_or_with_a_foreign_one_names_still_come() -> None:
    with translation.override(None):
        assert countries.name("SG") == "Singapura"
    with translation.override("pt-br"):
        assert countries.name("SG")


def test_an_unknown_code_is_its_own_name() -> None:
    assert countries.name("ZZ") == "ZZ"
    assert countries.name("") == ""


def test_common_destinations_stand_first_and_the_rest_by_name() -> None:
    with translation.override("en"):
        codes = [code for code, _name in countries.choices()]
        names = [name for _code, name in countries.choices()]
    assert codes[:5] == ["MY", "SA", "TW", "HK", "SG"]
    assert names[len(countries.COMMON) :][:3] == ["Afghanistan", "Åland Islands", "Albania"]


def test_every_country_is_offered_once_and_indonesia_is_not_abroad() -> None:
    codes = [code for code, _name in countries.choices()]
    assert len(codes) == len(set(codes)) == 248
    assert "ID" not in codes


def test_only_countries_of_the_standard_count() -> None:
    assert all(countries.is_country(code) for code in ("TW", "HK", "MO", "PS", "NC"))
    assert not any(countries.is_country(code) for code in ("EU", "ZZ", "XK", "my", "001", ""))
