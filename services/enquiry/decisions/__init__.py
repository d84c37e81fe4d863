"""May this happen to an enquiry, what then is so, what is owed, and who may be asked?"""

from services.enquiry.decisions.deciding import enquiry
from services.enquiry.decisions.partners import partners

__all__ = ["enquiry", "partners"]
