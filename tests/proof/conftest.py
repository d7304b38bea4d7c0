"""What the prover stands on in the tests: the demo world, copied for each."""

from tests.menus.conftest import demo_world as demo_world
from tests.menus.conftest import town_database as town_database
