import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.matching import DistrictFacts, normalise, resolve
from agencies.matching.placenames import PLACE_LENGTH, mentions

WEST = DistrictFacts("MY-SABAH-WEST", ("Sabah (west coast and interior)", "sabah", "kota kinabalu"))
EAST = DistrictFacts("MY-SABAH-EAST", ("Sabah (Tawau and east coast)", "sabah", "tawau"))
JOHOR = DistrictFacts("MY-JOHOR", ("Johor", "johor bahru"))
KELANTAN = DistrictFacts("MY-KELANTAN", ("Kelantan", "kota bharu", "bahru lama"))
ALL = (WEST, EAST, JOHOR, KELANTAN)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("  Johor   BAHRU ", "johor bahru"),
        ("São Paulo", "sao paulo"),
        ("Ha'il", "hail"),
        ("Ta’if", "taif"),
        ("Al-Khobar, (Dammam)", "al khobar dammam"),
        ("ＪＯＨＯＲ", "johor"),
        ("台北市", "台北市"),
        ("🙂\x00_", ""),
    ],
)
def test_a_place_is_read_without_its_spelling(typed: str, plain: str) -> None:
    assert normalise(typed) == plain


@pytest.mark.parametrize(
    ("place", "codes"),
    [
        ("", set()),
        ("Malaysia", set()),
        ("Johorian", set()),
        ("Johor", {"MY-JOHOR"}),
        ("near Johor Bahru", {"MY-JOHOR"}),
        ("Sabah", {"MY-SABAH-EAST", "MY-SABAH-WEST"}),
        ("Tawau, Sabah", {"MY-SABAH-EAST"}),
        ("Sabah (west coast and interior)", {"MY-SABAH-WEST"}),
        ("Tawau, Sabah, or Johor", {"MY-SABAH-EAST", "MY-JOHOR"}),
        ("Johor Bahru Lama", {"MY-JOHOR"}),
    ],
)
def test_a_place_lies_in_the_districts_it_names(place: str, codes: set[str]) -> None:
    assert resolve(place, ALL) == codes


def test_a_name_is_only_mentioned_as_whole_words() -> None:
    assert mentions("osaka shi", "osaka")
    assert not mentions("osakan", "osaka")
    assert not mentions("osaka", "")


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    plain = normalise(text)
    assert plain == normalise(plain) or len(plain) > PLACE_LENGTH
    resolve(text, ALL)


def test_a_very_long_place_is_cut() -> None:
    assert len(normalise("x" * 1_000_000)) == PLACE_LENGTH
