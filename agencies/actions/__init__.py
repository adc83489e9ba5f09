"""The verbs of partners, their people and the reference data. Each is one transaction with an explicit actor."""

from .deadlines import (
    add_day,
    drop_own_deadline,
    edit_deadline,
    edit_hours,
    mark,
    reminders_mark,
    remove_day,
    set_own_deadline,
    set_reminders,
)
from .deputies import drop_deputy, set_deputy
from .door import accept_conduct, ask_unlock, unlock
from .imports import carry_out, discard, upload
from .invitations import accept, invite, resend, revoke
from .moving import move
from .names import add_former_name, drop_former_name, names_mark, rename_partner
from .offices import add_duty, close_office, edit_office, remove_duty
from .partners import edit_partner, seen_values
from .people import change_role, reactivate, reset_second_factor, suspend
from .reference import confirm, said_mark, take_back
from .reference_rows import add_row, edit_row, reset_row, restore_row, retire_row, row_mark
from .reference_tables import keep_table, take_in
from .review import confirm_staff, unconfirm_staff
from .second_pair import (
    approve,
    ask_factor_reset,
    confirm_factor_reset,
    refuse_admin,
    refuse_factor_reset,
)
from .shared import ActRefused, StaleData

__all__ = [
    "ActRefused",
    "StaleData",
    "accept",
    "accept_conduct",
    "add_day",
    "add_duty",
    "add_former_name",
    "add_row",
    "approve",
    "ask_factor_reset",
    "ask_unlock",
    "carry_out",
    "change_role",
    "close_office",
    "confirm",
    "confirm_factor_reset",
    "confirm_staff",
    "discard",
    "drop_deputy",
    "drop_former_name",
    "drop_own_deadline",
    "edit_deadline",
    "edit_hours",
    "edit_office",
    "edit_partner",
    "edit_row",
    "invite",
    "keep_table",
    "mark",
    "move",
    "names_mark",
    "reactivate",
    "refuse_admin",
    "refuse_factor_reset",
    "reminders_mark",
    "remove_day",
    "remove_duty",
    "rename_partner",
    "resend",
    "reset_row",
    "reset_second_factor",
    "restore_row",
    "retire_row",
    "revoke",
    "row_mark",
    "said_mark",
    "seen_values",
    "set_deputy",
    "set_own_deadline",
    "set_reminders",
    "suspend",
    "take_back",
    "take_in",
    "unconfirm_staff",
    "unlock",
    "upload",
]
