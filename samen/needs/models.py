from uuid import uuid4

from django.db import models
from django.db.models import Q


class Need(models.Model):
    """One concept of the taxonomy. Ids (`key`) and numbers are given once, never reused."""

    class Kind(models.TextChoices):
        FORM = "form"  # the five forms of violence of the programme's sources
        GBVIMS = "gbvims"  # the six core types, for registration by colleagues only
        CONTEXT = "context"
        PHASE = "phase"
        WINDOW = "window"  # how long ago
        SITUATION = "sit"  # in a person's own words
        SUPPORT = "sup"  # a kind of help
        GROUP = "grp"  # for whom

    class Urgency(models.TextChoices):
        NOW = "now"
        TODAY = "today"
        SOON = "soon"

    id = models.UUIDField(primary_key=True, default=uuid4)
    key = models.CharField(max_length=60, unique=True)
    number = models.PositiveIntegerField(unique=True)
    kind = models.CharField(max_length=8, choices=Kind)
    urgency = models.CharField(max_length=5, choices=Urgency, blank=True)
    # Hours since the act for a window; null where a window has no end.
    hours = models.PositiveIntegerField(null=True)
    # Usable as a filter, never kept about an anonymous person.
    sensitive = models.BooleanField(default=False)
    # Concepts for colleagues do not appear on visitor pages.
    staff_only = models.BooleanField(default=False)
    # Since when it is for colleagues only; null for what visitors see, and for what they never saw.
    open_until = models.DateTimeField(null=True)
    # Keys of the forms, kinds of help and windows that belong to a situation, in order.
    forms = models.JSONField(default=list)
    support = models.JSONField(default=list)
    windows = models.JSONField(default=list)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                name="need_urgency_is_of_situations", condition=Q(urgency="") | Q(kind="sit")
            ),
        ]

    def __str__(self) -> str:
        return self.key


class NeedText(models.Model):
    """What a need is called in one language, and the words people use for it."""

    class State(models.TextChoices):
        ORIGINAL = "original"
        HUMAN = "human"  # translated or approved by a named person
        MACHINE = "machine"  # a draft until a mediator approves it

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=12)
    label = models.CharField(max_length=120)
    phrases = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State)
    # Hash of the original label and phrases this was made from: a translation is out of date
    # when the original's hash is another one, never because of a date.
    made_from = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["need", "language"], name="need_text_once"),
            models.CheckConstraint(name="need_label_is_there", condition=~Q(label="")),
        ]
        ordering = ["need", "language"]

    def __str__(self) -> str:
        return f"{self.need_id} {self.language}"
