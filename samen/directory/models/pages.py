"""Who can be asked at a municipality, and how an organisation shows itself."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from samen.directory.models.organizations import Organization
from samen.places.models import Municipality


class MunicipalityContact(models.Model):
    """The mailbox of a desk or a department; never of a person, who will leave."""

    class Department(models.TextChoices):
        POINT = "point", _("Contact point")
        SUPPORT = "support", _("Social support")
        FAMILIES = "families", _("Young people and families")
        INCOME = "income", _("Work, income and debts")
        HOUSING = "housing", _("Housing")
        NEWCOMERS = "newcomers", _("Newcomers and integration")
        SAFETY = "safety", _("Safety")
        HEALTH = "health", _("Health")

    id = models.UUIDField(primary_key=True, default=uuid4)
    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="+")
    department = models.CharField(max_length=10, choices=Department)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    website = models.URLField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "department"], name="department_of_a_municipality_once"
            ),
            models.CheckConstraint(
                name="contact_can_be_reached",
                condition=~Q(email="") | ~Q(phone="") | ~Q(website=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.department}"


class OrganizationPage(models.Model):
    """What an organisation of migrants or of mediators tells of itself; shown when it wants so."""

    class Kind(models.TextChoices):
        MIGRANTS = "migrants", _("Organisation of migrants")
        MEDIATORS = "mediators", _("Cultural mediators")
        OTHER = "other", _("Organisation")

    class Activity(models.TextChoices):
        MEETING = "meeting", _("Meeting other people")
        ADVICE = "advice", _("Advice and information")
        LANGUAGE = "language", _("Learning Dutch")
        MEDIATING = "mediating", _("Interpreting and mediation")
        WOMEN = "women", _("Groups for women")
        MEN = "men", _("Groups for men")
        YOUTH = "youth", _("Children and young people")
        PAPERS = "papers", _("Help with letters and forms")
        GOODS = "goods", _("Food and clothes")
        SPORT = "sport", _("Sport and culture")
        VISITS = "visits", _("Visits at home")
        TRAINING = "training", _("Talks and training")

    organization = models.OneToOneField(
        Organization, on_delete=models.CASCADE, primary_key=True, related_name="page"
    )
    shown = models.BooleanField(default=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.OTHER)
    activities = models.JSONField(default=list, blank=True)  # codes
    speaks = models.JSONField(default=list, blank=True)  # tags
    cities = models.ManyToManyField(Municipality, related_name="+")
    umbrella = models.ForeignKey(
        Organization, on_delete=models.SET_NULL, null=True, related_name="members"
    )
    phone = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="organization_is_not_its_own_umbrella",
                condition=Q(umbrella=None) | ~Q(umbrella=models.F("organization")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.organization_id)
