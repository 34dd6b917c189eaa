"""Why the mail server took nothing, so that whoever runs the service knows what to fix."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from enum import StrEnum

from registration.i18n import gettext


class Trouble(StrEnum):
    """What is wrong between us and the mail server. Anything else that can go wrong concerns one mail only."""

    CERTIFICATE = "certificate"
    REFUSED = "refused"
    NOT_SMTP = "not_smtp"
    TLS = "tls"
    NO_TLS = "no_tls"
    AUTHENTICATION = "authentication"
    DNS = "dns"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    SENDER = "sender"
    POLICY = "policy"
    BUSY = "busy"
    DISK = "disk"
    OTHER = "other"


# Answers that ask for a user name and a password, or do not take the ones we gave.
_AUTHENTICATION_CODES = {530, 534, 535, 538}
_BUSY_CODES = {421, 450, 451, 452}


def of(error: BaseException) -> Trouble:
    """What an error of smtplib means. The cause it wraps says more than the error itself."""
    for one in _causes(error):
        if isinstance(one, smtplib.SMTPException):
            continue
        if (found := _of_system(one)) is not None:
            return found
    return _of_smtp(error) if isinstance(error, smtplib.SMTPException) else Trouble.OTHER


def _causes(error: BaseException) -> Iterator[BaseException]:
    one: BaseException | None = error
    while one is not None:
        yield one
        one = one.__cause__ or one.__context__


def _of_system(error: BaseException) -> Trouble | None:
    kinds: tuple[tuple[type[BaseException], Trouble], ...] = (
        (ssl.SSLCertVerificationError, Trouble.CERTIFICATE),
        (ssl.SSLError, Trouble.TLS),
        (ConnectionRefusedError, Trouble.REFUSED),
        (socket.gaierror, Trouble.DNS),
        (TimeoutError, Trouble.TIMEOUT),
        (OSError, Trouble.UNREACHABLE),
    )
    return next((trouble for kind, trouble in kinds if isinstance(error, kind)), None)


def of_code(code: int) -> Trouble:
    """What a code says that concerns every mail (RFC 5321, RFC 4954)."""
    if code in _AUTHENTICATION_CODES:
        return Trouble.AUTHENTICATION
    return Trouble.BUSY if code in _BUSY_CODES else Trouble.OTHER


def _of_smtp(error: smtplib.SMTPException) -> Trouble:
    code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Trouble.AUTHENTICATION
    if (found := of_code(code)) is not Trouble.OTHER:
        return found
    if isinstance(error, smtplib.SMTPSenderRefused):
        return Trouble.SENDER
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Trouble.NO_TLS if "STARTTLS" in str(error) else Trouble.AUTHENTICATION
    # smtplib gives -1 where an answer does not begin with a code. A server that hangs up before it greets is none
    # for mail either.
    if code == -1 or isinstance(error, smtplib.SMTPServerDisconnected):
        return Trouble.NOT_SMTP
    return Trouble.OTHER


def words(trouble: Trouble) -> str:
    """What is wrong and what to do about it, in the current language."""
    known = {
        Trouble.CERTIFICATE: gettext(
            "The certificate of the mail server is not valid for its name. Check FLASK_MAIL_SERVER, or renew it."
        ),
        Trouble.REFUSED: gettext(
            "Nothing answers at the mail server's port. Check FLASK_MAIL_SERVER and FLASK_MAIL_PORT."
        ),
        Trouble.NOT_SMTP: gettext("What answers there is not a mail server. Check FLASK_MAIL_PORT."),
        Trouble.TLS: gettext(
            "The encrypted connection fails. Port 465 needs FLASK_MAIL_USE_SSL, port 587 needs FLASK_MAIL_USE_TLS."
        ),
        Trouble.NO_TLS: gettext("The mail server offers no encryption. Check FLASK_MAIL_PORT and FLASK_MAIL_USE_TLS."),
        Trouble.AUTHENTICATION: gettext(
            "The mail server does not let us sign in. Check FLASK_MAIL_USERNAME and FLASK_MAIL_PASSWORD."
        ),
        Trouble.DNS: gettext("There is no server of that name. Check FLASK_MAIL_SERVER and the network's DNS."),
        Trouble.TIMEOUT: gettext(
            "The mail server does not answer in time. Check FLASK_MAIL_PORT and the firewall. "
            "Port 465 needs FLASK_MAIL_USE_SSL."
        ),
        Trouble.UNREACHABLE: gettext("The connection to the mail server breaks. Check the network."),
        Trouble.SENDER: gettext("The mail server does not take our sender. Check FLASK_MAIL_DEFAULT_SENDER."),
        Trouble.POLICY: gettext(
            "The mail server refuses our mail by its rules. Please show this to who runs the mail."
        ),
        Trouble.BUSY: gettext("The mail server is busy. It asks us to try again later."),
        Trouble.DISK: gettext("Mail is written to files, and the files cannot be written. Check the disk."),
    }
    return known.get(trouble) or gettext("The mail server could not be reached. We try again by ourselves.")
