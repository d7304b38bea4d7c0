"""Two versions answer hops of one call during an upgrade: each reads what the other wrote."""

import json
import random

import pytest
from redis.asyncio import Redis

from simulator.gateway import PhoneScreen, UssdCall
from tests.ussd import beside_form_1, frozen_form_1
from tests.ussd.conftest import Line, calls_asked
from tests.ussd.test_replay import KEYS
from ussd.state import FORM, LastHop, State


async def _answered_beside_an_older(
    call: UssdCall, keys: list[str], redis: Redis, chance: random.Random
) -> list[PhoneScreen]:
    """The pages of a dialogue between whose hops a process of the released version rewrites the session at random."""
    screens = [await call.dial()]
    for key in keys:
        if screens[-1].ends:
            break
        if chance.random() < 0.5:
            await beside_form_1.passed_through(redis, call.msisdn)
        screens.append(await call.reply(key))
    return screens


@pytest.mark.parametrize("seed", range(40))
async def test_a_call_is_answered_by_the_first_form_and_this_one_in_turns(line: Line, redis: Redis, seed: int) -> None:
    chance = random.Random(seed)
    keys = ["2", *(chance.choice(KEYS) for _ in range(chance.randint(1, 14)))]
    alone = await _answered_beside_an_older(line.phone(), keys, redis, random.Random(0.0))
    done = await calls_asked()
    mixed = await _answered_beside_an_older(line.phone(), keys, redis, random.Random(seed))
    assert [(page.ends, page.text) for page in mixed] == [(page.ends, page.text) for page in alone], keys
    assert await calls_asked() == 2 * done


def test_what_a_newer_form_adds_is_left_out() -> None:
    state = State("call:20261125", typed="1")
    newer = json.loads(state.to_json())
    newer |= {"form": FORM + 1, "mood": "new"}
    newer["view"] = {
        "kind": "choose", "text": "Home", "key": "k", "options": [["One", "one", {}, "new"]], "to": "", "answer": "",
        "most": 0, "words": False, "page": 0, "error": "", "shown": [0], "last": True, "answers": False, "mood": "new",
    }  # fmt: skip
    newer["frames"] = [["home", {}, "new"]]
    read = State.from_json(json.dumps(newer))
    assert (read.call, read.frames[0].screen) == ("call:20261125", "home")
    assert read.view is not None
    assert (read.view.text, read.view.options[0].to) == ("Home", "one")
    frozen_form_1.read(json.dumps(newer))


def test_what_is_kept_of_a_last_input_is_added_to_the_form_and_to_no_other_call() -> None:
    state = State("call:20261125", typed="1", hop=LastHop("1", 7, begins=False, before=40, at=1.5), base=40, bare=True)
    stored = json.loads(state.to_json())
    read = State.from_json(json.dumps(stored | {"hop": stored["hop"] | {"mood": "new"}}))
    assert (read.hop, read.base, read.bare, read.position) == (state.hop, 40, True, 41)
    frozen_form_1.read(json.dumps(stored))
    plain = State("call:20261125", typed="1").to_json()
    assert set(json.loads(plain)) == {*frozen_form_1.CALL, *frozen_form_1.PLACE}
    assert State.from_json(plain).position == 1


def test_this_form_has_all_that_the_first_reads() -> None:
    """When this fails, the form was not only added to: an older process beside this one would apologise."""
    state = State("call:20261125", typed="1")
    assert {*frozen_form_1.CALL, *frozen_form_1.PLACE} <= set(json.loads(state.to_json()))
