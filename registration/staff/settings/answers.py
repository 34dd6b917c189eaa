"""What an administrator set, as plain values. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings but the texts; each is named as its column of the district."""

    phone: str
    email: str
    spoken_notice_days: int
    signed_notice_days: int
    tell_by_days: int
    retention_days: int
    offered_languages: list[str] | None
    accent: str | None
