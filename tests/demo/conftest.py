"""What the demonstration stands on in the tests: the desk, and a browser to open it with."""

from tests.desk.conftest import app as app
from tests.desk.conftest import browser as browser
from tests.desk.conftest import desk_settings as desk_settings
from tests.desk.conftest import plain_settings as plain_settings
from tests.desk.conftest import watch as watch
