from samen.audit.models import Entry


def logbook_answers() -> bool:
    """Whether the logbook can be read. Raises the database's own error when it cannot."""
    Entry.objects.order_by("-pk").values_list("pk", flat=True).first()
    return True
