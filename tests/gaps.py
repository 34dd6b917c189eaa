"""What is asked for where an address has gaps, one line a name; a route with another gap fails without its line."""

GAPS: dict[str, object] = {
    "locale": "es",
    "slug": "english-meeting",
    "name": "app.css",
    "hashed": "0",
    "tag": "es",
    "kind": "moved",
    "modality": "spoken",
    "language": "so",
    "meeting_id": 1,
    "registration_id": 1,
    "message_id": 1,
    "person_id": 1,
    "removal_id": 1,
    "series_id": 1,
    "place_id": 1,
    "service_id": 1,
    "request_id": 1,
    "access_id": 1,
}
