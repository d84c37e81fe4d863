"""May this happen to an enquiry, what then is so, and what is owed?"""

from services.enquiry.decisions.deciding import enquiry

__all__ = ["enquiry"]
