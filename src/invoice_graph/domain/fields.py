"""The shape of input: what each kind of field may hold, decided without looking at anything else.

A `Clean` takes a value that is not null and its path, and returns the value to work with or
refuses it. A `Shape` does so for a whole input, by a table of fields.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from invoice_graph.domain.errors import ErrorCode, InputRefusal
from invoice_graph.domain.money import MAX_INTEGER_DIGITS, currency_of, decimal_text, parse_decimal, parse_quantity

Path = tuple[str, ...]
Input = Mapping[str, Any]
Clean = Callable[[Any, Path], Any]

MAX_TEXT = {
    "id": 255,
    "idempotency_key": 255,
    "name": 256,
    "email": 512,
    "phone": 20,
    "description": 1500,
    "footer": 5000,
    "number": 26,
    "statement_descriptor": 22,
    "custom_field_name": 40,
    "custom_field_value": 140,
    "metadata_key": 40,
    "metadata_value": 500,
    "address_part": 200,
    "locale": 35,
}
"""Characters."""

MAX_METADATA_KEYS = 50
MAX_CUSTOM_FIELDS = 4
MAX_INVOICE_ITEMS = 250
MAX_LINES_PER_CALL = 50
MAX_DEFAULT_TAX_RATES = 5
MAX_LINE_TAX_RATES = 10
MAX_TAX_AMOUNTS = 20
MAX_TAX_IDS = 5
MAX_LOCALES = 10
MAX_PAYMENT_METHOD_TYPES = 60
MAX_DAYS_UNTIL_DUE = 3650
MAX_GRACE_SECONDS = 31_536_000
MAX_SEQUENCE = 1_000_000_000

_PAYMENT_METHOD_TYPES = """
ach_credit_transfer ach_debit acss_debit affirm alipay amazon_pay au_becs_debit bacs_debit bancontact billie blik
boleto card cashapp crypto custom customer_balance eps fpx giropay grabpay ideal jp_credit_transfer kakao_pay klarna
konbini kr_card link mb_way multibanco naver_pay nz_bank_account p24 pay_by_bank payco paynow paypal payto pix promptpay
revolut_pay satispay sepa_credit_transfer sepa_debit sequra sofort swish twint upi us_bank_account wechat_pay
"""
PAYMENT_METHOD_TYPES = frozenset(_PAYMENT_METHOD_TYPES.split())

_TAX_ID_TYPES = """
ad_nrt ae_trn al_tin am_tin ao_tin ar_cuit au_abn au_acn au_arn au_wpn aw_tin az_tin ba_tin bb_tin bd_bin bf_ifu bg_uic
bh_vat bj_ifu bo_tin br_cnpj br_cpf bs_tin bw_vat by_tin ca_bn ca_gst_hst ca_pst_bc ca_pst_mb ca_pst_sk ca_qst cd_nif
ch_uid ch_vat ci_vat cl_tin cm_niu cn_tin co_nit cr_tin cv_nif cz_dic de_stn do_rcn ec_ruc eg_tin es_cif et_tin
eu_oss_vat eu_vat fo_vat fr_siren fr_siret fr_spi gb_vat ge_vat gh_tin gi_tin gn_nif hk_br hr_oib hu_tin ic_nif id_npwp
il_vat in_gst is_kt is_vat it_cf jp_cn jp_rn jp_trn ke_pin kg_tin kh_tin kr_brn kz_bin la_tin li_uid li_vat lk_vat
ma_vat md_cf md_vat me_pib mk_vat mr_nif mu_vat mx_rfc my_frp my_itn my_sst mz_nuit ng_tin no_vat no_voec np_pan nz_bn
nz_gst om_vat pe_ruc ph_tin pl_nip pt_nif py_ruc ro_tin rs_pib ru_inn ru_kpp sa_vat sg_gst sg_uen si_tin sm_coe sn_ninea
sr_fin sv_nit th_vat tj_tin tr_tin tt_bir tt_vat tw_vat tz_vat ua_vat ug_tin unknown us_ein uy_ruc uz_tin uz_vat ve_rif
vn_tin za_vat zm_tin zw_tin
"""
TAX_ID_TYPES = frozenset(_TAX_ID_TYPES.split())

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_COUNTRY = re.compile(r"[A-Z]{2}")
_PREFIX = re.compile(r"[A-Z0-9]{3,12}")


def refuse(message: str, path: Path, code: ErrorCode = ErrorCode.PARAMETER_INVALID) -> InputRefusal:
    """An InputRefusal, PARAMETER_INVALID unless named otherwise."""
    return InputRefusal(code, message, path)


def check_text(value: str, limit: int, path: Path) -> None:
    """Refuses text that is too long or that no database and no JSON can hold."""
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise refuse("The text contains a null character or half of a surrogate pair; remove it.", path)
    if len(value) > limit:
        raise refuse(f"The text has {len(value)} characters; at most {limit} are allowed.", path)


def text(limit: int) -> Clean:
    """Text that can be left out; the empty text is the same as null."""

    def clean(value: str, path: Path) -> str | None:
        check_text(value, limit, path)
        return value or None

    return clean


def required_text(limit: int) -> Clean:
    """Text with at least one character that is not a space."""

    def clean(value: str, path: Path) -> str:
        check_text(value, limit, path)
        if not value:
            raise refuse(
                "The text is empty; give at least one character.", path, ErrorCode.PARAMETER_INVALID_STRING_EMPTY
            )
        if not value.strip():
            raise refuse("The text is blank; give one letter or more.", path, ErrorCode.PARAMETER_INVALID_STRING_BLANK)
        return value

    return clean


def matching(pattern: re.Pattern[str], limit: int, wanted: str) -> Clean:
    """Text of a pattern; the empty text is the same as null."""

    def clean(value: str, path: Path) -> str | None:
        check_text(value, limit, path)
        if value and not pattern.fullmatch(value):
            raise refuse(f"{value!r} is not {wanted}.", path)
        return value or None

    return clean


def whole(minimum: int, maximum: int) -> Clean:
    """An integer in a range."""

    def clean(value: int, path: Path) -> int:
        if not minimum <= value <= maximum:
            message = f"{value} is out of range; give {minimum} to {maximum}."
            raise refuse(message, path, ErrorCode.PARAMETER_INVALID_INTEGER)
        return value

    return clean


def as_given(value: Any, path: Path) -> Any:
    """A value that the type system has checked already."""
    return value


def decimal(value: Decimal, path: Path) -> Decimal:
    """A decimal of at most 15 digits before and 12 after the point."""
    return parse_decimal(_digits(value, path), path)


def quantity(value: int | Decimal, path: Path) -> Decimal:
    """A decimal as `decimal`, not below 0."""
    return parse_quantity(_digits(Decimal(value), path), path)


def currency(value: str, path: Path) -> str:
    """A lower-case currency code."""
    return currency_of(value, path).code


def list_of(clean_item: Clean, limit: int, what: str) -> Clean:
    """A list; refuses more than `limit` entries."""

    def clean(value: list[Any], path: Path) -> list[Any]:
        if len(value) > limit:
            raise refuse(f"{len(value)} {what} are given; at most {limit} are allowed.", path)
        return [clean_item(item, (*path, str(place))) for place, item in enumerate(value)]

    return clean


def filled(clean_list: Clean, what: str) -> Clean:
    """A list that has entries."""

    def clean(value: list[Any], path: Path) -> list[Any]:
        if not value:
            raise refuse(f"The list is empty; give at least one {what}.", path, ErrorCode.PARAMETER_INVALID_EMPTY)
        return list(clean_list(value, path))

    return clean


def payment_method_type(value: str, path: Path) -> str:
    """The name of a kind of payment method."""
    if value not in PAYMENT_METHOD_TYPES:
        raise refuse(f"{value[:40]!r} is not a payment method type; 'card' is one.", path)
    return value


def tax_id_type(value: str, path: Path) -> str:
    """The name of a kind of tax id."""
    if value not in TAX_ID_TYPES:
        raise refuse(f"{value[:40]!r} is not a type of tax id; 'eu_vat' is one.", path)
    return value


def statement_descriptor(value: str, path: Path) -> str | None:
    """What a bank statement shows: at most 22 characters, at least one of them a letter."""
    check_text(value, MAX_TEXT["statement_descriptor"], path)
    if value and not any(character.isalpha() for character in value):
        raise refuse("A statement descriptor needs at least one letter.", path)
    return value or None


def metadata(value: list[Input], path: Path) -> list[Input]:
    """Entries of key and value, no key twice; an entry without value removes its key."""
    seen: set[str] = set()
    for place, entry in enumerate(value):
        where = (*path, str(place))
        key = required_text(MAX_TEXT["metadata_key"])(entry["key"], (*where, "key"))
        check_text(entry.get("value") or "", MAX_TEXT["metadata_value"], (*where, "value"))
        if key in seen:
            raise refuse(f"The key {key!r} is given twice; keep one of them.", (*where, "key"))
        seen.add(key)
    return value


def merge_metadata(current: Mapping[str, str], entries: list[Input] | None, path: Path) -> dict[str, str]:
    """Metadata after an update: entries are merged by key, without value they remove it, null removes all."""
    if entries is None:
        return {}
    merged = dict(current)
    for entry in entries:
        if entry.get("value"):
            merged[entry["key"]] = entry["value"]
        else:
            merged.pop(entry["key"], None)
    if len(merged) > MAX_METADATA_KEYS:
        raise refuse(f"There would be {len(merged)} keys; at most {MAX_METADATA_KEYS} are allowed.", path)
    return merged


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an input. `clearable`: null empties it; otherwise an update refuses null."""

    clean: Clean
    clearable: bool = True


