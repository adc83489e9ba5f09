"""Who would have been asked: agencies.matching over facts that are read once, for hundreds of cases in one go."""

from collections.abc import Iterable
from dataclasses import replace

from agencies import matching
from agencies.choices import AgencyCode


class Routes:
    """Answers as `matching.ask` does, without asking the database again."""

    def __init__(self, readers: Iterable[int]) -> None:
        """`readers`: primary keys of the partners where somebody has an account."""
        self.readers = frozenset(readers)
        self._facts = replace(matching.Facts.read(), readers=self.readers)

    def ask(self, question: matching.Question) -> matching.Answer:
        """The ranking for this question, saying of each candidate whether somebody there reads."""
        return self._facts.ask(question)

    def home_office(self, agency: AgencyCode, province: str) -> str:
        """The code of the partner that is this agency in a home province; empty when there is none."""
        return next(
            (
                one.partner_code
                for one in self._facts.mandates.values()
                if one.province == province and one.agency_code == agency
            ),
            "",
        )
