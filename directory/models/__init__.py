from .contacts import Contact
from .hours import Hours
from .services import Service, ServiceQuerySet, offers_something

__all__ = ["Contact", "Hours", "Service", "ServiceQuerySet", "offers_something"]
