from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from samen.directory.models.organizations import Organization
from samen.needs.models import Need
from samen.places.models import Municipality


class Known(models.TextChoices):
    """What the map knows of a yes-or-no fact. Unknown is an answer: "ask"."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNKNOWN = ""


class Service(models.Model):
    """HSDS service: one offer of help, as a visitor reads it.

    The number is for addresses, given once in the content files or at creation, never reused.
    """

    class Kind(models.TextChoices):
        LINE = "line"
        SERVICE = "service"
        INFO = "info"
        PLACEHOLDER = "placeholder"

    class Publish(models.TextChoices):
        READY = "ready"
        REVIEW = "review"  # shown apart: "not yet confirmed, call and ask"
        HIDDEN = "hidden"

    class Verified(models.TextChoices):
        PERSON = "person"  # the organisation or a steward confirmed it; see assured_at
        SEED = "seed"  # stated by the programme's own documents
        PAGE = "page"  # stated by a public page, perhaps an old one
        UNVERIFIED = "unverified"

    class Freshness(models.TextChoices):
        FRESH = "fresh"
        DUE = "due"
        OVERDUE = "overdue"  # stands among what is not confirmed
        HIDDEN = "hidden"  # until somebody confirms it

    class Assurer(models.TextChoices):
        ORGANIZATION = "organization"
        STEWARD = "steward"
        NOBODY = ""

    class Hours(models.TextChoices):
        ALWAYS = "always"
        WEEKLY = "weekly"
        UNKNOWN = ""

    class Cost(models.TextChoices):
        FREE = "free"
        LOCAL = "local"
        DONATION = "donation"
        PAID = "paid"
        UNKNOWN = ""

    class Referral(models.TextChoices):
        NEEDED = "needed"
        NOT_NEEDED = "not_needed"
        UNKNOWN = ""

    id = models.UUIDField(primary_key=True, default=uuid4)
    key = models.SlugField(max_length=80, unique=True)
    number = models.PositiveIntegerField(unique=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    # The name in another language where it has one: {"en": "Sexual Assault Centre"}.
    names = models.JSONField(default=dict, blank=True)
    kind = models.CharField(max_length=12, choices=Kind)

    publish = models.CharField(max_length=6, choices=Publish, default=Publish.HIDDEN)
    verified = models.CharField(max_length=10, choices=Verified, default=Verified.UNVERIFIED)
    emergency = models.BooleanField(default=False)
    check_first = models.BooleanField(default=False)
    sources = models.JSONField(default=list, blank=True)
    source_year = models.PositiveSmallIntegerField(null=True)
    # When the entry was last held against its sources, and when a person confirmed it (HSDS
    # assured_date, which never moves by an edit or an import).
    checked_on = models.DateField(null=True)
    assured_on = models.DateField(null=True)
    assurer = models.CharField(max_length=12, choices=Assurer, blank=True)
    notes = models.TextField(blank=True)  # for colleagues

    # Who answers for it: a municipality; without one, those who keep what is national. And the
    # colleague among them, by her random id.
    owner = models.ForeignKey(Municipality, on_delete=models.PROTECT, null=True, related_name="+")
    keeper = models.UUIDField(null=True)
    # When somebody has to confirm it again, and how far that has gone (rules/freshness.py).
    review_due_on = models.DateField(null=True)
    freshness = models.CharField(max_length=7, choices=Freshness, default=Freshness.FRESH)
    lapsed_from = models.CharField(max_length=6, choices=Publish, blank=True)
    # The last day on which visitors said again that its number is wrong.
    number_doubted_on = models.DateField(null=True)
    # One higher at every change: who saves what she read before it, is told (see History).
    version = models.PositiveIntegerField(default=0)
    # The number of the last change in the journal that may show in it (see projections.py).
    stamp = models.PositiveBigIntegerField(default=0)

    # It was the same help as another entry, and its number answers with that one's page.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    website = models.URLField(blank=True)
    email = models.EmailField(blank=True)
    chat_url = models.URLField(blank=True)
    # phone, chat, whatsapp, email, walkin, visit
    channels = models.JSONField(default=list, blank=True)

    hours = models.CharField(max_length=7, choices=Hours, blank=True)
    hours_confirmed = models.BooleanField(default=False)
    # Outside the weekly hours somebody answers for what cannot wait.
    urgent_always = models.BooleanField(default=False)
    closed_on_holidays = models.CharField(max_length=7, choices=Known, blank=True)
    closed_from = models.DateField(null=True)
    closed_until = models.DateField(null=True)

    cost = models.CharField(max_length=8, choices=Cost, blank=True)
    interpreter = models.CharField(max_length=7, choices=Known, blank=True)
    anonymous = models.CharField(max_length=7, choices=Known, blank=True)
    without_documents = models.CharField(max_length=7, choices=Known, blank=True)
    referral = models.CharField(max_length=10, choices=Referral, blank=True)
    insurance = models.CharField(max_length=10, choices=Referral, blank=True)
    children = models.CharField(max_length=7, choices=Known, blank=True)
    wheelchair = models.CharField(max_length=7, choices=Known, blank=True)
    deaf = models.CharField(max_length=7, choices=Known, blank=True)
    minimum_age = models.PositiveSmallIntegerField(null=True)
    maximum_age = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["number"]
        indexes = [
            # Who is asked for those that were merged, few of many, needs not look at all.
            models.Index(
                name="merged_services",
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
            ),
        ]
        constraints = [
            # finder pages show what is published; this says again what may never be.
            models.CheckConstraint(
                name="unverified_service_is_hidden",
                condition=~Q(verified="unverified") | Q(publish="hidden"),
            ),
            models.CheckConstraint(
                name="placeholder_is_hidden",
                condition=~Q(kind="placeholder") | Q(publish="hidden"),
            ),
            models.CheckConstraint(
                name="lapsed_service_is_hidden",
                condition=~Q(freshness="hidden") | Q(publish="hidden"),
            ),
            models.CheckConstraint(
                name="emergency_service_never_lapses",
                condition=~Q(freshness="hidden", emergency=True),
            ),
            models.CheckConstraint(
                name="merged_service_is_hidden",
                condition=Q(merged_into=None) | Q(publish="hidden"),
            ),
            models.CheckConstraint(
                name="service_is_not_merged_into_itself", condition=~Q(merged_into=F("id"))
            ),
            models.CheckConstraint(
                name="service_ages_are_in_order",
                condition=Q(minimum_age=None)
                | Q(maximum_age=None)
                | Q(minimum_age__lte=F("maximum_age")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Phone(models.Model):
    """HSDS phone. An unconfirmed number is kept for the desk and never shown."""

    class Kind(models.TextChoices):
        VOICE = "voice"
        WHATSAPP = "whatsapp"

    class Cost(models.TextChoices):
        FREE = "free"
        LOCAL = "local"
        PAID = "paid"
        UNKNOWN = ""

    id = models.UUIDField(primary_key=True, default=uuid4)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="phones")
    position = models.PositiveSmallIntegerField(default=0)
    number = models.CharField(max_length=40)  # as printed
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.VOICE)
    cost = models.CharField(max_length=5, choices=Cost, blank=True)
    confirmed = models.BooleanField(default=False)
    from_abroad = models.BooleanField(default=False)

    class Meta:
        ordering = ["service", "position"]

    def __str__(self) -> str:
        return self.number


class ServiceNeed(models.Model):
    """HSDS attribute: the service answers this need of the taxonomy."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="need_links")
    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "need"], name="service_need_once"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.need_id}"


