"""What the worker does for the desk. Each can be killed anywhere and begun again."""

from datetime import datetime

from django.conf import settings

from samen.directory import actions as directory
from samen.foundation.actor import job
from samen.foundation.http.fetching import Gate
from samen.post import queries as post
from samen.stewardship.actions import checking, duplicates
from samen.stewardship.actions.keeping import forget_secret_places
from samen.stewardship.actions.owning import release_entries
from samen.stewardship.actions.reviewing import note_bounce, take_step
from samen.stewardship.actions.telling import tell_organization, tell_steward
from samen.stewardship.queries.reviewing import reviews_waiting, services_to_review
from samen.stewardship.queries.telling import edited_by_others, stewards_with_work

# Every hour so many: ten thousand addresses in a day, and no site is asked twice a week.
_LINKS_A_ROUND = 500


def forget_hidden_places(*, at: datetime) -> int:
    """What was typed about a place that an import made secret. Gives the number of services."""
    return forget_secret_places(by=job("forget_hidden_places"), at=at)


def check_services(*, at: datetime) -> int:
    """Phones, hours, words and what is missing. Gives how many entries have other findings."""
    return checking.check_services(by=job("check_services"), at=at)


def check_links(*, at: datetime) -> int:
    """Whether the links still lead somewhere. Gives how many were asked."""
    gate = Gate(openings=settings.FETCH_OPENINGS)
    return checking.check_links(gate=gate, most=_LINKS_A_ROUND, by=job("check_links"), at=at)


def review_listings(*, at: datetime) -> int:
    """Ask, remind, tell the steward, set lower, hide: one step for each entry that has one due."""
    by = job("review_listings")
    waiting = services_to_review(at=at).order_by("number").values_list("id", flat=True)
    return sum(take_step(service_id=service, by=by, at=at) is not None for service in list(waiting))


def note_bounces(*, at: datetime) -> int:
    """Letters that came back, each as a task for a steward."""
    by = job("note_bounces")
    waiting = reviews_waiting()
    return sum(
        note_bounce(letter_id=letter.letter_id, by=by, at=at)
        for letter in post.letters_in_trouble()
        if letter.about_id in waiting
    )


def end_doubts(*, at: datetime) -> int:
    """Marks that a number is wrong, when nobody has said so again for a long time."""
    return directory.end_doubts(by=job("end_doubts"), at=at)


def find_duplicates(*, at: datetime) -> int:
    """Entries that may be one. Gives how many pairs came, went or look otherwise."""
    return duplicates.find_duplicates(by=job("find_duplicates"), at=at)


def hand_over_entries(*, at: datetime) -> int:
    """Entries of colleagues who have left, to those who keep the map there."""
    return release_entries(by=job("hand_over_entries"), at=at)


def tell_stewards(*, at: datetime) -> int:
    """Once a week, those for whom entries wait. How many letters."""
    by = job("tell_stewards")
    return sum(tell_steward(user=user, by=by, at=at) for user in stewards_with_work())


def tell_organizations(*, at: datetime) -> int:
    """An organisation hears when others changed its entry, once about each day."""
    by = job("tell_organizations")
    return sum(tell_organization(edited=edited, by=by, at=at) for edited in edited_by_others(at=at))
