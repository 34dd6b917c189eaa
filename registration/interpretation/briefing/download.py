"""A file of a briefing as it is sent to whoever may have it."""

from flask import Response

from registration.interpretation.briefing.models import Material
from registration.interpretation.briefing.shown import content_of


def download(material: Material) -> Response | None:
    """The file, to be kept and never shown as a page of ours; None where there is none."""
    data = content_of(material.id)
    if data is None:
        return None
    answer = Response(data, content_type=material.media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=material.file_name)
    return answer
