"""/metrics: the outbox in numbers, as Prometheus reads them; for whoever knows the token.

While developing, also for this machine. Not in production: everything behind a proxy seems to come from this machine.
"""

import hmac
import ipaddress

from flask import Blueprint, Response, abort, current_app, request

from registration import clock, config
from registration.mail.status import status

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Messages by state, and the age of the oldest that waits, in seconds."""
    if not _allowed():
        abort(404)
    found = status(clock.now())
    lines = [
        "# HELP outbox_messages Messages in the outbox by state.",
        "# TYPE outbox_messages gauge",
        *(f'outbox_messages{{state="{state}"}} {number}' for state, number in found.counts.items()),
        "# HELP outbox_oldest_due_seconds Age of the oldest message that is due and not sent.",
        "# TYPE outbox_oldest_due_seconds gauge",
        f"outbox_oldest_due_seconds {found.oldest.total_seconds() if found.oldest else 0:.0f}",
    ]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


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
