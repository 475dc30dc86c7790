"""Keys, tenants, their policies, events and red-team scans, in SQLite or PostgreSQL. Decides nothing, knows no HTTP."""

from gateway.store.answers import Answer
from gateway.store.cipher import Cipher
from gateway.store.database import Database, place
from gateway.store.events import EventFilter
from gateway.store.migrate import upgrade, version
from gateway.store.records import DEFAULT, CustomPolicy, EventRecord, FindingRecord, Key, RedTeamScan, Tenant
from gateway.store.ring import Ring
from gateway.store.stats import Statistics
from gateway.store.store import Store
from gateway.store.writer import EventWriter

__all__ = [
    "DEFAULT",
    "Answer",
    "Cipher",
    "CustomPolicy",
    "Database",
    "EventFilter",
    "EventRecord",
    "EventWriter",
    "FindingRecord",
    "Key",
    "RedTeamScan",
    "Ring",
    "Statistics",
    "Store",
    "Tenant",
    "place",
    "upgrade",
    "version",
]
