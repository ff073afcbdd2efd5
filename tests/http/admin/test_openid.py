"""Staff who sign in by OpenID Connect: a real provider on this machine, and one that lies."""

import importlib
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import clear_url_caches
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

import chatsite.urls
from rooms import limits
from rooms.actions import deletion
from rooms.models import Deed, Identity, SignIn, User
from rooms.openid.provider import Provider, provider
from tests.http.admin.staff import PASSWORD, address
from tests.support.openid import SECRET, OpenIDProvider
from tests.support.processes import free_port

pytestmark = pytest.mark.django_db

CALLBACK = "http://testserver/admin/openid/callback/"
BEGIN = "/admin/openid/begin/"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIDProvider]:
    with OpenIDProvider(tmp_path_factory.mktemp("openid"), CALLBACK) as running:
        yield running


@pytest.fixture(autouse=True)
def _configured(there: OpenIDProvider, settings: Any) -> Iterator[None]:
    settings.CHAT_OIDC_ISSUER = there.issuer
    settings.CHAT_OIDC_CLIENT_ID = "chat"
    settings.CHAT_OIDC_CLIENT_SECRET = SECRET
    settings.CHAT_OIDC_SCOPES = "openid profile groups"
    settings.CHAT_OIDC_ROLES = {
        "desk": "moderator",
        "admins": "administrator",
        "root": "superuser",
    }
    settings.CHAT_OIDC_LABEL = "Example"
    settings.CHAT_OUTBOUND = False  # which is about addresses that others have typed
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS,
        "rooms.staff.openid.ProviderBackend",
    ]
    _read_urls()
    yield
    provider.forget()
    settings.CHAT_OIDC_ISSUER = ""
    _read_urls()


def _read_urls() -> None:
    """The addresses of a site with these settings: a site reads them once."""
    clear_url_caches()
    importlib.reload(chatsite.urls)


def come(
    there: OpenIDProvider, client: Client, sub: str | None = "ada", *, begin: str = BEGIN
) -> Any:
    """Sign in by the provider, and return the site's answer to what that has said."""
    return client.get(answered(there, client, sub, begin=begin))


def answered(
    there: OpenIDProvider, client: Client, sub: str | None = "ada", *, begin: str = BEGIN
) -> str:
    asked = client.get(begin)
    assert asked.status_code == 302, asked.content.decode()
    return there.answer(asked.headers["Location"], sub)


def refused(answer: Any, status: int, sentence: str) -> None:
    assertContains(answer, sentence, status_code=status)
    assert "_auth_user_id" not in answer.client.session
    # The form below it goes where names and passwords are taken, and not back to the answer's address.
    assertContains(answer, 'action="/admin/login/"', status_code=status)


def account(sub: str = "ada") -> User:
    return Identity.objects.get(subject=sub).user


def held(user: User) -> tuple[bool, bool, list[str]]:
    """Whether somebody is staff, a superuser, and their roles."""
    user.refresh_from_db()
    return (
        user.is_staff,
        user.is_superuser,
        sorted(user.groups.values_list("name", flat=True)),
    )


def deeds() -> list[tuple[str, str, dict[str, Any]]]:
    return list(Deed.objects.order_by("pk").values_list("verb", "role", "details"))


# A person's story --------------------------------------------------------------------------------


def test_groups_make_an_account_change_its_roles_and_end_it(
    there: OpenIDProvider, client: Client, settings: Any
) -> None:
    there.person("ada", "desk", "others", name="Ada", email="boss@chat.example")
    login = client.get("/admin/login/?next=/admin/rooms/room/")
    assertContains(login, "Sign in with Example")
    assertContains(login, f'href="{BEGIN}?next=/admin/rooms/room/"')

    answer = come(there, client, begin=f"{BEGIN}?next=/admin/rooms/room/")
    assertRedirects(answer, "/admin/rooms/room/")
    ada = account()
    assert held(ada) == (True, False, ["moderator"])
    assert (str(ada), ada.email, ada.is_guest) == ("Ada", "", False)
    assert not ada.has_usable_password()
    assert SignIn.objects.get(user=ada).session_key == client.session.session_key
    left = client.session.get_expiry_age()
    assert 12 * 3600 - 60 < left <= 12 * 3600
    made = {"provider": there.issuer}
    roles = {"given": ["moderator"], "taken": []}
    assert deeds() == [("make account", "system", made), ("set roles", "system", roles)]

    # Another group the next day: another role, the same account.
    there.person("ada", "admins", name="Ada, renamed")
    other = Client()
    assertRedirects(come(there, other), "/admin/")
    assert (account(), Identity.objects.count()) == (ada, 1)
    assert held(ada) == (True, False, ["administrator"])
    there.person("ada", "root")
    assertRedirects(come(there, Client()), "/admin/")
    assert held(ada) == (True, True, [])

    # No group any more: out, in the browsers where they still were, too.
    there.person("ada", "others")
    refused(come(there, Client()), 403, "in none of the groups")
    assert held(ada) == (False, False, [])
    assert not SignIn.objects.filter(user=ada).exists()
    assertRedirects(client.get("/admin/"), "/admin/login/?next=/admin/")
    assert deeds()[-1] == ("set roles", "system", {"given": [], "taken": ["superuser"]})
    there.person("ada", "desk")
    assertRedirects(come(there, Client()), "/admin/")
    assert held(ada) == (True, False, ["moderator"])

    # Banned here they stay out, whatever their groups are there.
    User.objects.filter(pk=ada.pk).update(is_active=False)
    refused(come(there, Client()), 403, "A moderator has removed you.")


