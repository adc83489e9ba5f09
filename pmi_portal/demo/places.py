"""Where it happens: cities abroad with their money, and home regencies (codes of agencies/data/regencies.csv)."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Country:
    """`cities` may repeat, to be drawn more often; "" is a place nobody knows. Wages are for a month."""

    cities: tuple[str, ...]
    currency: str
    sign: str
    wages: tuple[int, int]
    step: int = 50

    def wage(self, rng: Random) -> int:
        low, high = self.wages
        return rng.randrange(low, high + 1, self.step)

    def money(self, amount: int) -> str:
        return f"{self.sign} {amount:,}".replace(",", ".")


_MALAYSIA = (
    *(
        "Johor Bahru, Johor",
        "Batu Pahat, Johor",
        "Pasir Gudang, Johor",
        "Kluang, Johor",
        "Melaka",
        "Kuantan, Pahang",
    ),
    *("Kuala Lumpur", "Kuala Lumpur", "Shah Alam, Selangor", "Klang, Selangor", "Ipoh, Perak"),
    *("Bayan Lepas, Pulau Pinang", "Sungai Petani, Kedah", "Kuching, Sarawak", "Miri, Sarawak"),
    *("Kota Kinabalu, Sabah", "Keningau, Sabah", "Tawau, Sabah", "Lahad Datu, Sabah", "Sabah", "Seremban"),
)
COUNTRIES: dict[str, Country] = {
    "MY": Country(_MALAYSIA, "MYR", "RM", (1500, 2100)),
    "TW": Country(
        (
            "Taipei",
            "New Taipei",
            "Taoyuan",
            "Taichung",
            "Kaohsiung",
            "Tainan",
            "Hsinchu",
            "Donggang, Pingtung",
        ),
        "TWD",
        "NT$",
        (20000, 29000),
        500,
    ),
    "SA": Country(
        ("Riyadh", "Riyadh", "Dammam", "Jeddah", "Jeddah", "Makkah", "Madinah", "Taif", "Buraidah", ""),
        "SAR",
        "SAR",
        (1200, 1800),
    ),
    "SG": Country(("Woodlands", "Jurong", "Bedok", "Tampines", "Hougang"), "SGD", "S$", (650, 950)),
    "HK": Country(
        ("Causeway Bay", "Yuen Long", "Sha Tin", "Tuen Mun", "Tsuen Wan"), "HKD", "HK$", (4900, 5600)
    ),
    "KH": Country(("Phnom Penh", "Sihanoukville", "Bavet", "Poipet"), "USD", "USD", (700, 1000)),
    "MM": Country(("Myawaddy", "Yangon"), "USD", "USD", (700, 1000)),
    "AE": Country(("Dubai", "Sharjah", "Abu Dhabi", "Al Ain", "Ajman"), "AED", "AED", (1200, 1800)),
    "BN": Country(("Bandar Seri Begawan", "Kuala Belait"), "BND", "BND", (350, 600)),
    "KR": Country(("Ansan", "Busan", "Gimhae"), "KRW", "KRW", (1900000, 2400000), 50000),
    "JP": Country(("Osaka", "Nagoya", "Ibaraki"), "JPY", "JPY", (160000, 210000), 5000),
    "QA": Country(("Doha",), "QAR", "QAR", (1300, 1800)),
    "KW": Country(("Kuwait City", "Hawalli"), "KWD", "KWD", (90, 130), 10),
    "JO": Country(("Amman", "Irbid"), "JOD", "JOD", (180, 260), 10),
    "OM": Country(("Muscat", "Sohar"), "OMR", "OMR", (90, 130), 10),
}
SCAM_COUNTRIES = {"KH": 6.0, "MM": 3.0, "AE": 0.5}

REGENCIES: dict[str, tuple[str, ...]] = {
    "12": ("1205", "1207", "1209", "1271"),
    "18": ("1801", "1802", "1807", "1809"),
    "21": ("2171", "2172"),
    "31": ("3174", "3175"),
    "32": ("3202", "3203", "3209", "3212", "3213", "3215"),
    "33": ("3301", "3302", "3315", "3318", "3324", "3329"),
    "35": ("3502", "3503", "3504", "3505", "3506", "3507", "3509", "3510", "3519", "3527"),
    "36": ("3602", "3603", "3604"),
    "51": ("5107", "5108"),
    "52": ("5201", "5202", "5203", "5204", "5206", "5271"),
    "53": ("5301", "5302", "5306", "5313", "5321"),
    "61": ("6101", "6103"),
    "73": ("7302", "7308", "7315"),
}
