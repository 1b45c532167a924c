"""The store on MongoDB, one database per service. This package alone knows the driver."""

from shared.store.mongo.driver import SCHEMES, Driver
from shared.store.mongo.items import MongoItems
from shared.store.mongo.schema import SCHEMA_VERSION
from shared.store.mongo.store import MongoStore

__all__ = ["SCHEMA_VERSION", "SCHEMES", "Driver", "MongoItems", "MongoStore"]
