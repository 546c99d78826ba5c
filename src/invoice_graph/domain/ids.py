"""Ids: a prefix that names the kind, then a part that sorts by creation."""

import random
from enum import StrEnum
from threading import Lock

from invoice_graph.domain.clock import Clock

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_RANDOM_BITS = 80
_SHIFTS = range(120, -1, -10)
"""Where the 13 pairs of digits begin, in bits."""


class Prefix(StrEnum):
    """What an id's prefix says about its object."""

    ACCOUNT = "acct_"
    API_KEY = "key_"
    SIGNING_SECRET = "sig_"
    CUSTOMER = "cus_"
    INVOICE = "in_"
    LINE_ITEM = "il_"
    INVOICE_ITEM = "ii_"
    INVOICE_PAYMENT = "inpay_"
    PAYMENT_METHOD = "pm_"
    PAYMENT_INTENT = "pi_"
    PAYMENT_RECORD = "prec_"
    PAYMENT_ATTEMPT = "pa_"
    BALANCE_TRANSACTION = "cbtxn_"
    EVENT = "evt_"
    PREVIEW = "upcoming_in_"
    PREVIEW_LINE = "il_tmp_"
    PRODUCT = "prod_"
    PRICE = "price_"
    TAX_RATE = "txr_"
    COUPON = "coup_"
    PROMOTION_CODE = "promo_"
    DISCOUNT = "di_"
    CREDIT_NOTE = "cn_"
    CREDIT_NOTE_LINE = "cnli_"
    RENDERING_TEMPLATE = "inrtem_"
    TEST_CLOCK = "clock_"


def spelled(id: str) -> str:
    """An id as `IdFactory` spells it, whatever the case it is written in."""
    prefix, separator, rest = id.rpartition("_")
    return prefix.lower() + separator + rest.upper()


class IdFactory:
    """Makes ids that sort in the order they were made, several in one millisecond included.

    The part after the prefix has the layout of a ULID: 48 bits of milliseconds, 80 random bits,
    in Crockford's base 32. `entropy` is replaced by a seeded generator where ids must repeat.
    """

    def __init__(self, clock: Clock, entropy: random.Random | None = None) -> None:
        self._clock = clock
        self._entropy = entropy or random.SystemRandom()
        self._lock = Lock()
        self._last = 0

    def make(self, prefix: Prefix) -> str:
        with self._lock:
            self._last = max(self._fresh(), self._last + 1)
            return prefix + _base32(self._last)

    def token(self) -> str:
        """A secret of 160 bits for links that work without a key."""
        return f"{self._entropy.getrandbits(160):040x}"

    def _fresh(self) -> int:
        milliseconds = int(self._clock.now().timestamp() * 1000)
        return milliseconds << _RANDOM_BITS | self._entropy.getrandbits(_RANDOM_BITS)


def _base32(number: int) -> str:
    return "".join([_PAIRS[number >> bits & 1023] for bits in _SHIFTS])
