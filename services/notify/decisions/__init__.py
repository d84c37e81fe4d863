"""What may be told, to whom, and what do we owe for what we were told?"""

from services.notify.decisions.contribution import contribution
from services.notify.decisions.correspondence import correspondence
from services.notify.decisions.subscriber import subscriber

__all__ = ["contribution", "correspondence", "subscriber"]
