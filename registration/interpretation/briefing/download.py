"""A file of a briefing as it is sent to whoever may have it."""

import io

from flask import Response, send_file

from registration.interpretation.briefing.models import Material
from registration.interpretation.briefing.shown import content_of


def download(material: Material) -> Response | None:
    """The file, to be saved and never shown as a page of ours; None where there is none.

    Flask writes the name in both forms of RFC 6266: headers are Latin-1, and most names here are not.
    """
    data = content_of(material.id)
    if data is None:
        return None
    return send_file(
        io.BytesIO(data), mimetype=material.media_type, as_attachment=True, download_name=material.file_name, etag=False
    )
