"""Secrets of authenticator apps are encrypted, recovery codes hashed slowly, and a new app waits beside the old one.

Revision: 0021, after 0020
"""

import hashlib

import sqlalchemy as sa
from alembic import op

from registration.accounts.sealed import seal, unseal

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Encrypt what is there. It cannot be read by an older program, so this step is not additive."""
    with op.batch_alter_table("person") as batch_op:
        batch_op.alter_column("totp_secret", type_=sa.String(length=255), existing_type=sa.String(length=64))
        batch_op.add_column(sa.Column("totp_pending", sa.String(length=255), nullable=True))
    for number, secret in _secrets():
        _keep(number, seal(secret))
    connection = op.get_bind()
    query = sa.text("SELECT c.id, c.code_hash, p.public_id FROM recovery_code c JOIN person p ON p.id = c.person_id")
    for number, code_hash, public_id in connection.execute(query).all():
        slow = hashlib.scrypt(code_hash.encode(), salt=public_id.encode(), n=2**14, r=8, p=1, dklen=32).hex()
        update = sa.text("UPDATE recovery_code SET code_hash = :slow WHERE id = :number")
        connection.execute(update, {"slow": slow, "number": number})


def downgrade() -> None:
    """Decrypt; recovery codes end, since what was hashed slowly cannot be hashed as before."""
    for number, secret in _secrets():
        _keep(number, unseal(secret))
    op.execute("DELETE FROM recovery_code")
    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_column("totp_pending")
        batch_op.alter_column("totp_secret", type_=sa.String(length=64), existing_type=sa.String(length=255))


def _secrets() -> list[tuple[int, str]]:
    rows = op.get_bind().execute(sa.text("SELECT id, totp_secret FROM person WHERE totp_secret IS NOT NULL"))
    return [(row.id, row.totp_secret) for row in rows]


def _keep(number: int, secret: str | None) -> None:
    op.get_bind().execute(
        sa.text("UPDATE person SET totp_secret = :secret WHERE id = :number"), {"secret": secret, "number": number}
    )
