"""Certificates of an ACME authority (RFC 8555), with certbot's own client library.

The library waits for the network where it is called, so each of its calls is made on a thread. acme and
requests are loaded with this module, which only a site with `--tls NAME` imports.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from acme import challenges, client, errors, messages
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from josepy.errors import Error as JoseError
from josepy.json_util import encode_b64jose
from josepy.jwk import JWKRSA
from requests import RequestException
from requests.adapters import HTTPAdapter
from requests.exceptions import SSLError

from chatsite.server.tls.certificate import key_text, new_key
from chatsite.server.tls.problem import TLSProblem

Result = TypeVar("Result")

# Seconds: for one answer of the authority, and for it to make up its mind.
ANSWER_TIMEOUT = 10
DECISION_TIMEOUT = 90
# How many times the library is called for a request whose nonce the authority refuses; each call makes two
# requests. Any nonce may be refused, for instance one that came from another of the authority's machines
# (RFC 8555, section 6.5).
NONCE_TRIES = 10
# The library asks again until a time that it is given. It is given little, so that a server that is
# stopped meanwhile does not wait for it.
_TURN = timedelta(seconds=2)


def new_account_key() -> str:
    """Return a key by which authorities know this site again: RSA of 2048 bits, as certbot makes them."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def thumbprint(account_key: str) -> str:
    """Return what the answer to every challenge of this account ends with (RFC 8555, section 8.1)."""
    key = JWKRSA.load(account_key.encode())
    return encode_b64jose(key.thumbprint())


class Authority:
    """Signs certificates for whoever can show that a name leads to them."""

    def __init__(
        self, directory: str, *, account_key: str, ca: str = "", email: str = "", proxy: str = ""
    ) -> None:
        """`directory` is its URL, `ca` a file with roots to trust beside the usual ones.

        Raises TLSProblem if that file cannot be used.
        """
        self._directory = directory
        self._name = urlsplit(directory).hostname or directory
        self._key = JWKRSA.load(account_key.encode())
        self._email = email
        self._net = _Network(self._key, user_agent="roomcode", timeout=ANSWER_TIMEOUT)
        # What is in the environment is for other programs.
        self._net.session.trust_env = False
        self._net.session.proxies = {"https": proxy} if proxy else {}
        self._net.session.mount("https://", _Adapter(_trusting(ca)))

    async def issue(self, name: str) -> str:
        """Return a new key and its certificate for the name. Raises TLSProblem.

        Port 80 of the name has to lead here while this runs.
        """
        deadline = time.monotonic() + DECISION_TIMEOUT
        key = new_key()
        acme = await self._ask(self._client, name)
        order = await self._ask(acme.new_order, name, _request(key, name))
        for authorization in order.authorizations:
            if authorization.body.status != messages.STATUS_VALID:
                challenge = self._challenge(authorization)
                response = challenge.response(self._key)
                await self._ask(acme.answer_challenge, name, challenge, response)
        order = await self._decided(acme.poll_authorizations, name, order, deadline)
        order = await self._ask(acme.begin_finalization, name, order)
        order = await self._decided(acme.poll_finalization, name, order, deadline)
        return key_text(key) + order.fullchain_pem

    def _client(self) -> client.ClientV2:
        """Sign in, with a new account if there is none of this key."""
        directory = messages.Directory.from_json(self._net.get(self._directory).json())
        acme = client.ClientV2(directory, self._net)
        account = messages.NewRegistration.from_data(
            email=self._email or None, terms_of_service_agreed=True
        )
        self._net.account = None  # the library would sign with the one of the last time
        try:
            acme.new_account(account)
        except errors.ConflictError as known:
            self._net.account = messages.RegistrationResource(uri=known.location, body=account)
        return acme

    def _challenge(self, authorization: messages.AuthorizationResource) -> messages.ChallengeBody:
        for challenge in authorization.body.challenges:
            if isinstance(challenge.chall, challenges.HTTP01):
                return challenge
        raise TLSProblem(
            "no_challenge",
            f"{self._name} offers no challenge over HTTP (HTTP-01), the only kind that this site "
            "answers.",
        )

    async def _decided(
        self, poll: Callable[..., Result], name: str, order: messages.OrderResource, deadline: float
    ) -> Result:
        while time.monotonic() < deadline:
            # The library compares it with the local time.
            until = datetime.now() + _TURN  # noqa: DTZ005
            try:
                return await self._ask(poll, name, order, until)
            except errors.TimeoutError:
                continue
        raise TLSProblem(
            "undecided", f"{self._name} has not decided within {DECISION_TIMEOUT} seconds."
        )

    async def _ask(self, function: Callable[..., Result], name: str, *arguments: Any) -> Result:
        """Call the library on a thread, and tell what it raises to a person."""
        try:
            return await asyncio.to_thread(function, *arguments)
        except SSLError as error:
            raise TLSProblem(
                "authority_not_trusted",
                f"{self._name} does not prove to be itself: {_cause(error)}. The root of an "
                "authority of your own belongs into the file that CHAT_TLS_CA names.",
            ) from error
        except RequestException as error:
            raise TLSProblem(
                "authority_away", f"{self._name} cannot be reached: {_cause(error)}."
            ) from error
        except errors.ValidationError as error:
            raise TLSProblem(
                "not_reached",
                f"{self._name} did not find this site at http://{name}/: {_failed(error)} Port 80 "
                "of that name has to lead to this machine (see --http-port).",
            ) from error
        except messages.Error as error:
            raise self._refusal(error, name) from error
        except errors.IssuanceError as error:
            raise self._refusal(error.error, name) from error
        except errors.TimeoutError:
            raise
        except (errors.Error, JoseError, KeyError, ValueError) as error:
            raise TLSProblem(
                "not_an_authority",
                f"What answers at {self._directory} does not speak ACME. CHAT_TLS_DIRECTORY has to "
                "be the URL of an authority's directory.",
            ) from error

    def _refusal(self, error: messages.Error, name: str) -> TLSProblem:
        said = _sentence(error.detail or error.description or error.typ)
        match error.code:
            case "rateLimited":
                return TLSProblem("rate_limited", f"{self._name} was asked too often: {said}")
            case "externalAccountRequired":
                return TLSProblem(
                    "account_required",
                    f"{self._name} serves only those who have an account with it, and this site "
                    "cannot name one: choose another authority with CHAT_TLS_DIRECTORY.",
                )
            case _:
                return TLSProblem(
                    "refused", f"{self._name} refused a certificate for {name}: {said}"
                )


