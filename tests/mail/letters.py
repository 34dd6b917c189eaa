"""Letters that the tests write."""

from registration.mail.letter import Letter, Queued

LINK = "https://meetings.example.org/en/r/dG9rZW4~1~c2lnbmF0dXJl"


def hello(queued: Queued) -> Letter:
    """A short letter; its recipient stands in the facts, for want of a family."""
    return Letter(
        recipient=str(queued.facts.get("to", "hoa@example.org")),
        locale="en",
        subject=f"Hello {queued.subject_id}",
        text=f"Your link: {LINK}\n",
        html=f'<p>Your link: <a href="{LINK}">open</a></p>',
        secrets=[LINK],
        sender_name="Cottonwood Public Schools",
    )
