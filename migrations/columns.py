"""Column types as migrations name them, so that old migrations outlive moved classes."""

from sqlmodel.sql.sqltypes import AutoString

from engine.database import DecimalText, JsonText, UtcDateTime

__all__ = ["AutoString", "DecimalText", "JsonText", "UtcDateTime"]