def test_who_has_no_group_gets_no_account(there: OpenIDProvider, client: Client) -> None:
    there.person("eve", "others", name="Eve")
    refused(come(there, client, "eve"), 403, "in none of the groups")
    assert not User.objects.exists()


def test_names_and_addresses_of_others_open_nothing(
    there: OpenIDProvider, client: Client, boss: User
) -> None:
    User.objects.filter(pk=boss.pk).update(email="boss@chat.example")
    there.person("eve", "desk", name="Admin", email="boss@chat.example", preferred_username="boss")
    answer = come(there, Client(), "eve")
    assertRedirects(answer, "/admin/", fetch_redirect_response=False)
    assert account("eve") != boss
    assert str(account("eve")) == "Somebody"  # nobody is called as those who run the site


def test_staff_connect_their_account_while_they_are_signed_in(
    there: OpenIDProvider, client: Client, staff: Callable[..., User]
) -> None:
    mod = staff(role="moderator")
    there.person("mod", "desk", "admins", name="Mod")
    page = client.get("/admin/openid/")
    assertContains(page, f'href="{BEGIN}?connect"')
    assertRedirects(come(there, client, "mod", begin=f"{BEGIN}?connect"), "/admin/openid/")
    assert account("mod") == mod
    assert held(mod) == (True, False, ["administrator", "moderator"])
    assertContains(client.get("/admin/openid/"), '<div class="readonly">administrator</div>')
    assertRedirects(come(there, Client(), "mod"), "/admin/")

    # Of another account it is not taken, and there is one for each account.
    other = User.objects.create_user("other", password=PASSWORD, is_staff=True)
    browser = Client()
    browser.force_login(other)
    answer = come(there, browser, "mod", begin=f"{BEGIN}?connect")
    assertContains(answer, "You sign in to another account with that", status_code=409)

    # With the groups go the roles that came by them, and what a superuser gave here stays.
    there.person("mod")
    refused(come(there, Client(), "mod"), 403, "in none of the groups")
    assert held(mod) == (True, False, ["moderator"])
    assertRedirects(client.post("/admin/openid/"), "/admin/openid/")
    assert not Identity.objects.exists()
    assert [verb for verb, *_ in deeds()] == [
        "connect identity", "set roles", "set roles", "disconnect identity",
    ]  # fmt: skip
    client.force_login(User.objects.create_superuser("boss", password=PASSWORD))
    log = client.get(address("rooms_deed_changelist"))
    assertContains(log, "Connected a sign-in")
    assertContains(log, "Set the roles that the provider gives")
    assertContains(client.get(address("rooms_user_change", mod.pk)), "Signs in by the provider as")


def test_who_comes_by_the_provider_is_not_asked_for_a_factor_of_ours_but_to_connect(
    there: OpenIDProvider, client: Client, staff: Callable[..., User], settings: Any
) -> None:
    mod = staff(role="moderator")
    TOTPDevice.objects.create(user=mod, name="Phone", key="31" * 20)
    session = client.session
    session["factor"] = [mod.pk, int(time.time()) - 601]  # proven, and not lately
    session.save()
    there.person("mod", "desk")
    asked = client.get(f"{BEGIN}?connect")
    ways = {"next": f"{BEGIN}?connect"}
    assertRedirects(asked, f"/account/factor/?{urlencode(ways)}", fetch_redirect_response=False)
    session["factor"] = [mod.pk, int(time.time())]
    session.save()
    assertRedirects(come(there, client, "mod", begin=f"{BEGIN}?connect"), "/admin/openid/")
    settings.CHAT_STAFF_FACTOR = "required"
    assertRedirects(come(there, Client(), "mod"), "/admin/")


