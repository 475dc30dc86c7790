"""
The management API under /guard/v1: keys, tenants, policies, events and what they come to.

Two kinds of keys with the scope `manage`: those of the tenant `default` are the operator's and see
everything; those of another tenant see that tenant, and nothing tells them that there is more.
"""

from gateway.web.manage.ports import Ports
from gateway.web.manage.routes import management_routes

__all__ = ["Ports", "management_routes"]
