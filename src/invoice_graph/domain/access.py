"""Who acts: every statement carries the actor's account."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who passed authentication, and the account they act for."""

    account_id: str
    key_id: str | None = None
