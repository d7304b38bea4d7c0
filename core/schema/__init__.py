"""The tables as a whole.

Whatever imports anything of this package has every table at hand: a row that refers to another table can be written
only by a process that knows that table too.
"""

from core.schema import models as models
