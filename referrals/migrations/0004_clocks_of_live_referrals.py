"""Referrals that run already get what their deadline began with, and their first reminder."""

from django.db import migrations

# What they began with was not kept: taken on, else sent, else written down. The sweep looks at each at half of its time,
# or at once where that has passed, and works out by itself which reminders are due.
FILL = """
UPDATE referrals_referral
SET clock_from = LEAST(COALESCE(accepted_at, sent_at, created_at), due_at)
WHERE due_at IS NOT NULL AND clock_from IS NULL;

UPDATE referrals_referral
SET escalate_at = clock_from + (due_at - clock_from) / 2
WHERE due_at IS NOT NULL AND escalate_at IS NULL AND escalation_level = 0
  AND state IN ('unrouted', 'sent', 'received', 'clarifying', 'accepted');
"""


class Migration(migrations.Migration):
    dependencies = (("referrals", "0003_stopped_clock"),)

    operations = (migrations.RunSQL(FILL, migrations.RunSQL.noop),)
