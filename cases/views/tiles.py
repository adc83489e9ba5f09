"""What waits, as tiles over the list of cases."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext

from agencies.capped import in_words

from ..choices import Need


def tiles(waiting: dict[str, Any], tab: str, drafts: int) -> list[dict[str, Any]]:
    """What waits, as tiles that lead to the list of it."""
    tones = {Need.ANSWER: "warn", Need.CHOICE: "warn", Need.REFER_AGAIN: "warn", Need.OVERDUE: "bad"}
    icons = {
        Need.ANSWER: "question-circle",
        Need.CHOICE: "signpost-split",
        Need.REFER_AGAIN: "x-circle",
        Need.OVERDUE: "alarm-fill",
    }
    shown: list[dict[str, Any]] = [
        {
            "value": in_words(waiting[need]),
            "label": need.label,
            "url": f"{reverse('cases:list')}?tab={tab}&need={need}",
            "icon": icons[need],
            "tone": tone if waiting[need] else "neutral",
        }
        for need, tone in tones.items()
    ]
    if waiting[Need.SETTLEMENT]:
        shown.append(
            {
                "value": in_words(waiting[Need.SETTLEMENT]),
                "label": Need.SETTLEMENT.label,
                "url": f"{reverse('cases:list')}?tab={tab}&need={Need.SETTLEMENT}",
                "icon": "calendar-check",
                "tone": "warn",
            }
        )
    if drafts:
        label = ngettext("Open draft", "Open drafts", drafts)
        shown.append({"value": drafts, "label": label, "url": "#drafts", "icon": "pencil", "tone": "neutral"})
    if waiting.get("openings"):
        shown.append(_openings(waiting["openings"]))
    return shown


def _openings(count: int) -> dict[str, Any]:
    """For supervisors: how many openings in an emergency wait for their judgement."""
    return {
        "value": in_words(count),
        "label": ngettext("Opening to review", "Openings to review", count),
        "url": reverse("cases:glass"),
        "icon": "shield-lock",
        "tone": "bad",
    }
