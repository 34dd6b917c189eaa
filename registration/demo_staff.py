"""The people who run the demo's meetings."""

from registration.accounts import people, sign_in
from registration.accounts.roles import Role

STAFF = (
    ("ana.ruiz@example.org", "Ana Ruiz", (Role.ADMINISTRATOR, Role.COORDINATOR), "en"),
    ("minh.tran@example.org", "Trần Văn Minh", (Role.COORDINATOR,), "vi"),
    ("luis.ortega@example.org", "Luis Ortega", (Role.GREETER,), "es"),
)


def load_staff(installed: list[str]) -> None:
    """Add those who are not there yet, in the caller's transaction."""
    for email, name, roles, locale in STAFF:
        if sign_in.person_of(email) is None:
            people.add(email, name, roles, locale if locale in installed else installed[0])
