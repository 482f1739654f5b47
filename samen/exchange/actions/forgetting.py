"""What a source said of a place that is secret here is forgotten."""

from datetime import datetime

from django.db import transaction

from samen.audit import actions as audit
from samen.directory.models import Change, Location, ServiceAtLocation
from samen.exchange.models import Difference, Held
from samen.foundation.actor import Actor


@transaction.atomic
def forget_documents(*, by: Actor, at: datetime) -> int:
    """Documents and offers that may name what was withheld. How many entries."""
    secret = ServiceAtLocation.objects.filter(location__type=Location.Type.CONFIDENTIAL)
    told = Change.objects.filter(kind="service", verb="redacted")
    held = Held.objects.exclude(document=b"").filter(service__isnull=False)
    found = {
        *held.filter(service__in=secret.values("service_id")).values_list("service_id", flat=True),
        *held.filter(service__in=told.values("record")).values_list("service_id", flat=True),
    }
    if not found:
        return 0
    Held.objects.filter(service__in=found).update(document=b"")
    # Nor the mark of a place: who knows all addresses would find the one that has it.
    placed = list(Held.objects.filter(service__in=found, fields__has_key="location"))
    for each in placed:
        del each.fields["location"]
    Held.objects.bulk_update(placed, ["fields"])
    Difference.objects.filter(service__in=found, state=Difference.State.WAITING).delete()
    Difference.objects.filter(service__in=found).update(offered={})
    audit.record(verb="documents forgotten", kind="service", objects=found, by=by, at=at)
    return len(found)
