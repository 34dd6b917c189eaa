"""The Flask extensions, made once; create_app binds them to an application."""

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from flask_compress import Compress
from flask_mail import Mail
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

# Named constraints: Alembic can then change them on both databases.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Declarative(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(naming_convention=NAMES)


# Whether what runs now only reads; registration.database says so.
reading: ContextVar[bool] = ContextVar("reading", default=False)
# Whether what runs now commits without waiting for the disk; registration.database says so.
unhurried: ContextVar[bool] = ContextVar("unhurried", default=False)

db = SQLAlchemy(model_class=Declarative, disable_autonaming=True)
migrate = Migrate()
mail = Mail()
csrf = CSRFProtect()
compress = Compress()

if TYPE_CHECKING:

    class Model(Declarative):
        """A row of a table."""

        __abstract__ = True

        def __init__(self, **columns: Any) -> None: ...

else:
    Model = db.Model
