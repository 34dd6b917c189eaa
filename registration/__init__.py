"""Community Meetings: families register in their language, and their interpreter comes."""

from pathlib import Path

from flask import Flask

from registration import (
    assets,
    config,
    database,
    demo,
    fragments,
    health,
    i18n,
    logs,
    mail,
    numbers,
    serve,
    sessions,
    web,
)
from registration.accounts import commands as people
from registration.accounts import entry
from registration.accounts import messages as account_messages
from registration.accounts import views as accounts
from registration.extensions import compress, csrf, db, migrate
from registration.extensions import mail as sender
from registration.families import commands as checks
from registration.families import messages as family_messages
from registration.families import views as families
from registration.interpretation import commands as offer_commands
from registration.interpretation import messages as job_messages
from registration.interpretation import views as interpretation
from registration.interpretation.day import messages as alarm_messages
from registration.interpretation.day.watch import watch
from registration.interpretation.offers import move_on
from registration.interpretation.own import views as interpreter
from registration.mail import commands as mail_commands
from registration.mail import metrics
from registration.meetings import context, pages, published
from registration.meetings import views as meetings
from registration.privacy import commands as privacy_commands
from registration.privacy.compact import compact_after_erasing
from registration.privacy.purge import purge
from registration.reminders import commands as reminder_commands
from registration.reminders import messages as reminder_messages
from registration.reminders import views as reminders
from registration.reminders.queue import queue_due
from registration.staff.telling import trial
from registration.staff.views import blueprint as staff

PACKAGE = Path(__file__).parent


def beside(name: str) -> Path:
    """A folder that stands beside the package in a checkout and inside it once installed from a wheel."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def create_app(overrides: dict[str, object] | None = None, instance_path: str | None = None) -> Flask:
    """The application. `overrides` win over the environment; raises config.SettingsError when it cannot run as set."""
    app = Flask(
        __name__,
        static_folder=None,
        template_folder=str(beside("templates")),
        instance_path=instance_path or config.data_directory(PACKAGE),
    )
    app.jinja_environment = fragments.Environment
    config.load(app, beside("translations"), overrides)
    logs.init_app(app)
    database.init_engine_options(app)
    db.init_app(app)
    database.prepare_engine(app)
    migrate.init_app(app, db, directory=str(PACKAGE / "migrations"), render_as_batch=True)
    sender.init_app(app)
    csrf.init_app(app)
    compress.init_app(app)
    i18n.init_app(app, beside("translations"))
    assets.init_app(app)
    mail.init_app(
        app,
        {
            **account_messages.builders(published.district_in),
            **family_messages.BUILDERS,
            **reminder_messages.BUILDERS,
            **trial.BUILDERS,
            **job_messages.BUILDERS,
            **alarm_messages.BUILDERS,
        },
        ahead=[reminder_messages.ahead],
        idle=[queue_due, move_on, watch, purge, compact_after_erasing],
    )
    entry.init_app(app)
    numbers.init_app(app)
    sessions.init_app(app)
    fragments.init_app(app)
    web.init_app(app)
    health.init_app(app)
    context.init_app(app)
    for blueprint in (
        accounts.blueprint,
        meetings.blueprint,
        pages.blueprint,
        families.blueprint,
        reminders.blueprint,
        interpretation.blueprint,
        interpreter.blueprint,
        metrics.blueprint,
        staff,
    ):
        app.register_blueprint(blueprint)
    for commands in (
        mail_commands.group,
        reminder_commands.group,
        offer_commands.group,
        privacy_commands.group,
        demo.group,
        checks.group,
        people.group,
        serve.command,
    ):
        app.cli.add_command(commands)
    return app
