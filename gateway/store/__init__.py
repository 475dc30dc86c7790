"""Keys, tenants, policies, projects, events and red-team scans, in a database. Decides nothing, knows no HTTP."""

from gateway.store.answers import Answer
from gateway.store.cipher import Cipher
from gateway.store.database import Database, place, reason_of
from gateway.store.events import EventFilter
from gateway.store.migrate import upgrade, version
from gateway.store.records import (
    DEFAULT,
    AgentCall,
    CustomPolicy,
    EventRecord,
    FindingRecord,
    Key,
    Project,
    RedTeamScan,
    Tenant,
)
from gateway.store.ring import Ring
from gateway.store.stats import Statistics
from gateway.store.store import Store
from gateway.store.writer import EventWriter

__all__ = [
    "DEFAULT",
    "AgentCall",
    "Answer",
    "Cipher",
    "CustomPolicy",
    "Database",
    "EventFilter",
    "EventRecord",
    "EventWriter",
    "FindingRecord",
    "Key",
    "Project",
    "RedTeamScan",
    "Ring",
    "Statistics",
    "Store",
    "Tenant",
    "place",
    "reason_of",
    "upgrade",
    "version",
]
