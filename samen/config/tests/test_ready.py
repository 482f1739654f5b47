"""It does not start half: what is missing in the vault is said by name."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from samen.config import ready
from samen.vault.actions import ground
from samen.vault.engine import hybrid
from samen.vault.engine.salts import SaltStore
from samen.vault.models import Installation
from samen.vault.tests import make as vault

pytestmark = pytest.mark.django_db


def refusal() -> str:
    with pytest.raises(ImproperlyConfigured) as refused:
        ready.check()
    return str(refused.value)


@pytest.fixture
def salts(tmp_path: Path, settings: Any) -> Path:
    settings.VAULT_SALTS = tmp_path / "salts"
    return tmp_path / "salts"


def test_it_starts_without_a_vault_and_with_one(salts: Path) -> None:
    ready.check()
    assert not salts.exists()
    vault.record(vault.colleague())
    ready.check()


def test_without_the_suite_it_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hybrid, "works", lambda: False)

    assert "ML-KEM" in refusal()


def test_without_its_salts_it_does_not_start(salts: Path) -> None:
    vault.record(vault.colleague())
    salts.unlink()
    ground._opened.cache_clear()
    assert str(salts) in refusal()
    SaltStore.create(salts)
    ground._opened.cache_clear()
    assert "another installation" in refusal()


def test_with_salts_of_yesterday_it_does_not_start(salts: Path) -> None:
    sara = vault.colleague()
    yesterday = salts.read_bytes()
    vault.record(sara)
    salts.write_bytes(yesterday)
    ground._opened.cache_clear()
    assert "vault_record" in refusal()


def test_a_file_that_is_no_salts_is_not_taken_for_it(salts: Path) -> None:
    vault.colleague()
    salts.write_bytes(b"something else")
    ground._opened.cache_clear()
    assert "no file of shred salts" in refusal()
    assert Installation.objects.exists()


def test_salts_that_others_can_read_stop_the_start(salts: Path) -> None:
    vault.colleague()
    salts.chmod(0o640)

    assert "chmod 600" in refusal()


@pytest.mark.parametrize("name", ["secret", "logbook-first-key", "logbook-signing-key"])
def test_a_secret_that_others_can_read_stops_the_start(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    path = tmp_path / name
    path.write_text("secret")
    path.chmod(0o644)
    assert name in refusal()
    path.chmod(0o600)
    ready.check()
