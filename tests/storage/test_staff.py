"""Who may sign in."""

from datetime import timedelta

import pytest

from storage.store import Store
from storage.values import Staff
from tests import fakes

NOW = fakes.MONDAY
HOUR = timedelta(hours=1)


@pytest.fixture
async def anna(store: Store) -> Staff:
    added = await store.add_staff("Anna", " Anna@Northlight.example ", "sales", NOW)
    assert added is not None
    return added


async def test_a_person_is_added_once(store: Store, anna: Staff) -> None:
    assert await store.add_staff("Another", "ANNA@northlight.example", "sales", NOW) is None
    assert await store.staff(anna.id) == anna
    assert await store.staff_by_email("anna@NORTHLIGHT.example") == anna
    assert await store.all_staff() == [anna]
    assert (anna.email, anna.active) == ("anna@northlight.example", True)
    assert await store.staff("nobody") is None


async def test_a_link_signs_in_once(store: Store, anna: Staff) -> None:
    await store.add_sign_in_link("hash", anna.id, NOW + HOUR)
    assert await store.use_sign_in_link("other", NOW) is None
    assert await store.use_sign_in_link("hash", NOW + HOUR) is None
    assert await store.use_sign_in_link("hash", NOW) == anna
    assert await store.use_sign_in_link("hash", NOW) is None


async def test_a_session_lasts_until_it_ends(store: Store, anna: Staff) -> None:
    await store.add_session("hash", anna.id, "csrf", NOW + HOUR)
    session = await store.session("hash", NOW)
    assert session is not None
    assert (session.staff, session.csrf, session.expires) == (anna, "csrf", NOW + HOUR)
    assert await store.session("hash", NOW + HOUR) is None
    assert await store.session("other", NOW) is None
    await store.end_session("hash")
    assert await store.session("hash", NOW) is None


async def test_who_may_not_sign_in_is_out_at_once(store: Store, anna: Staff) -> None:
    await store.add_session("hash", anna.id, "csrf", NOW + HOUR)
    await store.add_sign_in_link("link", anna.id, NOW + HOUR)
    await store.set_active(anna.id, active=False)
    assert await store.session("hash", NOW) is None
    await store.add_sign_in_link("newer", anna.id, NOW + HOUR)
    assert await store.use_sign_in_link("newer", NOW) is None
    await store.set_active(anna.id, active=True)
    assert await store.use_sign_in_link("link", NOW) is None
    assert await store.session("hash", NOW) is None


async def test_a_new_password_signs_everybody_out(store: Store, anna: Staff) -> None:
    assert await store.password_hash(anna.id) == ""
    await store.add_session("hash", anna.id, "csrf", NOW + HOUR)
    await store.set_password_hash(anna.id, "$argon2id$x")
    assert await store.password_hash(anna.id) == "$argon2id$x"
    assert await store.session("hash", NOW) is None


async def test_what_is_over_is_forgotten(store: Store, anna: Staff) -> None:
    await store.add_session("old", anna.id, "csrf", NOW)
    await store.add_session("new", anna.id, "csrf", NOW + HOUR)
    await store.add_sign_in_link("used", anna.id, NOW + HOUR)
    await store.add_sign_in_link("open", anna.id, NOW + HOUR)
    await store.use_sign_in_link("used", NOW)
    await store.forget_expired(NOW)
    assert await store.session("new", NOW) is not None
    assert await store.use_sign_in_link("open", NOW) == anna


async def test_a_session_needs_a_person(store: Store) -> None:
    with pytest.raises(Exception, match="FOREIGN KEY"):
        await store.add_session("hash", "nobody", "csrf", NOW)
    await store.writable()  # and the store goes on
