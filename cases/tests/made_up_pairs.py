"""Two thousand made-up pairs of persons of whom it is known whether they are one: half are, half only look like it.

The same every time for a seed. Sets of different halves share no name, so that a rule may be set on one and measured on the
other. Much is unknown on one side, as at intake; a third of the pairs that are one have neither a number nor a whole name in
common.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from cases.likeness import Facts

from .made_up_names import REGIONS, Region, lengthened, respelt, shortened, slipped, swapped

FIRST_DAY, DAYS = date(1968, 1, 1), 365 * 37


@dataclass(frozen=True)
class Pair:
    """Who is in the portal, who is typed at intake, and whether they are one."""

    stored: Facts
    typed: Facts
    are_one: bool
    kind: str


def pairs(count: int, *, half: int) -> list[Pair]:
    """`count` pairs of the first (0) or second (1) half of the names."""
    maker = Maker(half)
    return [maker.pair(place) for place in range(count)]


class Maker:
    def __init__(self, half: int) -> None:
        self.half = half
        self.chance = Random(20261126 + half)
        self.serial = 0
        self.hard: tuple[tuple[int, Callable[[Facts, Region], Facts]], ...] = (
            (22, self.sibling),
            (4, self.twin),
            (24, self.namesake),
            (20, self.neighbour),
            (8, self.child),
            (7, self.spouse),
            (15, self.stranger),
        )

    def pair(self, place: int) -> Pair:
        region = REGIONS[place % len(REGIONS)]
        person = self.person(region)
        if place // len(REGIONS) % 2:
            return Pair(self.known(person), self.known(self.again(person, region)), True, "same")
        weights = [weight for weight, _make in self.hard]
        make = self.chance.choices([make for _weight, make in self.hard], weights)[0]
        return Pair(self.known(person), self.known(make(person, region)), False, make.__name__)

    # Persons --------------------------------------------------------------------------------------

    def person(self, region: Region, **fixed: object) -> Facts:
        """Everything about somebody."""
        chance = self.chance
        sex = "female" if chance.random() < 0.7 else "male"
        regency = chance.choice(region.regencies)
        born = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
        made = Facts(
            name=self.name(region, sex),
            passport=f"{chance.choice('ABCEX')}{chance.randrange(10**7):07d}",
            phones=f"08{chance.randrange(10**9, 10**10)}",
            sex=sex,
            birth_date=born,
            province=regency[:2],
            regency=regency,
        )
        made = replace(made, **fixed)  # type: ignore[arg-type]
        return replace(made, nik=self.nik(made))

    def nik(self, of: Facts) -> str:
        assert of.birth_date
        self.serial += 1
        day = of.birth_date.day + (40 if of.sex == "female" else 0)
        return f"{of.regency}{self.chance.randrange(1, 30):02d}{day:02d}{of.birth_date:%m%y}{self.chance.randrange(1, 40):04d}"

    def of_half(self, names: tuple[str, ...]) -> str:
        return self.chance.choice(names[self.half :: 2])

    def name(self, region: Region, sex: str) -> str:
        """One word to three; a third of them words that follow the first."""
        first = self.of_half(region.women if sex == "female" else region.men)
        count = self.chance.choices((0, 1, 2), (8, 62, 30))[0]
        others: list[str] = []
        while len(others) < count:
            other = self.of_half(region.others)
            if other not in (first, *others):
                others.append(other)
        return " ".join([first, *others])

    # The same person once more --------------------------------------------------------------------

    def again(self, person: Facts, region: Region) -> Facts:
        chance, name = self.chance, person.name
        for _time in range(chance.choices((0, 1, 2, 3), (10, 50, 30, 10))[0]):
            change = chance.choices(
                (respelt, slipped, swapped, shortened, self.with_father(region)), (35, 28, 12, 13, 12)
            )[0]
            name = change(name, chance)
        return replace(
            person,
            name=name,
            nik=self.mistyped(person.nik) if chance.random() < 0.08 else person.nik,
            passport=f"C{chance.randrange(10**7):07d}" if chance.random() < 0.4 else person.passport,
            phones=f"08{chance.randrange(10**9, 10**10)}" if chance.random() < 0.5 else person.phones,
            sex=person.sex if chance.random() < 0.99 else {"female": "male", "male": "female"}[person.sex],
            birth_date=self.birth_again(person.birth_date),
            regency=person.regency if chance.random() < 0.92 else chance.choice(region.regencies),
        )

    def with_father(self, region: Region) -> Callable[[str, Random], str]:
        father = self.of_half(region.men)
        return lambda name, chance: lengthened(name, father, chance)

    def mistyped(self, digits: str) -> str:
        place = self.chance.randrange(6, len(digits))
        return digits[:place] + str(self.chance.randrange(10)) + digits[place + 1 :]

    def birth_again(self, born: date | None) -> date | None:
        assert born
        match self.chance.choices(("same", "swapped", "slip", "year only", "next year"), (80, 5, 5, 6, 4))[0]:
            case "swapped" if born.day <= 12:
                return date(born.year, born.day, born.month)
            case "slip":
                return born.replace(day=min(born.day % 10 + 10 * self.chance.randrange(3) or 1, 28))
            case "year only":
                return date(born.year, 1, 1)
            case "next year":
                return born.replace(year=born.year + self.chance.choice((-1, 1)), day=min(born.day, 28))
        return born

    # Somebody else --------------------------------------------------------------------------------

    def sibling(self, person: Facts, region: Region) -> Facts:
        """The same home, often the same last word and the same telephone, some years apart."""
        assert person.birth_date
        born = person.birth_date + timedelta(
            days=self.chance.choice((-1, 1)) * self.chance.randrange(330, 3000)
        )
        phones = person.phones if self.chance.random() < 0.35 else f"08{self.chance.randrange(10**9, 10**10)}"
        other = self.person(
            region, birth_date=born, regency=person.regency, province=person.province, phones=phones
        )
        words = person.name.split()
        return replace(
            other,
            name=" ".join(
                [self.unlike(words, region.women if other.sex == "female" else region.men), *words[1:]]
            ),
        )

    def twin(self, person: Facts, region: Region) -> Facts:
        """Born on the same day in the same place, with a name that rhymes."""
        other = replace(self.sibling(person, region), birth_date=person.birth_date, sex=person.sex)
        return replace(other, nik=person.nik[:-1] + str((int(person.nik[-1]) + 1) % 10))

    def namesake(self, person: Facts, region: Region) -> Facts:
        """Called the same, now and then spelt otherwise, of another age; near by or not."""
        assert person.birth_date
        years = self.chance.choices((0, 1, 2, 5, 11), (10, 10, 20, 30, 30))[0] * self.chance.choice((-1, 1))
        born = person.birth_date.replace(
            year=person.birth_date.year + years, month=self.chance.randrange(1, 13), day=5
        )
        regency = person.regency if self.chance.random() < 0.4 else self.chance.choice(region.regencies)
        name = respelt(person.name, self.chance) if self.chance.random() < 0.3 else person.name
        other = self.person(region, birth_date=born, regency=regency, province=regency[:2], sex=person.sex)
        return replace(other, name=name)

    def neighbour(self, person: Facts, region: Region) -> Facts:
        """Of the same regency and year, with one word of the name in common."""
        assert person.birth_date
        born = date(person.birth_date.year, self.chance.randrange(1, 13), self.chance.randrange(1, 29))
        other = self.person(
            region, birth_date=born, regency=person.regency, province=person.province, sex=person.sex
        )
        first, *rest = person.name.split()
        return replace(other, name=f"{first} {self.unlike(rest, region.others)}")

    def child(self, person: Facts, region: Region) -> Facts:
        """Carries the parent's name behind their own, with the same home and often the same telephone."""
        assert person.birth_date
        born = person.birth_date + timedelta(days=self.chance.randrange(6800, 11000))
        phones = person.phones if self.chance.random() < 0.4 else f"08{self.chance.randrange(10**9, 10**10)}"
        other = self.person(
            region, birth_date=born, regency=person.regency, province=person.province, phones=phones
        )
        return replace(other, name=f"{other.name.split()[0]} {person.name}")

    def spouse(self, person: Facts, region: Region) -> Facts:
        other = self.person(region, regency=person.regency, province=person.province, phones=person.phones)
        return replace(other, sex={"female": "male", "male": "female"}[person.sex])

    def stranger(self, _person: Facts, region: Region) -> Facts:
        return self.person(region)

    def unlike(self, words: Sequence[str], names: tuple[str, ...]) -> str:
        return self.chance.choice([name for name in names[self.half :: 2] if name not in words])

    # What is known of them ------------------------------------------------------------------------

    def known(self, person: Facts) -> Facts:
        """As a form has it: name, sex and province always, the rest as often as people have it at hand."""

        def at_hand(value: str, share: float) -> str:
            return value if self.chance.random() < share else ""

        number = at_hand(person.nik, 0.4)
        often = 0.95 if number else 0.0  # the portal offers to fill in what a NIK says
        return replace(
            person,
            nik=number,
            passport=at_hand(person.passport, 0.2),
            phones=at_hand(person.phones, 0.65),
            birth_date=person.birth_date if self.chance.random() < (often or 0.75) else None,
            regency=at_hand(person.regency, often or 0.9),
        )
