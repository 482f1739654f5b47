from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from samen.directory.actions.facts import create_service, take_over
from samen.directory.actions.fields import day, refuse
from samen.directory.actions.organizations import read_organization, take_over_organization
from samen.directory.actions.owning import take_charge
from samen.directory.actions.reading import Ground, ServiceRead, read_service
from samen.directory.actions.remembering import Row, remember_service
from samen.directory.actions.reports import ImportReport, Kept, Trace
from samen.directory.actions.tables import Ids, ids, service_in_tables, services_in_tables
from samen.directory.actions.translations import read_draft
from samen.directory.models import Organization, Service
from samen.foundation.actor import Actor
from samen.foundation.sentences import gettext_noop
from samen.needs.actions import Refusal, Refused
from samen.needs.models import Need
from samen.places.models import Municipality
from samen.places.queries import gazetteer_in_tables

FILE = "services.yaml"

Translations = Mapping[str, Mapping[str, Any]]  # language -> service -> texts


@transaction.atomic
def import_map(
    *, data: Mapping[str, Any], translations: Translations, by: Actor, at: datetime
) -> ImportReport:
    """Bring organisations and services in line with services.yaml and its translations.

    An entry that cannot be taken over changes nothing and is reported; the others go on. A fact
    that a person changed since the last import stays as she left it. What left the files stays.
    """
    importing = _Importing(Trace(by, at))
    importing.take_organizations(data)
    importing.take_services(data, translations)
    return importing.report()


class _Importing:
    """What one import has met so far."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._count: Counter[str] = Counter()
        self._kept: list[Kept] = []
        self._refused: list[Refusal] = []

    def report(self) -> ImportReport:
        return ImportReport(
            created=self._count["created"],
            changed=self._count["changed"],
            unchanged=self._count["unchanged"],
            kept=tuple(self._kept),
            refused=tuple(self._refused),
        )

    @contextmanager
    def _entry(self, file: str, entry: Any) -> Iterator[None]:
        """What is refused inside is undone and noted, and the import goes on."""
        try:
            with transaction.atomic():
                yield
        except Refused as reason:
            self._refused.append(Refusal(file, str(entry), str(reason)))
        except IntegrityError as error:
            self._refused.append(Refusal(file, str(entry), f"The tables refuse it: {error}"))

    def _entries(self, data: Mapping[str, Any], part: str) -> list[dict[str, Any]]:
        entries = data.get(part)
        if not isinstance(entries, list):
            self._refused.append(Refusal(FILE, part, "The file has no such list."))
            return []
        for stray in (entry for entry in entries if not isinstance(entry, dict)):
            self._refused.append(Refusal(FILE, str(stray)[:60], "It is not an entry."))
        return [entry for entry in entries if isinstance(entry, dict)]

    def take_organizations(self, data: Mapping[str, Any]) -> None:
        existing = {organization.key: organization for organization in Organization.objects.all()}
        met: set[str] = set()
        for entry in self._entries(data, "organizations"):
            with self._entry(FILE, entry.get("id", "")):
                columns = read_organization(entry)
                key = columns["key"]
                _check_once(key, met)
                outcome = take_over_organization(existing.get(key), columns, self._trace)
                self._count[outcome] += 1
                if outcome == "kept":
                    self._kept.append(Kept(key, "organization"))

    def take_services(self, data: Mapping[str, Any], translations: Translations) -> None:
        entries = self._entries(data, "services")
        self._refuse_strangers(translations, {str(entry.get("id")) for entry in entries})
        ground, known, numbers = self._ground(data), ids(), _Numbers()
        services = services_in_tables(str(entry.get("id")) for entry in entries)
        for entry in entries:
            with self._entry(FILE, entry.get("id", "")):
                read = read_service(entry, ground)
                numbers.check(read.key, read.number)
                whole = self._with_drafts(read, translations)
                self._take(services.get(read.key), whole, known)

    def _ground(self, data: Mapping[str, Any]) -> Ground:
        checked_on = None
        with self._entry(FILE, "checked_on"):
            checked_on = day(data, "checked_on")
        return Ground(
            organizations=frozenset(Organization.objects.values_list("key", flat=True)),
            needs=dict(Need.objects.values_list("key", "kind")),
            municipalities=frozenset(Municipality.objects.values_list("slug", flat=True)),
            gazetteer=gazetteer_in_tables(),
            checked_on=checked_on,
        )

    def _take(self, service: Service | None, read: ServiceRead, known: Ids) -> None:
        taken = service or create_service(read, known)
        outcome = take_over(taken, read, known, self._trace.at)
        self._kept.extend(Kept(read.key, fact) for fact in outcome.kept)
        if service and not outcome.written:
            self._count["unchanged"] += 1
            return
        written = service_in_tables(taken.id)
        if service is None:
            take_charge(written, self._trace.at)
        remember_service(written, Row(self._trace.by.id, self._trace.at, "", outcome.facts))
        verb = "changed" if service else "created"
        self._trace.leave(
            kind="service", record_id=taken.id, verb="redacted" if outcome.redacted else verb
        )
        self._count[verb] += 1

    def _with_drafts(self, read: ServiceRead, translations: Translations) -> ServiceRead:
        """The service with its texts in other languages, as far as its files can be read."""
        facts, languages = dict(read.facts), set(read.languages)
        for language, entries in translations.items():
            with self._entry(f"services/{language}.yaml", read.key):
                if read.key in entries:
                    facts |= read_draft(language, entries[read.key], read.facts)
                languages.add(language)
        return replace(read, facts=facts, languages=frozenset(languages))

    def _refuse_strangers(self, translations: Translations, keys: set[str]) -> None:
        for language, entries in translations.items():
            for stranger in (key for key in entries if str(key) not in keys):
                with self._entry(f"services/{language}.yaml", stranger):
                    refuse(gettext_noop("There is no service with this id."))


class _Numbers:
    """An address holds a number for ever, so it may not come to mean something else."""

    def __init__(self) -> None:
        self._key_of = dict(Service.objects.values_list("number", "key"))
        self._number_of = {key: number for number, key in self._key_of.items()}
        self._met: set[str] = set()

    def check(self, key: str, number: int) -> None:
        _check_once(key, self._met)
        given = self._number_of.get(key, number)
        if given != number:
            refuse(
                gettext_noop("Its number is %(given)s for ever and cannot become %(number)s."),
                given=given,
                number=number,
            )
        if self._key_of.setdefault(number, key) != key:
            refuse(
                gettext_noop("Its number %(number)s belongs to %(key)s."),
                number=number,
                key=self._key_of[number],
            )


def _check_once(key: str, met: set[str]) -> None:
    if key in met:
        refuse(gettext_noop("Its id stands twice in the file."))
    met.add(key)
