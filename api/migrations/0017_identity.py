"""Name the field of a caller's identity ``identity`` in every model. The columns keep their names."""

from typing import Any

from django.db import migrations, models

_HELP = "“user:” and an Accounts UUID, or “key:” and a public ID."


def _renamed(model: str, old: str, *, kind: Any, **options: Any) -> list[Any]:
    return [
        migrations.AlterField(model, old, kind(db_column=old, **options)),
        migrations.RenameField(model, old, "identity"),
    ]


class Migration(migrations.Migration):
    dependencies = [("api", "0016_texts_that_stand_alone")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveIndex("requestlog", "request_log_who"),
                migrations.RemoveConstraint("idempotencykey", "idempotency_key_unique"),
                *_renamed("outboundcase", "maker", kind=models.CharField, verbose_name="created by", max_length=100, help_text=_HELP),
                *_renamed("formsubmission", "submitted_by", kind=models.CharField, verbose_name="submitted by", max_length=100, help_text=_HELP),
                *_renamed("requestlog", "who", kind=models.TextField, verbose_name="caller", blank=True, help_text=_HELP),
                *_renamed("fieldchangelog", "who", kind=models.TextField, verbose_name="changed by", help_text=_HELP),
                *_renamed("idempotencykey", "caller", kind=models.CharField, max_length=100),
                migrations.AddIndex(
                    "requestlog", models.Index(fields=["identity", "-time"], name="request_log_who")
                ),
                migrations.AddConstraint(
                    "idempotencykey",
                    models.UniqueConstraint(fields=["identity", "path", "key"], name="idempotency_key_unique"),
                ),
            ],
        )
    ]
