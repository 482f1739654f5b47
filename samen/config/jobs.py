"""What the worker does by itself, and how often. Every job may be killed and begun again.

A room offers functions `name(*, at) -> int` in its jobs.py; here they are given a rhythm.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q

from samen.audit import actions as audit
from samen.audit import queries as logbook
from samen.config.models import DueJob
from samen.exchange import jobs as exchange
from samen.finder import jobs as finder
from samen.foundation.actor import job
from samen.people import queries as people
from samen.people.http import Role
from samen.post import actions as post
from samen.search import jobs as search
from samen.stewardship import jobs as stewardship
from samen.vault import jobs as vault

log = logging.getLogger("samen.worker")

_LETTERS = 500  # in one round
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    work: Callable[..., int]
    every: timedelta

    @property
    def name(self) -> str:
        return f"{self.work.__module__}.{self.work.__name__}"


def send_letters(*, at: datetime) -> int:
    return post.send_due(by=job("send_mail"), at=at, limit=_LETTERS).sent


def forget_addresses(*, at: datetime) -> int:
    return post.forget_addresses(by=job("send_mail"), at=at)


def sign_logbook(*, at: datetime) -> int:
    """The head of the logbook, signed and mailed to log managers: what they keep cannot change."""
    with transaction.atomic():
        head = audit.sign_head(by=job("sign_logbook"), at=at)
        text = logbook.signed(head).text
        for manager in people.holding(Role.LOG_MANAGER):
            post.queue_letter(
                to=manager.email,
                template="logbook_head",
                language=manager.language,
                values={"text": text},
                key=f"logbook-head:{head.number}:{manager.id}",
                about=("colleague", manager.id),
                by=job("sign_logbook"),
                at=at,
            )
    return 1


def forget_sessions(*, at: datetime) -> int:
    return Session.objects.filter(expire_date__lt=at).delete()[0]


WORK: Sequence[Rhythm] = (
    Rhythm(send_letters, MINUTE),
    Rhythm(search.fold_index, MINUTE),
    Rhythm(exchange.keep_documents, MINUTE),
    Rhythm(exchange.keep_downloads, MINUTE),
    Rhythm(exchange.take_in, MINUTE),
    Rhythm(exchange.forget_documents, MINUTE),
    Rhythm(finder.keep_cards, MINUTE),
    Rhythm(search.fold_index, MINUTE),
    Rhythm(stewardship.forget_hidden_places, HOUR),
    Rhythm(stewardship.review_listings, HOUR),
    Rhythm(stewardship.note_bounces, HOUR),
    Rhythm(stewardship.end_doubts, HOUR),
    Rhythm(stewardship.hand_over_entries, HOUR),
    Rhythm(stewardship.tell_stewards, DAY),
    Rhythm(stewardship.tell_organizations, HOUR),
    Rhythm(stewardship.check_services, HOUR),
    Rhythm(stewardship.check_links, HOUR),
    Rhythm(stewardship.find_duplicates, DAY),
    Rhythm(vault.forget_sessions, MINUTE),
    Rhythm(vault.end_asks, MINUTE),
    Rhythm(vault.finish_erasures, HOUR),
    Rhythm(vault.sweep_disk, MINUTE / 3),
    Rhythm(vault.clean_disk, HOUR),
    Rhythm(vault.forget_loose_files, DAY),
    Rhythm(forget_addresses, DAY),
    Rhythm(forget_sessions, DAY),
    Rhythm(sign_logbook, DAY),
)


def do_what_is_due(*, at: datetime, work: Sequence[Rhythm] = WORK) -> dict[str, int]:
    """One round: the jobs whose time has come, each on its own. What was done, by name."""
    return {rhythm.name: _do(rhythm, at) for rhythm in work if _claim(rhythm, at)}


def _claim(rhythm: Rhythm, at: datetime) -> bool:
    """Whether this worker is the one that does it now. A clock set back does not stop a job."""
    _row, first = DueJob.objects.get_or_create(name=rhythm.name, defaults={"began_at": at})
    if first:
        return True
    due = Q(began_at__lte=at - rhythm.every) | Q(began_at__gt=at)
    mine = DueJob.objects.filter(due, pk=rhythm.name).update(
        began_at=at, ended_at=None, failed=False
    )
    return mine == 1


def _do(rhythm: Rhythm, at: datetime) -> int:
    done, failed = 0, False
    try:
        done = rhythm.work(at=at)
    except Exception:
        # One job that cannot go on does not stop the others.
        failed = True
        log.exception("a job could not be done: %s", rhythm.name)
    DueJob.objects.filter(pk=rhythm.name).update(ended_at=at, failed=failed)
    return done