class Route(models.Model):
    """The first suggestions for a situation, in the order the programme chose."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="routes")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["need", "position"]
        constraints = [
            models.UniqueConstraint(fields=["need", "service"], name="route_once"),
        ]

    def __str__(self) -> str:
        return f"{self.need_id} {self.position}"


class ServiceGroup(models.Model):
    """HSDS eligibility: a group that is welcome, or the only one that is."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="groups")
    group = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="+")
    only = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "group"], name="service_group_once"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.group_id}"


class ServiceLanguage(models.Model):
    """HSDS language: somebody there speaks it."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="languages")
    tag = models.CharField(max_length=12)

    class Meta:
        ordering = ["service", "tag"]
        constraints = [
            models.UniqueConstraint(fields=["service", "tag"], name="service_language_once"),
        ]

    def __str__(self) -> str:
        return self.tag


class ServiceArea(models.Model):
    """HSDS service_area: the whole country (no municipality) or one municipality."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="areas")
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "municipality"], name="service_area_once"),
            models.UniqueConstraint(
                fields=["service"],
                condition=Q(municipality=None),
                name="service_is_national_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.municipality_id or 'nl'}"


class CostOption(models.Model):
    """HSDS cost_option."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="cost_options")
    option = models.CharField(max_length=200)
    currency = models.CharField(max_length=3, blank=True)
    amount = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    details = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.option


class RequiredDocument(models.Model):
    """HSDS required_document."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="documents")
    document = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.document
