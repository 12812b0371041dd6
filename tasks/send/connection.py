"""The connection to the mail server: encrypted as the settings ask, never less."""

from __future__ import annotations

import smtplib
import ssl

from config.settings import Delivery

TIMEOUT_SECONDS = 30


class NoServerError(Exception):
    """The mail server cannot be used; `str(error)` is one sentence. `retry` when it may be usable in a moment."""

    def __init__(self, sentence: str, retry: bool) -> None:
        super().__init__(sentence)
        self.retry = retry


def connect(delivery: Delivery) -> smtplib.SMTP:
    """An open connection, encrypted and logged in as the settings ask; NoServerError otherwise."""
    place = f"mail server {delivery.host}:{delivery.port}"
    smtp: smtplib.SMTP | None = None
    try:
        if delivery.security == "tls":
            context = _context(delivery)
            smtp = smtplib.SMTP_SSL(delivery.host, delivery.port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            smtp = smtplib.SMTP(delivery.host, delivery.port, timeout=TIMEOUT_SECONDS)
        if delivery.security == "starttls":
            smtp.starttls(context=_context(delivery))
        if delivery.user:
            smtp.login(delivery.user, delivery.password)
        smtp.ehlo_or_helo_if_needed()
    except Exception as error:
        if smtp is not None:
            smtp.close()
        sentence, retry = _sentence(error)
        if sentence is None:
            raise
        raise NoServerError(f"{place}: {sentence} The messages stay in the outbox.", retry) from error
    return smtp


def _context(delivery: Delivery) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=delivery.ca_file or None)


def _sentence(error: Exception) -> tuple[str | None, bool]:
    """What is wrong and what to do, and whether it may pass; None when the server has nothing to do with it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate is not trusted; name the authority's file in CCM_SMTP_CA_FILE.", False
    if isinstance(error, ssl.SSLError):
        return "no encrypted connection came about; check CCM_SMTP_SECURITY and the port.", False
    if isinstance(error, FileNotFoundError):
        return "the file named in CCM_SMTP_CA_FILE is not there.", False
    if isinstance(error, smtplib.SMTPAuthenticationError):
        retry = 400 <= error.smtp_code < 500
        return "the login was refused; check CCM_SMTP_USER and CCM_SMTP_PASSWORD.", retry
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "it does not offer the encryption or login that is asked of it; check CCM_SMTP_SECURITY.", False
    if isinstance(error, (smtplib.SMTPException, OSError)):
        return f"it cannot be reached ({type(error).__name__}); check CCM_SMTP_HOST and CCM_SMTP_PORT.", True
    return None, False
