from datetime import UTC, datetime
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import IntegrityError, transaction

from samen.audit import actions as audit
from samen.audit.models import Entry
from samen.foundation.actor import job
from samen.needs import actions
from samen.needs.actions import ImportReport
from samen.needs.models import Need, NeedText
from samen.needs.queries import taxonomy
from samen.needs.tests import make

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class DiskFull(Exception):
    pass


pytestmark = pytest.mark.django_db


def import_needs(*concepts: dict[str, Any]) -> ImportReport:
    return actions.import_needs(data=make.content(*concepts), by=job("import_map"), at=NOON)


def test_a_concept_becomes_a_need_and_leaves_a_trace() -> None:
    report = import_needs(
        make.concept("window.72h", 5, hours=72),
        make.concept("sit.danger_now", 32, urgency="now", sensitive=True, ask=["window.72h"]),
    )

    need = Need.objects.get(number=32)
    assert (need.kind, need.urgency, need.sensitive) == ("sit", "now", True)
    assert need.windows == ["window.72h"]
    assert Need.objects.get(number=5).hours == 72
    assert {entry.object_id for entry in Entry.objects.all()} == set(report.created)


def test_dutch_is_the_original_english_a_persons_and_the_rest_drafts() -> None:
    import_needs(make.concept(label={"nl": "Gevaar", "en": "Danger", "ar": "خطر"}, say={}))

    states = dict(NeedText.objects.values_list("language", "state"))
    assert states == {"nl": "original", "en": "human", "ar": "machine"}


def test_a_second_import_changes_nothing_and_writes_nothing() -> None:
    import_needs(make.concept())
    lines = Entry.objects.count()

    report = import_needs(make.concept())

    assert (report.created, report.changed, report.unchanged) == ((), (), 1)
    assert Entry.objects.count() == lines


def test_a_need_that_left_the_file_keeps_its_number() -> None:
    import_needs(make.concept("sit.danger_now", 32))

    import_needs(make.concept("sit.stalking", 33))

    assert Need.objects.filter(number=32).exists()


REFUSED = [
    (make.concept("sit.other", 32), "Its number 32 belongs to sit.danger_now."),
    (make.concept("sit.danger_now", 99), "Its id stands twice in the file."),
    (make.concept("sit.other", 99, kind="mood"), "It is of a kind we do not know: mood."),
    (make.concept("sit.other", 99, label={"en": "x"}, say={}), "It has no Dutch label"),
    (make.concept("sit.other", 99, label={"nl": "x", "xx": "y"}, say={}), "do not know: xx"),
    (make.concept("sit.other", 99, say={"tr": ["x"]}), "It has words in tr, but no label."),
    (make.concept("sit.other", 99, say={"nl": "x"}), "What people say in nl is not a list"),
    (make.concept("sit.other", 99, support=["sup.none"]), "does not exist: sup.none"),
    (make.concept("sit.other", 99, support=[{}]), "does not exist: {}"),
    (make.concept("sit.other", 99, forms="form.x"), "Its forms is not a list."),
    (make.concept("sit.other", 99, urgency="later"), "Its urgency does not fit: later."),
    (make.concept("grp.other", 99, urgency="now"), "Its urgency does not fit: now."),
    (make.concept("sit.other", -1), "Its number is not a whole number: -1."),
    (make.concept("Sit Other", 99, kind="sit"), "Its id is not of the form kind.name"),
]


@pytest.mark.parametrize(("concept", "reason"), REFUSED)
def test_a_concept_is_refused_in_a_sentence_and_the_rest_goes_on(
    concept: dict[str, Any], reason: str
) -> None:
    report = import_needs(make.concept(), concept, make.concept("sit.stalking", 33))

    [refusal] = report.refused
    assert (refusal.file, refusal.entry) == ("needs.yaml", concept["id"])
    assert reason in refusal.reason
    assert set(Need.objects.values_list("number", flat=True)) == {32, 33}


def test_what_is_no_concept_at_all_is_refused() -> None:
    report = actions.import_needs(
        data={"concepts": ["sit.danger_now", {"number": 3}]}, by=job("import_map"), at=NOON
    )

    assert [refusal.reason[:13] for refusal in report.refused] == ["It has no id:"] * 2


def test_a_file_without_concepts_is_refused() -> None:
    report = actions.import_needs(data={}, by=job("import_map"), at=NOON)

    assert [refusal.entry for refusal in report.refused] == ["concepts"]


def test_a_number_never_comes_to_mean_another_need() -> None:
    import_needs(make.concept("sit.danger_now", 32))

    report = import_needs(make.concept("sit.danger_now", 40), make.concept("sit.stalking", 32))

    assert [refusal.reason for refusal in report.refused] == [
        "Its number is 32 for ever and cannot become 40.",
        "Its number 32 belongs to sit.danger_now.",
    ]
    assert Need.objects.get().number == 32


def test_old_translations_stay_old_when_the_dutch_changes() -> None:
    import_needs(make.concept(label={"nl": "Gevaar", "en": "Danger", "ar": "خطر"}, say={}))

    import_needs(make.concept(label={"nl": "Nu gevaar", "en": "Danger now", "ar": "خطر"}, say={}))

    need = taxonomy(1).by_key("sit.danger_now")
    assert need is not None
    assert {tag for tag, words in need.texts.items() if words.out_of_date} == {"ar"}


def test_what_a_mediator_approved_is_not_replaced_by_a_draft() -> None:
    import_needs(make.concept(label={"nl": "Gevaar", "ar": "خطر"}, say={}))
    NeedText.objects.filter(language="ar").update(label="في خطر", state="human")

    report = import_needs(make.concept(label={"nl": "Gevaar", "ar": "خطر ٢"}, say={}))

    assert report.unchanged == 1
    assert NeedText.objects.get(language="ar").label == "في خطر"


def test_without_a_trace_nothing_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "record", Mock(side_effect=DiskFull))

    with pytest.raises(DiskFull):
        import_needs(make.concept())

    assert not Need.objects.exists()


def test_the_database_refuses_an_urgency_for_what_is_no_situation() -> None:
    group = make.need("grp.women")

    with pytest.raises(IntegrityError), transaction.atomic():
        Need.objects.filter(pk=group.pk).update(urgency="now")


def test_the_database_refuses_a_need_without_a_label() -> None:
    need = make.need()

    with pytest.raises(IntegrityError), transaction.atomic():
        NeedText.objects.filter(need=need).update(label="")
