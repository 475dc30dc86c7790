"""The guard APIs over HTTP: which path is whose, who calls, and in whose shape it is answered."""

from gateway.web.dialects.openapi import OpenApi
from gateway.web.dialects.redteam import redteam_routes
from gateway.web.dialects.routes import DialectRoutes

__all__ = ["DialectRoutes", "OpenApi", "redteam_routes"]
