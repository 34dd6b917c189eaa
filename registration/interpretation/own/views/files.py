"""The files of a briefing, for who interprets at the meeting and nobody else."""

from flask import abort
from flask.typing import ResponseReturnValue

from registration.accounts.guard import requires
from registration.accounts.roles import Role
from registration.extensions import db
from registration.interpretation.briefing.download import download
from registration.interpretation.briefing.models import Material
from registration.interpretation.own.blueprint import blueprint
from registration.interpretation.own.views.page import mine


@blueprint.get("/jobs/<int:assignment_id>/files/<int:material_id>", endpoint="file")
@requires(Role.INTERPRETER)
def file_of(assignment_id: int, material_id: int) -> ResponseReturnValue:
    """A file of one's own job, to be kept; none for who has not said yes, of another meeting or another language."""
    _, job = mine(assignment_id)
    material = db.session.get(Material, material_id)
    if material is None or not job.mine or material.meeting_id != job.meeting.id:
        abort(404)
    if material.language not in ("", job.service.language):
        abort(404)
    return download(material) or abort(404)
