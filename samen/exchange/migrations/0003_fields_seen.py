from datetime import UTC, datetime

from django.db import migrations, models
from django.db.models import F

_AT_ONCE = 500


def fill(apps, _editor):
    """What is known of records of before: who wrote which fact when, and what was offered since."""
    held = apps.get_model("exchange", "Held").objects
    held.update(read_at=F("last_seen"))
    ids = list(held.order_by("id").values_list("id", flat=True))
    for start in range(0, len(ids), _AT_ONCE):
        rows = {r.id: r for r in held.filter(id__in=ids[start : start + _AT_ONCE]).defer("document")}
        for row in rows.values():
            day = row.first_seen.date().isoformat()
            row.fields = {fact: [said, day] for fact, said in row.facts.items()}
        touched = apps.get_model("exchange", "Touched").objects.filter(held__in=rows)
        for row in touched.filter(what="changed").select_related("run").order_by("id"):
            for fact in row.facts:
                if fact in rows[row.held_id].fields:
                    rows[row.held_id].fields[fact][1] = row.run.at.date().isoformat()
        differing = apps.get_model("exchange", "Difference").objects.filter(held__in=rows)
        for row in differing.filter(state__in=("waiting", "rejected")).order_by("at", "id"):
            rows[row.held_id].fields[row.fact] = [row.mark, row.at.date().isoformat()]
        held.bulk_update(rows.values(), ["fields"])


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_trouble_since")]

    operations = [
        migrations.AddField("held", "fields", models.JSONField(default=dict)),
        migrations.AddField(
            "held",
            "read_at",
            models.DateTimeField(default=datetime(1970, 1, 1, tzinfo=UTC)),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
