"""/metrics: the outbox in numbers, as Prometheus reads them; for whoever knows the token.

While developing, also for this machine. Not in production: everything behind a proxy seems to come from this machine.
"""

import hmac
import ipaddress
from datetime import datetime

from flask import Blueprint, Response, abort, current_app, request

from registration import clock, config
from registration.mail.health import look
from registration.mail.status import status

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Messages by state, and how delivery stands."""
    if not _allowed():
        abort(404)
    well = look(clock.now())
    counts = "".join(f'outbox_messages{{state="{state}"}} {number}\n' for state, number in status().counts.items())
    oldest, failure = well.oldest, well.failure
    text = (
        "# HELP outbox_messages Messages in the outbox by state.\n# TYPE outbox_messages gauge\n" + counts,
        _gauge("outbox_oldest_due_seconds", "Time since the unsent message that waits longest was first due.",
               well.age(oldest.due_at) if oldest else 0),
        _gauge("outbox_oldest_created_seconds", "Time since the unsent message that waits longest was created.",
               well.age(oldest.created_at) if oldest else 0),
        _gauge("outbox_stuck_messages", "Messages being sent by a delivery loop that has ended.", well.stuck),
        _gauge("mail_healthy", "1 when nobody has to do anything about mail, else 0.", int(well.healthy)),
        _gauge("mail_loop_seen_timestamp_seconds", "When a delivery loop was last alive.", _seconds(well.seen_at)),
        _gauge("mail_last_sent_timestamp_seconds", "When a mail last went out.", _seconds(well.sent_at)),
        _gauge("mail_last_failure_timestamp_seconds", "When the mail server last took nothing, and why.",
               _seconds(failure.at) if failure else None, f'{{reason="{failure.trouble}"}}' if failure else ""),
    )  # fmt: skip
    return Response("".join(text), mimetype="text/plain")


def _gauge(name: str, help_text: str, value: int | None, labels: str = "") -> str:
    """One value in the text format of Prometheus; its name alone where there is none yet."""
    lines = [f"# HELP {name} {help_text}", f"# TYPE {name} gauge"]
    return "\n".join([*lines, *([] if value is None else [f"{name}{labels} {value}"])]) + "\n"


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def _allowed() -> bool:
    token = current_app.config["METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), str(token).encode()):
        return True
    if config.production(current_app):
        return False
    # Behind a proxy every request seems to come from this machine; the proxy says so in a header.
    if token or "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
