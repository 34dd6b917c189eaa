"""A family's answers, normalised. Pure."""

import hashlib
import json
from dataclasses import dataclass, field

from registration import languages
from registration.families.models import OWN_WORDS, Attendance, Modality, Need


@dataclass(frozen=True, slots=True, order=True)
class Wish:
    """One interpretation a family asks for. `own_words` where the language is not on the list."""

    language: str
    modality: str
    listeners: int
    own_words: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a family has answered: email folded nowhere, phone as E.164, counts as numbers, wishes without the floor."""

    name: str
    email: str | None
    phone: str | None
    adults: int
    children: int
    attendance: Attendance
    spoken: tuple[str, ...]
    other_language: str
    listeners: int
    call_me: bool
    contact_language: str
    locale: str
    needs: tuple[str, ...] = field(default=())
    needs_other: str = ""
    childcare_children: int = 0
    question: str = ""

    @property
    def party(self) -> int:
        """People who come."""
        return self.adults + self.children

    def digest(self) -> str:
        """A hash by which the same answers sent twice are recognised."""
        # Not asdict(), which copies deeply and takes longer than the hash.
        written = json.dumps({name: getattr(self, name) for name in self.__slots__}, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(written.encode()).hexdigest()

    def wishes(self, floor: str) -> tuple[Wish, ...]:
        """The interpretation asked for at a meeting held in `floor`: a request in that language is no demand."""
        found = [Wish(tag, modality(tag), self.listeners) for tag in self.spoken if tag != floor]
        if self.other_language:
            found.append(Wish(OWN_WORDS, Modality.SPOKEN, self.listeners, self.other_language))
        if Need.CAPTIONS in self.needs:
            found.append(Wish(floor, Modality.CAPTIONS, 1))
        return tuple(found)


def modality(tag: str) -> Modality:
    """Whether a language is heard or seen."""
    return Modality.SIGN if languages.LANGUAGES[tag].modality == "signed" else Modality.SPOKEN