@dataclass(frozen=True, slots=True)
class Shape:
    """An input: its fields, and those that must be there. Called with an input it returns the cleaned one.

    `creating`: there is nothing to clear yet, so null counts as absent where a field can't be cleared.
    `check` refuses combinations of fields.
    """

    fields: Mapping[str, Field]
    required: tuple[str, ...] = ()
    creating: bool = False
    check: Callable[[Input, Path], None] | None = None

    def __call__(self, value: Input, path: Path = ()) -> dict[str, Any]:
        cleaned = {name: self._field(name, item, (*path, name)) for name, item in value.items()}
        if self.creating:
            cleaned = {n: v for n, v in cleaned.items() if v is not None or self.fields[n].clearable}
        for name in self.required:
            if cleaned.get(name) is None:
                raise refuse("The field is missing; give a value.", (*path, name), ErrorCode.PARAMETER_MISSING)
        if self.check is not None:
            self.check(cleaned, path)
        return cleaned

    def _field(self, name: str, value: Any, path: Path) -> Any:
        field = self.fields.get(name)
        if field is None:
            raise refuse("The field is not known here; leave it out.", path, ErrorCode.PARAMETER_UNKNOWN)
        if value is not None:
            return field.clean(value, path)
        if not field.clearable and not self.creating and name not in self.required:
            message = "The field can't be cleared; leave it out to keep its value."
            raise refuse(message, path, ErrorCode.PARAMETER_INVALID_EMPTY)
        return None


