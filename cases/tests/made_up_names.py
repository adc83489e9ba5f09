"""Names from several parts of the country, plainly made up of common ones, and how they come to be written otherwise."""

from __future__ import annotations

from random import Random
from typing import NamedTuple


class Region(NamedTuple):
    """Where names of a kind are at home: regencies by code, first names of women and men, and what follows them."""

    regencies: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    others: tuple[str, ...]


def _region(regencies: str, women: str, men: str, others: str) -> Region:
    return Region(*(tuple(text.split()) for text in (regencies, women, men, others)))


REGIONS = (
    _region(  # Javanese
        "3507 3509 3505 3301",
        "Siti Sri Sulastri Suparti Wahyuni Tumini Sumiati Ngatini Endang Dwi Tri Rukmini Kasiyem Purwanti Sunarti Juminten Eka Lestari",
        "Joko Slamet Sutrisno Bambang Eko Sugeng Wahyu Suwandi Agus Supriyadi Paijo Ngadimin Mulyono Sukarno Heru Yanto Budi Tukiman",
        "Wahyuni Lestari Widodo Aminah Rahayu Utami Sukarno Susilo Handayani Santoso Puspitasari Haryanti Sulistyowati Purnomo Wijayanti Subagyo Kusumawati Riyanto",
    ),
    _region(  # Sundanese
        "3201 3205 3212 3204",
        "Neneng Euis Iis Cucu Enung Nining Elis Lilis Yayah Teti Imas Tuti Rohaeti Dedeh Mimin Entin Aas Kokom",
        "Asep Dadang Ujang Cecep Dedi Encep Jajang Ade Iwan Tatang Yayat Oman Engkos Maman Deden Rudi Aep Nandang",
        "Nurhayati Rohmawati Suryana Kurniasih Hidayat Mulyani Supriatna Komariah Saepuloh Maesaroh Sutisna Juariah Hermawan Sopiah Kusnadi Rostini Gunawan Solihat",
    ),
    _region(  # Batak
        "1271 1207 1212 1202",
        "Rotua Tiurma Roslina Duma Lamria Hotmaida Sondang Tiarma Riris Marlina Nurmala Renta Delima Saida Bunga Ester Melva Romauli",
        "Parlindungan Togar Sahat Binsar Hotman Jonggi Maruli Tumpal Poltak Saut Rudolf Jannes Bonar Marihot Edison Lamhot Ucok Darwin",
        "Simanjuntak Siregar Sihombing Nasution Hutabarat Panjaitan Situmorang Sitorus Manurung Simbolon Pardede Tampubolon Lumbantobing Sinaga Harahap Gultom Pasaribu Silalahi",
    ),
    _region(  # Bugis and Makassar
        "7371 7308 7309 7306",
        "Andi Rosmini Hasnawati Nurlia Sitti Darmawati Indo Becce Kasmawati Hartati Sukmawati Halija Besse Nurbaya Rosdiana Mardiana Suriani Hajrah",
        "Andi Baso Ambo Muhammad Sudirman Firman Baharuddin Makmur Ramli Sultan Amiruddin Jufri Rustam Saharuddin Mansur Tahir Beddu Lukman",
        "Tenriawaru Mappanyukki Ramlah Pattola Mappiasse Mattalitti Sennang Palaguna Dg.Ngai Massaile Parenrengi Daeng Ratu Patarai Bau Sappaile Rajab Mappatoba",
    ),
    _region(  # Sasak
        "5203 5202 5201 5208",
        "Baiq Inaq Sakinah Mahnep Raehan Nurminah Saknah Zaenab Mariatun Sahnim Rohani Husnul Senah Hadijah Murniati Rehanun Sumarni Kalsum",
        "Lalu Amaq Zulkarnaen Sahdan Mahsun Saparudin Muhsin Jumarim Ahmad Sahabudin Murdan Suhaili Azhar Kamarudin Mahyudin Nurdin Haerul Sabri",
        "Nurhasanah Wirahadi Hidayatullah Rusniati Zohriah Mahendra Anggraeni Suryawan Maulida Hasbi Fatmawati Khairani Azizah Hamdani Sulhiyah Ilham Fauziah Ramdhani",
    ),
    _region(  # Flores, Timor, Sumba
        "5303 5306 5371 5312",
        "Maria Kristina Yuliana Theresia Fransiska Margareta Adelina Yosefina Martha Agnes Elisabet Anastasia Regina Veronika Yovita Katarina Selfina Dorkas",
        "Yohanes Kristoforus Fransiskus Yosef Agustinus Petrus Melkianus Stefanus Dominikus Markus Paulus Antonius Marselinus Gabriel Nikodemus Lambertus Efraim Silvester",
        "Lalo Bria Seran Tnunay Nahak Taek Kabosu Mbipi Wea Leki Bili Nggadas Kolo Benu Fallo Djawa Ngongo Lende",
    ),
    _region(  # Chinese-Indonesian
        "6171 6172 6101 3173",
        "Meiliana Lie Liliana Fenny Susanti Yuliani Tjoeng Veronica Linda Jenny Agustina Mei Ling Silviana Hendriani Giok Lenny Erlina",
        "Hendra Tan Budi Liem Rudy Kho Johan Oei Stefanus Ong Hartono Tjhin Ferry Bong Gunawan Wong Herman Edy",
        "Wijaya Tanuwijaya Halim Salim Gunardi Tjandra Kusuma Lim Hartanto Suryadi Oetomo Setiadi Sutanto Wibowo Tedja Nio Chandra Lesmana",
    ),
    _region(  # Arabic names, in Aceh and Madura as elsewhere
        "1106 1108 3527 3529",
        "Fatimah Khadijah Aisyah Zainab Nuraini Syarifah Halimah Maryam Rohmah Safiyah Hafsah Ummi Latifah Azizah Zubaidah Munawaroh Jamilah Nafisah",
        "Muhammad Ahmad Abdul Yusuf Ismail Syamsul Zainal Fauzi Khairul Hasan Ridwan Faisal Mustofa Ibrahim Jamaluddin Syafi'i Fathur Husein",
        "Rahman Aziz Hidayati Rahmah Bahri Abidin Anwar Rohman Qodir Masruroh Zahro Hakim Fauziyah Syukur Jannah Latif Mukhtar Khasanah",
    ),
)

