"""Requests of data subjects, exports, retention and erasure, the breach register."""

from .breach import Breach, BreachNotice
from .export import DataExport
from .request import DataRequest
from .retention import Erasure, LegalHold, RetentionRule

__all__ = [
    "Breach",
    "BreachNotice",
    "DataExport",
    "DataRequest",
    "Erasure",
    "LegalHold",
    "RetentionRule",
]
