"""Signatures of webhooks."""

from datetime import UTC, datetime, timedelta

import pytest

from invoice_graph.domain.signatures import SignatureRefused, sign, verify

SECRET = "whsec_test_secret"
BODY = b'{"id":"evt_1","object":"event","type":"invoice.paid"}'
NOW = datetime.fromtimestamp(1_700_000_000, UTC)
DIGEST = "dfb4777aaaec4ea29ff455dd4df7fe6b2ef71096ad3a93a158db7e100109ea91"
HEADER = f"t=1700000000,v1={DIGEST}"


def refusal(header: str, body: bytes = BODY, now: datetime = NOW, secret: str = SECRET) -> str:
    """Why a message is refused."""
    with pytest.raises(SignatureRefused) as caught:
        verify(body, header, secret, now)
    return str(caught.value)


def test_a_header_says_when_and_proves_who() -> None:
    assert sign(BODY, [SECRET], NOW) == HEADER
    assert verify(BODY, HEADER, SECRET, NOW) == NOW


def test_there_is_one_digest_per_secret_and_either_secret_verifies() -> None:
    header = sign(BODY, ["whsec_new", SECRET], NOW)
    assert header.count("v1=") == 2
    assert verify(BODY, header, SECRET, NOW) == verify(BODY, header, "whsec_new", NOW) == NOW
    assert refusal(header, secret="whsec_other") == "signature mismatch"


def test_a_message_of_the_tolerated_age_is_accepted_and_an_older_one_is_not() -> None:
    assert verify(BODY, HEADER, SECRET, NOW + timedelta(seconds=300)) == NOW
    assert refusal(HEADER, now=NOW + timedelta(seconds=301)) == "signature too old"


def test_a_clock_that_is_ahead_does_no_harm() -> None:
    assert verify(BODY, HEADER, SECRET, NOW - timedelta(days=1)) == NOW


def test_without_a_tolerance_any_age_is_accepted() -> None:
    assert verify(BODY, HEADER, SECRET, NOW + timedelta(days=9999), timedelta(0)) == NOW


def test_a_changed_body_second_or_digest_is_refused() -> None:
    assert refusal(HEADER, BODY.replace(b"evt_1", b"evt_2")) == "signature mismatch"
    assert refusal(HEADER.replace("t=1700000000", "t=1700000001")) == "signature mismatch"
    assert refusal(HEADER.replace("dfb4", "dfb5")) == "signature mismatch"
    assert refusal(HEADER.replace(DIGEST, DIGEST.upper())) == "signature mismatch"


def test_other_schemes_do_not_count() -> None:
    assert refusal(HEADER.replace("v1", "v0")) == "no v1 signature"
    assert verify(BODY, f"{HEADER},v0=nonsense", SECRET, NOW) == NOW


def test_spaces_after_commas_are_nothing() -> None:
    assert verify(BODY, HEADER.replace(",", ", "), SECRET, NOW) == NOW


@pytest.mark.parametrize("second", ["", "soon", "-1700000000", "1_700_000_000", "1700000000.0", "²", "9" * 12])
def test_a_header_without_one_whole_second_is_refused(second: str) -> None:
    assert refusal(f"t={second},v1={DIGEST}") == "no timestamp"


@pytest.mark.parametrize("header", ["", ",", "=", DIGEST, f"v1={DIGEST}", f"t=1700000000,{HEADER}"])
def test_a_header_of_another_form_is_refused(header: str) -> None:
    assert refusal(header) == "no timestamp"


def test_a_digest_of_any_characters_is_just_wrong() -> None:
    assert refusal("t=1700000000,v1=ü") == "signature mismatch"