def test_only_staff_connects_and_only_the_one_who_began(
    there: OpenIDProvider, staff: Callable[..., User], client: Client
) -> None:
    assertContains(Client().get(f"{BEGIN}?connect"), "You are signed out", status_code=403)
    staff(role="moderator")
    there.person("mod", "desk")
    back = answered(there, client, "mod", begin=f"{BEGIN}?connect")
    boss = User.objects.create_superuser("boss", password=PASSWORD)
    states = client.session["oidc_states"]
    client.force_login(boss)
    session = client.session
    session["oidc_states"] = states
    session.save()
    assertContains(client.get(back), "was not begun in this browser", status_code=400)
    assert not Identity.objects.exists()


def test_a_guest_s_session_ends_where_the_staff_s_begins(
    there: OpenIDProvider, client: Client, ada: User
) -> None:
    client.force_login(ada)
    former = client.session.session_key
    there.person("ada", "desk")
    assertRedirects(come(there, client), "/admin/")
    assert client.session["_auth_user_id"] == str(account().pk) != str(ada.pk)
    assert client.session.session_key != former
    assert not SignIn.objects.filter(session_key=former).exists()


def test_signing_out_ends_the_session_here_and_offers_to_end_it_there(
    there: OpenIDProvider, client: Client, boss: User
) -> None:
    assertNotContains(client.post("/admin/logout/"), "Sign out of")
    there.person("ada", "desk")
    come(there, client)
    answer = client.post("/admin/logout/")
    assertContains(answer, "Sign out of Example too")
    assertContains(answer, f'href="{there.issuer}/session/end?client_id=chat&amp;post_logout')
    assert "_auth_user_id" not in client.session


def test_who_goes_takes_the_identity_along(there: OpenIDProvider, client: Client) -> None:
    there.person("ada", "desk", name="Ada")
    come(there, client)
    ada = account()
    deletion.delete_account(user=ada, erase=True)
    assert not Identity.objects.exists()
    come(there, Client())
    assert account() != ada


# What is asked of the provider, and what is not believed -----------------------------------------


def test_the_question_has_state_nonce_and_a_challenge(client: Client) -> None:
    asked = client.get(f"{BEGIN}?next=https://evil.example/").headers["Location"]
    said = {name: value for name, [value] in parse_qs(urlsplit(asked).query).items()}
    assert said["code_challenge_method"] == "S256"
    assert said.keys() == {
        "response_type", "scope", "client_id", "redirect_uri", "state", "nonce",
        "code_challenge", "code_challenge_method",
    }  # fmt: skip
    assert said["redirect_uri"] == CALLBACK
    [begun] = client.session["oidc_states"].values()
    assert begun["next"] == ""


def test_a_page_of_another_site_begins_nothing(client: Client) -> None:
    for site in ("cross-site", "same-site"):
        answer = client.get(BEGIN, headers={"sec-fetch-site": site})
        assertRedirects(answer, "/admin/login/")
    assert "oidc_states" not in client.session
    assert client.get(BEGIN, headers={"sec-fetch-site": "same-origin"}).status_code == 302


def test_a_token_by_an_elliptic_curve_is_taken(
    there: OpenIDProvider, client: Client, settings: Any
) -> None:
    settings.CHAT_OIDC_CLIENT_ID = "chat-ec"
    there.person("ada", "desk")
    assertRedirects(come(there, client), "/admin/")


@pytest.mark.parametrize(
    "lie",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"aud": "another-client"}},
        {"claims": {"aud": ["chat", "another-client"]}},
        {"claims": {"azp": "another-client"}},
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"sub": ""}},
        {"claims": {"sub": "boss"}},  # the userinfo is still ada's
        {"by": "none"},
        {"by": "secret"},
        {"by": "stranger"},
        {"by": "stranger", "header": {"kid": "unknown"}},
    ],
    ids=str,
)
def test_a_token_that_is_not_the_provider_s_for_this_sign_in_is_not_believed(
    there: OpenIDProvider, client: Client, lie: Any
) -> None:
    there.person("ada", "desk")
    there.forge(**lie)
    refused(come(there, client), 403, "cannot be believed")
    assert not User.objects.exists()