# How one name is written otherwise, beside the rules of spelling below. The first is one of the lists above.
OTHERWISE = {
    "Siti": ("Sitti", "St.", "Sity"),
    "Sitti": ("Siti", "St."),
    "Muhammad": ("Moh.", "Muh.", "M.", "Mohammad", "Mochamad", "Mhd"),
    "Ahmad": ("Achmad", "Akhmad", "Amad"),
    "Abdul": ("Abd.", "Abdoel", "Abd"),
    "Khadijah": ("Hadijah", "Chotijah", "Katijah"),
    "Hadijah": ("Khadijah", "Hatijah"),
    "Fatimah": ("Patimah", "Fatma", "Fatima"),
    "Aisyah": ("Aisah", "Aisha", "Isyah"),
    "Nuraini": ("Nur Aini", "Nur'aini", "Nurainih"),
    "Nurhayati": ("Nur Hayati", "Nurhayatih", "Nurhati"),
    "Nurhasanah": ("Nur Hasanah", "Nurhasana"),
    "Zainab": ("Jaenab", "Zaenab", "Sainab"),
    "Zaenab": ("Zainab", "Jaenab"),
    "Yohanes": ("Johannes", "Yohannes", "Johanes", "Yohanis"),
    "Yosef": ("Josef", "Yoseph", "Yusuf"),
    "Kristina": ("Christina", "Cristina", "Kristin"),
    "Kristoforus": ("Kristo", "Christoforus"),
    "Theresia": ("Teresia", "Theresa"),
    "Katarina": ("Catharina", "Katharina"),
    "Elisabet": ("Elizabeth", "Elisabeth"),
    "Agustinus": ("Agus", "Augustinus"),
    "Sulastri": ("Lastri", "Soelastri"),
    "Suparti": ("Parti", "Soeparti"),
    "Wahyuni": ("Yuni", "Wahjuni"),
    "Sukarno": ("Soekarno", "Sukarna"),
    "Supriyadi": ("Supriadi", "Yadi", "Soeprijadi"),
    "Yusuf": ("Jusuf", "Yusup", "Joesoef"),
    "Syarifah": ("Sarifah", "Sarifa", "Syaripah"),
    "Jamaluddin": ("Djamaludin", "Jamaludin", "Jamal"),
    "Baharuddin": ("Baharudin", "Bahar"),
    "Saepuloh": ("Saefulloh", "Saifullah"),
    "Rohmawati": ("Rahmawati", "Rochmawati"),
    "Rohman": ("Rahman", "Rochman"),
    "Munawaroh": ("Munawarah", "Munawaro"),
    "Husein": ("Husain", "Hussein", "Husen"),
    "Simanjuntak": ("Manjuntak", "Simandjuntak"),
    "Sulistyowati": ("Sulistiowati", "Sulis"),
    "Kho": ("Khoe", "Ko"),
    "Tjandra": ("Chandra", "Candra"),
    "Ramdhani": ("Ramdani", "Ramadhani"),
}
SPELLINGS = (
    *(
        ("u", "oe"),
        ("J", "Dj"),
        ("j", "dj"),
        ("C", "Tj"),
        ("c", "tj"),
        ("f", "p"),
        ("F", "P"),
        ("v", "p"),
        ("iy", "i"),
    ),
    *(
        ("ia", "iya"),
        ("y", "i"),
        ("z", "s"),
        ("Z", "J"),
        ("sy", "s"),
        ("Sy", "Sj"),
        ("kh", "h"),
        ("Kh", "H"),
        ("d", "dd"),
    ),
    *(
        ("l", "ll"),
        ("m", "mm"),
        ("t", "th"),
        ("ah", "a"),
        ("a ", "ah "),
        ("ai", "ae"),
        ("ae", "ai"),
        ("Y", "J"),
        ("k", "c"),
    ),
)
NEAR = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wertyuioiosdfghjkkxcvbnbn", strict=False))


