"""/metrics: for whoever knows the token; for this machine only while developing."""

import pytest
from flask import Flask

from tests.conftest import PRODUCTION

HERE = {"REMOTE_ADDR": "127.0.0.1"}


@pytest.mark.parametrize(
    ("app_settings", "given", "status"),
    [
        ({}, {}, 200),
        ({}, {"X-Forwarded-For": "192.0.2.1"}, 404),
        ({"METRICS_TOKEN": "token"}, {}, 404),
        (PRODUCTION, {}, 404),
        (PRODUCTION | {"METRICS_TOKEN": "token"}, {}, 404),
        (PRODUCTION | {"METRICS_TOKEN": "token"}, {"Authorization": "Bearer wrong"}, 404),
        (PRODUCTION | {"METRICS_TOKEN": "token"}, {"Authorization": "Bearer token"}, 200),
    ],
)
def test_in_production_the_token_is_needed_on_this_machine_too(app: Flask, given: dict[str, str], status: int) -> None:
    assert app.test_client().get("/metrics", headers=given, environ_base=HERE).status_code == status
