import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0003_fields_seen")]

    operations = [
        migrations.AddField("source", "whole_at", models.DateTimeField(null=True)),
        migrations.AddField("run", "in_part", models.BooleanField(default=False)),
        migrations.AddField("held", "modified", models.CharField(blank=True, max_length=40, default=""), preserve_default=False),
        migrations.CreateModel(
            name="Answered",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked", models.CharField(max_length=100)),
                ("tag", models.CharField(blank=True, max_length=200)),
                ("modified", models.CharField(blank=True, max_length=200)),
                ("originals", models.JSONField(default=list)),
                ("total", models.PositiveIntegerField(null=True)),
                ("last", models.BooleanField(null=True)),
                ("run", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="exchange.run")),
                ("source", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="answered", to="exchange.source")),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.AddConstraint(
            "answered",
            models.UniqueConstraint(fields=("source", "asked"), name="answer_of_a_source_once"),
        ),
    ]
