"""Files on their way in, never in clear on the disk, and out, never run by a browser."""

from samen.vault.http.downloads import as_download
from samen.vault.http.uploads import SealedUploads

__all__ = ["SealedUploads", "as_download"]
