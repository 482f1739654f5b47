"""The numbers that stand first on every page, also when nothing else answers.

They are here, and not read from the map, so that an error page and a page without a database
carry them too. A test holds them against content/services.yaml.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Line:
    service: str  # its id in the content files
    number: str  # as printed
    tel: str
    short: Promise  # beside the number in the strip
    about: Promise  # on pages that have nothing else to show


LINES = (
    Line(
        "emergency-112",
        "112",
        "tel:112",
        _("danger now"),
        _("Police, ambulance and fire brigade. Call when there is danger now."),
    ),
    Line(
        "veilig-thuis",
        "0800-2000",
        "tel:08002000",
        _("violence at home"),
        _("Veilig Thuis: advice and help when there is violence at home. Day and night, free."),
    ),
    Line(
        "centrum-seksueel-geweld",
        "0800-0188",
        "tel:08000188",
        _("sexual violence"),
        _(
            "Centrum Seksueel Geweld: help after unwanted sex or touching, also long ago. "
            "Day and night, free."
        ),
    ),
)
