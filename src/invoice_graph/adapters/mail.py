"""Mail to customers."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class InvoiceMail:
    """An invoice on its way to a customer."""

    to: str
    invoice_id: str
    number: str
    hosted_token: str


class Mailer(Protocol):
    """Delivers mail; takes it on at once, and reports trouble elsewhere than to the caller."""

    async def send(self, mail: InvoiceMail) -> None:
        """Takes a mail on for delivery."""


class SuppressedMailer:
    """Delivers nothing: in test mode a mail counts as sent."""

    async def send(self, mail: InvoiceMail) -> None:
        return None