def respelt(name: str, chance: Random) -> str:
    """One word of the name in another of its ways, or by another spelling."""
    words = name.split()
    known = [place for place, word in enumerate(words) if word in OTHERWISE]
    if known and chance.random() < 0.7:
        place = chance.choice(known)
        words[place] = chance.choice(OTHERWISE[words[place]])
        return " ".join(words)
    fitting = [(old, new) for old, new in SPELLINGS if old in f"{name} "]
    if not fitting:
        return name
    old, new = chance.choice(fitting)
    return f"{name} ".replace(old, new, 1).strip()


def slipped(name: str, chance: Random) -> str:
    """One slip of the fingers, anywhere: a letter left out, doubled, beside the right one, or two in each other's place."""
    places = [place for place, letter in enumerate(name) if letter.isalpha()]
    place = chance.choice(places)
    before, letter, after = name[:place], name[place], name[place + 1 :]
    match chance.randrange(4):
        case 0:
            return before + after
        case 1:
            return before + letter + letter.lower() + after
        case 2:
            return before + NEAR.get(letter.lower(), "a") + after
        case _:
            return before + (after[:1].strip() or letter) + letter.lower() + after[1:]


def swapped(name: str, chance: Random) -> str:
    words = name.split()
    chance.shuffle(words)
    return " ".join(words)


def shortened(name: str, chance: Random) -> str:
    """A word left out, or only its first letter written."""
    words = name.split()
    if len(words) < 2:
        return name
    place = chance.randrange(len(words))
    words[place : place + 1] = [f"{words[place][0]}."] if chance.random() < 0.3 else []
    return " ".join(words)


def lengthened(name: str, father: str, chance: Random) -> str:
    """With a title or with the father's name, as in a passport."""
    return chance.choice(
        (f"{name} binti {father}", f"{name} {father}", f"Hj. {name}", f"Ibu {name}", f"{name} bt {father}")
    )
