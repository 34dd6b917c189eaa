"""What people who sign in may do. Roles are combined; none holds another."""

from enum import StrEnum


class Role(StrEnum):
    """What somebody is here for."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    GREETER = "greeter"
    INTERPRETER = "interpreter"


# Those who see families' answers; they prove themselves twice where that is required.
STAFF = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR, Role.GREETER})
