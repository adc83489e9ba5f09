"""Signs of trafficking, as caseworkers note them where the story gives them."""

from random import Random

from agencies.choices import PartnerKind, Stage
from agencies.models import Partner
from cases.choices import AssertedBy, MeansOfControl, TraffickingStatus

from .plots import Plot

M = MeansOfControl
ABOUT = frozenset({"TPPO", "ONLINE_SCAM"})
ALWAYS = (M.FALSE_PROMISES, M.WITHHOLDS_DOCUMENTS)
OFTEN = (
    M.DEBT_BONDAGE,
    M.RESTRICTS_MOVEMENT,
    M.THREATS,
    M.EXCESSIVE_HOURS,
    M.TAKES_EARNINGS,
    M.THREAT_OF_POLICE,
)
VIOLENT = {"ONLINE_SCAM": M.PHYSICAL_ABUSE, "KEKERASAN_MAJIKAN": M.PHYSICAL_ABUSE}
CONFIRMED, POLICE = 0.35, 0.4


def signs(plot: Plot, partner: Partner, rng: Random) -> dict[str, object]:
    """The fields of a case that speak of trafficking; none where it is about something else."""
    if not ABOUT & set(plot.topics):
        return {}
    confirmed = rng.random() < CONFIRMED
    own = AssertedBy.NGO if partner.kind == PartnerKind.NGO else AssertedBy.GOVERNMENT
    means = {*ALWAYS, *rng.sample(OFTEN, rng.randint(1, 4))}
    if plot.stage == Stage.BEFORE:  # nobody holds them yet
        means = {M.FALSE_PROMISES, M.DEBT_BONDAGE}
    means |= {VIOLENT[topic] for topic in plot.topics if topic in VIOLENT and plot.stage != Stage.BEFORE}
    return {
        "trafficking_status": TraffickingStatus.CONFIRMED if confirmed else TraffickingStatus.POSSIBLE,
        "trafficking_asserted_by": AssertedBy.POLICE if confirmed and rng.random() < POLICE else own,
        "means_of_control": [sign.value for sign in M if sign in means],
    }