class _Network(client.ClientNetwork):
    """Asks again with other nonces; the library does so once only."""

    def post(self, *args: Any, **kwargs: Any) -> Any:
        for _ in range(NONCE_TRIES - 1):
            try:
                return super().post(*args, **kwargs)
            except messages.Error as error:
                if error.code != "badNonce":
                    raise
        return super().post(*args, **kwargs)


class _Adapter(HTTPAdapter):
    """Connects with a TLS context of ours."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)


def _trusting(ca: str) -> ssl.SSLContext:
    """Trust what this machine trusts, and a file of the operator's."""
    context = ssl.create_default_context()
    if ca:
        try:
            context.load_verify_locations(ca)
        except (OSError, ssl.SSLError) as error:
            raise TLSProblem(
                "ca_not_read",
                f"{ca}, which CHAT_TLS_CA names, is no file of certificates: {error}.",
            ) from error
    return context


def _request(key: Any, name: str) -> bytes:
    """Return the request to sign a certificate (PKCS #10)."""
    names = x509.SubjectAlternativeName([x509.DNSName(name)])
    builder = x509.CertificateSigningRequestBuilder(x509.Name([]))
    return (
        builder.add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )


def _failed(error: errors.ValidationError) -> str:
    """Return what the authority says of the challenges that it found not met."""
    said = [
        challenge.error.detail
        for authorization in error.failed_authzrs
        for challenge in authorization.body.challenges
        if challenge.error is not None
    ]
    return _sentence(" ".join(filter(None, said)))


def _cause(error: BaseException) -> str:
    """Return the innermost of an exception's causes: the others say what they were in."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return str(getattr(error, "strerror", None) or error).rstrip(".") or type(error).__name__


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith(".") else f"{text}."