def _digits(value: Decimal, path: Path) -> str:
    # A huge exponent would be spelled out as that many zeros.
    if not value.is_finite() or value.adjusted() > MAX_INTEGER_DIGITS:
        raise refuse("The number is too large or not finite.", path, ErrorCode.PARAMETER_INVALID_DECIMAL)
    return decimal_text(value)


identifier = required_text(MAX_TEXT["id"])
email = matching(_EMAIL, MAX_TEXT["email"], "an e-mail address of the form name@example.com")
country = matching(_COUNTRY, MAX_TEXT["address_part"], "a country code of two upper-case letters")


def prefix(value: str, path: Path) -> str:
    """A prefix of invoice numbers: 3 to 12 upper-case letters or digits."""
    if not _PREFIX.fullmatch(value):
        raise refuse("An invoice prefix has 3 to 12 upper-case letters or digits.", path)
    return value


def sequence(value: int, path: Path) -> int:
    """The next number of a sequence of invoices."""
    if not 1 <= value <= MAX_SEQUENCE:
        raise refuse(f"{value} is out of range; give 1 to {MAX_SEQUENCE}.", path)
    return value


custom_fields = list_of(
    Shape(
        {
            "name": Field(required_text(MAX_TEXT["custom_field_name"]), clearable=False),
            "value": Field(required_text(MAX_TEXT["custom_field_value"]), clearable=False),
        },
        required=("name", "value"),
    ),
    MAX_CUSTOM_FIELDS,
    "custom fields",
)

ADDRESS_PARTS = {
    "line1": "line1",
    "line2": "line2",
    "city": "city",
    "state": "state",
    "postal_code": "postalCode",
    "country": "country",
}
"""The parts of an address, and their names in the documents that are stored and shown."""
_ADDRESS = Shape(
    {part: Field(country if part == "country" else text(MAX_TEXT["address_part"])) for part in ADDRESS_PARTS}
)
_SHIPPING = Shape(
    {
        "name": Field(text(MAX_TEXT["name"])),
        "phone": Field(text(MAX_TEXT["phone"])),
        "address": Field(lambda value, path: address(value, path)),
    }
)


def address(value: Input, path: Path) -> dict[str, str | None]:
    """An address with all its parts, those not given as null."""
    given = _ADDRESS(value, path)
    return {name: given.get(part) for part, name in ADDRESS_PARTS.items()}


def shipping(value: Input, path: Path) -> dict[str, Any]:
    """A shipping address with name and phone, those not given as null."""
    given = _SHIPPING(value, path)
    return {part: given.get(part) for part in ("name", "phone", "address")}
