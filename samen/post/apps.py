from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks


class PostConfig(AppConfig):
    name = "samen.post"


@checks.register(checks.Tags.compatibility, deploy=True)
def letters_leave_this_house(**_: Any) -> list[checks.CheckMessage]:
    """Shown by `samen check --deploy`, which says nothing when all is ready for visitors."""
    if settings.EMAIL_FILE_PATH:
        return [
            checks.Warning(
                "Letters are put into a folder and reach nobody.",
                hint="Name your mail server in SAMEN_MAIL_URL.",
                id="post.W001",
            )
        ]
    if settings.MAIL_ADDRESS.endswith("@example.org"):
        return [
            checks.Warning(
                "Letters come from an address that does not exist; most servers refuse them.",
                hint="Name a role mailbox of your own in SAMEN_MAIL_FROM.",
                id="post.W002",
            )
        ]
    return []
