"""Certificates and keys of Encrypted Attributes: what is taken, and the sentence for what is not."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat

from StegoMedLib.errors import UnusableKeyError
from StegoMedLib.identity.certificates import certificate_from_pem, needs_password, private_key_from_pem
from Testing.certificates import certificate, key_pem, rsa_key

WANTED = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
UNWANTED = ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")


def pem(found: x509.Certificate) -> bytes:
    return found.public_bytes(Encoding.PEM)


def usage(**allowed: bool) -> x509.KeyUsage:
    return x509.KeyUsage(**{**dict.fromkeys((*WANTED, *UNWANTED), False), **allowed})


def test_a_certificate_comes_out_of_a_file_with_remarks_and_a_key() -> None:
    found = certificate(rsa_key(0))
    assert certificate_from_pem(b"Bag Attributes\n" + key_pem(rsa_key(0)) + pem(found)) == found


def test_a_certificate_for_encrypting_keys_is_taken() -> None:
    found = certificate(rsa_key(0), extensions=[usage(key_encipherment=True)])
    assert certificate_from_pem(pem(found)) == found


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "no certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no certificate"),
        (key_pem(rsa_key(0)), "no certificate"),
        (pem(certificate(rsa_key(0))) * 2, "2 certificates"),
        (pem(certificate(rsa_key(0), days=(-9, -1))), "not valid today"),
        (pem(certificate(rsa_key(0), days=(1, 9))), "not valid today"),
        (pem(certificate(rsa_key(0), extensions=[usage(digital_signature=True)])), "not for encrypting"),
        (pem(certificate(rsa_key(0, 1024))), "2048 bits"),
        (pem(certificate(ec.generate_private_key(ec.SECP256R1()))), "2048 bits"),
    ],
    ids=["nothing", "broken", "key", "two", "expired", "not yet", "for signing", "short", "elliptic"],
)
def test_what_nobody_should_encrypt_for_is_refused_in_a_sentence(data: bytes, cause: str) -> None:
    with pytest.raises(UnusableKeyError, match=rf"{cause}.*; .*\.$"):
        certificate_from_pem(data)


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("password", [None, b"river"])
def test_a_key_is_read_in_both_forms_with_and_without_password(form: PrivateFormat, password: bytes | None) -> None:
    data = key_pem(rsa_key(0), password, form)
    assert needs_password(data) is bool(password)
    assert private_key_from_pem(data, password).private_numbers() == rsa_key(0).private_numbers()


def test_a_password_that_is_not_needed_does_no_harm() -> None:
    assert private_key_from_pem(key_pem(rsa_key(0)), b"river").key_size == 2048


@pytest.mark.parametrize("password", [None, b"", b"rivers"])
def test_another_password_is_told(password: bytes | None) -> None:
    with pytest.raises(UnusableKeyError, match="not its password; type the right one"):
        private_key_from_pem(key_pem(rsa_key(0), b"river"), password)


@pytest.mark.parametrize(
    "data",
    [b"", pem(certificate(rsa_key(0))), key_pem(ec.generate_private_key(ec.SECP256R1())), b"-----BEGIN" * 9],
    ids=["nothing", "certificate", "elliptic", "broken"],
)
def test_what_is_no_rsa_key_is_told(data: bytes) -> None:
    with pytest.raises(UnusableKeyError, match=r"no private RSA key as PEM; name .*\.$"):
        private_key_from_pem(data)
