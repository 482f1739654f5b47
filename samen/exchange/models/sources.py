"""Where records come from, what was done with each, and what a person still has to decide."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from samen.directory.models import Service
from samen.places.models import Municipality


class Source(models.Model):
    """A list of somebody else that a municipality takes records from."""

    class Kind(models.TextChoices):
        HSDS = "hsds"  # a list of services by HTTPS, HSDS 3.0 to 3.3
        UK = "uk"  # the same, on the profile of the United Kingdom
        SAMEN = "samen"  # the change feed of another SAMEN
        PACKAGE = "package"  # a zip, or a file of JSON, that somebody brings
        SHEET = "sheet"  # a spreadsheet that somebody brings

    class State(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"

    id = models.UUIDField(primary_key=True, default=uuid4)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=Kind)
    address = models.URLField(blank=True)  # of the interface; what is brought has none
    # What its records are known by when they do not say who published them.
    publisher = models.CharField(max_length=200)
    licence = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=6, choices=State, default=State.ACTIVE)
    # So many whole crawls in a row must miss a record before it is taken away here.
    absences = models.PositiveSmallIntegerField(default=3)
    hours = models.PositiveSmallIntegerField(default=24)  # between two crawls
    cursor = models.TextField(blank=True)  # how far a feed was read
    whole_at = models.DateTimeField(null=True)  # when its whole list was read to the end last
    next_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=40, blank=True)  # a code, of the last crawl
    trouble_since = models.DateTimeField(null=True)  # the first time in a row
    by = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "address"],
                condition=~Q(address=""),
                name="source_of_a_municipality_once",
            ),
            models.CheckConstraint(name="source_waits_for_absences", condition=Q(absences__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name


class Run(models.Model):
    """One time that a source was read. Everything it has done is in the tables, not in memory."""

    class State(models.TextChoices):
        RUNNING = "running"
        WHOLE = "whole"
        INCOMPLETE = "incomplete"  # something was not answered: nothing counts as absent
        UNDOING = "undoing"
        UNDONE = "undone"

    id = models.UUIDField(primary_key=True, default=uuid4)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="runs")
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    position = models.TextField(blank=True)  # page, cursor or place in the file
    in_part = models.BooleanField(default=False)  # only what its list of names says has changed
    total = models.PositiveIntegerField(null=True)  # as the list says
    gaps = models.PositiveIntegerField(default=0)  # pages and records that did not answer
    tries = models.PositiveSmallIntegerField(default=0)  # of the same position
    counts = models.JSONField(default=dict)  # by outcome
    losses = models.JSONField(default=dict)  # "field|why": how many records
    refused = models.JSONField(default=list)  # [id at the source, why], the first ones
    undone_by = models.UUIDField(null=True)

    class Meta:
        ordering = ["-at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(state="running"),
                name="source_is_read_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.at} {self.state}"


class Load(models.Model):
    """What somebody brought, in pieces of so many records, until it has been taken in."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="loads")
    place = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["run", "place"], name="load_of_a_run_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.place}"


class Answered(models.Model):
    """By what an answer of a source is known again, so that it need not say the same once more."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="answered")
    asked = models.CharField(max_length=100)  # what stands in the address after the question mark
    tag = models.CharField(max_length=200, blank=True)
    modified = models.CharField(max_length=200, blank=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    originals = models.JSONField(default=list)  # that stood on the page, all of them taken in
    total = models.PositiveIntegerField(null=True)
    last = models.BooleanField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "asked"], name="answer_of_a_source_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.asked}"


class Held(models.Model):
    """One record of a source: what it said last, since when, and what was made of it here.

    The document is kept whole, and with it what has no column of ours. Once its place is secret
    here it is emptied (actions/forgetting.py).
    """

    class State(models.TextChoices):
        HERE = "here"
        ABSENT = "absent"  # gone at the source, and hidden here
        UNDONE = "undone"  # its run was taken back

    id = models.UUIDField(primary_key=True, default=uuid4)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="held")
    kind = models.CharField(max_length=40)  # service, or another object of HSDS
    original = models.CharField(max_length=200)
    publisher = models.CharField(max_length=200)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, related_name="+")
    state = models.CharField(max_length=6, choices=State, default=State.HERE)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    seen_in = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="+")
    missed = models.PositiveSmallIntegerField(default=0)  # whole crawls in a row
    hash = models.CharField(max_length=64)
    modified = models.CharField(max_length=40, blank=True)  # as its source says
    document = models.BinaryField()
    # When it was read whole for the last time: a record can be there and not answer.
    read_at = models.DateTimeField()
    facts = models.JSONField(default=dict)  # of each: the mark of what we wrote
    fields = models.JSONField(default=dict)  # of each: since when it is said (rules/seen.py)
    losses = models.JSONField(default=list)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind", "original"], name="record_of_a_source_once"
            ),
            models.UniqueConstraint(
                fields=["service"], condition=~Q(service=None), name="service_is_held_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.original}"


class Touched(models.Model):
    """What a run did to an entry of the map; enough to take it back."""

    class What(models.TextChoices):
        CREATED = "created"
        CHANGED = "changed"
        WITHDRAWN = "withdrawn"
        RETURNED = "returned"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="touched")
    held = models.ForeignKey(Held, on_delete=models.CASCADE, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=9, choices=What)
    version_before = models.PositiveIntegerField(default=0)
    version_after = models.PositiveIntegerField()
    facts = models.JSONField(default=list)
    undone = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.service_id} {self.what}"


class Difference(models.Model):
    """A source says another thing than a person here: both values, until somebody decides."""

    class State(models.TextChoices):
        WAITING = "waiting"
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        REMOVED = "removed"  # the source says so no longer, or both say the same by now

    id = models.UUIDField(primary_key=True, default=uuid4)
    held = models.ForeignKey(Held, on_delete=models.CASCADE, related_name="differences")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    fact = models.CharField(max_length=30)
    offered = models.JSONField()
    mark = models.CharField(max_length=64)  # of what is offered: once rejected, never asked again
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["held", "service", "fact"],
                condition=Q(state="waiting"),
                name="difference_waits_once",
            ),
            models.CheckConstraint(
                name="difference_is_decided_by_somebody",
                condition=~Q(state__in=("accepted", "rejected")) | Q(decided_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.fact} {self.state}"
