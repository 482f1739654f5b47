import uuid

from django.db import migrations, models
from django.db.models.functions import Coalesce
from django.db.models.functions.datetime import Now


def end_doubles(apps, schema_editor):
    """Of a post that somebody holds twice, the first goes on; SQLite knew no rule against it."""
    Post = apps.get_model("people", "Post")
    met = set()
    for post in Post.objects.filter(ended_at=None).order_by("given_at", "pk"):
        held = (post.colleague_id, post.role, post.municipality_id, post.organization, post.language)
        if held in met:
            Post.objects.filter(pk=post.pk).update(ended_at=Now())
        met.add(held)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.RunPython(end_doubles, migrations.RunPython.noop, elidable=True),
        migrations.RemoveConstraint(model_name="post", name="post_held_once"),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(
                models.F("colleague"),
                models.F("role"),
                Coalesce("municipality", models.Value(uuid.UUID(int=0), output_field=models.UUIDField())),
                Coalesce("organization", models.Value(uuid.UUID(int=0), output_field=models.UUIDField())),
                models.F("language"),
                condition=models.Q(("ended_at", None)),
                name="post_held_once",
            ),
        ),
    ]
