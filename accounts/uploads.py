"""How much of a file the portal takes in: it stops keeping one that is too large while it still arrives."""

from __future__ import annotations

from typing import Any, TypeVar

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest

LIMIT = 25 * 1024 * 1024  # bytes of one file
LISTENED_TO = (
    2 * 1024**3
)  # bytes of a request that are read to their end, so that the browser hears the answer


View = TypeVar("View", bound=Any)


class Bounded(FileUploadHandler):
    """Stands before the handlers that keep what arrives, on every page (`FILE_UPLOAD_HANDLERS`).

    A request that announces more than one file and its form may weigh is kept from not at all: what comes before the
    file is read, the rest thrown away. Else a file is dropped as soon as it passes the limit. `too_large` tells the
    view. A form puts its file last: nothing behind one that was refused is read.
    """

    length = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803  # Django names it so
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        self.length = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.length > LIMIT + (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0):
            self._refuse()
            raise StopUpload(connection_reset=self.length > LISTENED_TO)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > LIMIT:
            self._refuse()
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers behind this one."""

    def _refuse(self) -> None:
        self.request.upload_too_large = True  # type: ignore[union-attr]  # the request is Django's to pass, the mark ours


def takes_file(view: View) -> View:
    """Decorate a view whose form has a file: its requests may be larger than those of other pages (pmi_portal.limits)."""
    view.takes_file = True
    return view


def too_large(request: HttpRequest) -> bool:
    """Whether this request brought a file over the limit, which was not kept."""
    return getattr(request, "upload_too_large", False)
