from .contacts import Contact
from .hours import Hours
from .services import Service, ServiceQuerySet

__all__ = ["Contact", "Hours", "Service", "ServiceQuerySet"]
