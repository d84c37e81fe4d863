"""May this happen to a request or in the register, what then is so, and what is owed?"""

from services.dols.decisions.deciding import request
from services.dols.decisions.register import assessor

__all__ = ["assessor", "request"]