def test_a_token_that_has_run_out_is_not_taken(there: OpenIDProvider, client: Client) -> None:
    there.person("ada", "desk")
    there.forge(claims={"exp": int(time.time()) - 120})
    refused(come(there, client), 400, "took too long")


def test_an_answer_is_taken_once_and_in_the_browser_that_asked(
    there: OpenIDProvider, client: Client
) -> None:
    there.person("ada", "desk")
    back = answered(there, client)
    refused(Client().get(back), 400, "was not begun in this browser")
    assertRedirects(client.get(back), "/admin/")
    again = client.get(back)
    assertContains(again, "was not begun in this browser", status_code=400)
    # The same code under a state that is good: the provider has given its tokens already.
    other = Client()
    asked = other.get(BEGIN).headers["Location"]
    [state] = parse_qs(urlsplit(asked).query)["state"]
    [code] = parse_qs(urlsplit(back).query)["code"]
    fields = {"code": code, "state": state, "iss": there.issuer}
    refused(other.get(CALLBACK, fields), 403, "has refused")


def test_an_answer_that_comes_too_late_or_from_elsewhere_is_not_taken(
    there: OpenIDProvider, client: Client
) -> None:
    there.person("ada", "desk")
    back = answered(there, client)
    session = client.session
    [begun] = session["oidc_states"].values()
    begun["added_on"] -= 601
    session.save()
    refused(client.get(back), 400, "took too long")
    refused(client.get(back), 400, "was not begun in this browser")
    for issuer in (["https://evil.example"], []):
        path, query = answered(there, client).split("?")
        fields = {**parse_qs(query), "iss": issuer}
        refused(client.get(path, fields), 403, "cannot be believed")


def test_a_refusal_of_the_provider_s_is_one_here_and_signs_nobody_out(
    there: OpenIDProvider, client: Client, boss: User
) -> None:
    refused(come(there, Client(), None), 403, "has refused")
    # A link with an error in it, of whoever made it.
    answer = client.get(CALLBACK, {"error": "access_denied", "state": "made up"})
    assertContains(answer, "was not begun in this browser", status_code=400)
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("issuer", ["nobody there", "another name", "no such client"])
def test_a_provider_that_does_not_do_its_part_is_said_to_be_away(
    there: OpenIDProvider, client: Client, settings: Any, issuer: str, caplog: Any
) -> None:
    there.person("ada", "desk")
    if issuer == "nobody there":
        settings.CHAT_OIDC_ISSUER = f"http://127.0.0.1:{free_port()}"
        answer = client.get(BEGIN)
    elif issuer == "another name":
        settings.CHAT_OIDC_ISSUER = there.issuer.replace("127.0.0.1", "localhost")
        answer = client.get(BEGIN)
    else:
        settings.CHAT_OIDC_CLIENT_SECRET = "of yesterday"
        answer = come(there, client)
    refused(answer, 503, "does not answer as it should")
    assert answer.headers["Retry-After"] == "5"
    assert "no sign-in by the provider: " in caplog.text
    assert "of yesterday" not in caplog.text


def test_programs_read_the_code_of_a_refusal(client: Client) -> None:
    answer = client.get(CALLBACK, {"state": "x"}, headers={"accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "sign_in_unknown"


def test_what_the_provider_says_of_itself_is_asked_for_once_an_hour(
    there: OpenIDProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, asked = [0.0], []
    own = Provider(clock=lambda: now[0])
    read = own._read
    monkeypatch.setattr(own, "_read", lambda url: [asked.append(url), read(url)][1])
    for _ in range(2):
        assert {key["kid"] for key in own.keys(but="RS256")} == {"RS256", "ES256"}
    assert len(asked) == 2
    now[0] = 3601
    own.endpoints()
    assert len(asked) == 3


def test_sign_ins_are_begun_at_a_pace(client: Client, settings: Any) -> None:
    settings.CHAT_RATE_LIMITS, settings.REDIS_URL = True, ""
    for _ in range(30):
        assert client.get(BEGIN).status_code == 302
    assertContains(client.get(BEGIN), "a little too fast", status_code=429)
    limits.table.signing_on_from.forget()


def test_without_a_provider_there_is_nothing_of_it(client: Client, settings: Any) -> None:
    settings.CHAT_OIDC_ISSUER = ""
    _read_urls()
    assertNotContains(client.get("/admin/login/"), "Sign in with")
    for path in (BEGIN, "/admin/openid/callback/"):
        answer = client.get(path)  # as for any address below the admin that there is not
        assertRedirects(answer, f"/admin/login/?next={path}", fetch_redirect_response=False)
