from django.db import migrations, models
from django.db.models import Func, Value
from django.db.models.lookups import Regex


class Migration(migrations.Migration):
    """Subjects and roles of the access log are checked as well, and its days have an index."""

    dependencies = [("privacy", "0007_log_is_added_to_only")]

    operations = [
        migrations.RemoveConstraint(model_name="logentry", name="log_holds_codes_only"),
        migrations.AddConstraint(
            model_name="logentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason__regex", "^[a-z0-9_:-]*$"),
                    ("role__regex", "^[a-z_]*$"),
                    ("what__regex", "^[a-z0-9_:-]*$"),
                ),
                name="log_holds_codes_only",
            ),
        ),
        migrations.AddConstraint(
            model_name="logentry",
            constraint=models.CheckConstraint(
                condition=Regex(
                    Func(
                        "subjects",
                        Value(" "),
                        function="array_to_string",
                        output_field=models.TextField(),
                    ),
                    "^((case:[0-9]+|draft:[0-9a-f-]{36})( (case:[0-9]+|draft:[0-9a-f-]{36}))*)?$",
                ),
                name="log_holds_numbers_only",
            ),
        ),
        migrations.AddIndex(model_name="logentry", index=models.Index(fields=["at"], name="log_at")),
    ]
