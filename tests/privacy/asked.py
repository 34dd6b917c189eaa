"""The closed list of what is asked of families, and of every column that holds something about one (domain rule 20).

A new column, table or question fails tests until it is added here, by somebody who has decided that it may be asked and
when it is deleted. Never on these lists: immigration status, nationality, place or date of birth, identity numbers,
home address, diagnosis, proof of need.
"""

import re

# What a family is asked, by the name of the field, with the words at the field (None: each choice has its own).
QUESTIONS = {
    "name": "What name should we use for you?",
    "phone": "Phone",
    "email": "Email",
    "interpretation": None,
    "other_language": "Which one? Write it as you say it.",
    "listeners": "How many people will listen to the interpreter?",
    "adults": "Adults",
    "children": "Children",
    "attendance": None,
    "needs": None,
    "needs_other": "Anything else that helps you take part?",
    "childcare_children": "How many children need childcare?",
    "question": "What would you like to ask?",
    # On the check page, and where a lost link is asked for.
    "contact_language": None,
    "code": "Your code",
    "contact": "Your email or phone number",
}
# Headings of groups of fields, in English.
GROUPS = {
    "How do we reach you?",
    "The meeting is in English. Do you need an interpreter?",
    "How many people come? (optional)",
    "How do you take part? (optional)",
    "What do you need?",
}
NEEDS = {
    "Captions (what is said, as text)",
    "Help with hearing (a device that makes it louder)",
    "A place for a wheelchair",
    "Papers in large print",
}
# Fields of forms that ask nothing.
NOT_QUESTIONS = {"csrf_token", "submission_id", "checked", "version", "registration", "change"}

# Columns of a registration that are emptied when its data is deleted (families/forget.py), and those that stay.
ERASED = {
    *("name", "email", "email_folded", "phone", "needs", "needs_other", "question", "call_me"),
    *("dialect_note", "same_address", "answers_hash"),
}
STAYS = {
    # What reports count: tags, numbers and yes or no.
    *("status", "attendance", "adults", "children", "childcare_children", "childcare_granted"),
    *("locale", "contact_language"),
    # When something happened.
    *("waiting_since", "created_at", "changed_at", "withdrawn_at", "not_me_at", "erased_at", "link_opened_at"),
    *("unsubscribed_at", "still_coming_at", "bounced_at", "same_address_seen_at"),
    # Numbers of rows and of versions, and keys that open nothing any more.
    *("id", "public_id", "link_version", "code", "meeting_id", "submission_id", "registered_by_id", "removal_id"),
    *("version", "calendar_sequence"),
}

# Other tables with something about one family.
OF_A_FAMILY = {
    "interpretation_request": "id registration_id meeting_id language modality own_words listeners late created_at",
    "interpretation_event": "id request_id event actor person_id at reason",
    "phone_call": "id registration_id outbox_id person_id at result note",
    "registration_word": "meeting_id word registration_id",
    "released_question": "registration_id meeting_id text at person_id",
    "removal": "id meeting_id person_id at undone_at families waited",
    "outbox": "id message subject_kind subject_id occurrence topic mailing state send_at expires_at attempts "
    "first_tried_at leased_until leased_by last_error message_id facts address_key stranger sent_at sent_subject "
    "sent_text sent_locale bounced_at forgotten_at created_at",
    "address_allowance": "address_key places held_until last_used_at",
    "audit": "id at person_id actor action object_kind object_id meeting_id facts",
}

# Tables in which no family is: what is offered, counters, people who work here, and how the program stands.
NO_FAMILY = {
    *("district", "series", "place", "meeting", "meeting_day", "meeting_change", "interpretation_service"),
    *("online_access", "translated_text", "demand", "outcome", "person", "person_role", "sign_in_link"),
    *("sign_in_attempt", "recovery_code", "interpreter", "language_pair", "credential", "weekly_hours"),
    *("other_days", "own_change", "policy_choice", "team", "seat", "assignment", "assignment_event", "offer"),
    *("candidate", "alarm", "briefing", "material", "material_content", "reminder_rule", "reminder_run"),
    *(
        "announcement",
        "announcement_meeting",
        "mail_pace",
        "compaction",
        "schema_support",
        "write_probe",
        "mail_generation",
        "mail_worker",
    ),
}

# What is never asked, as it would be said in the language of the source and of each catalogue.
NEVER = {
    "en": re.compile(
        r"immigra|citizen|nationalit|\bbirth|\bborn\b|passport|social security|\bvisa\b|\bidentity\b|home address|"
        r"diagnos|\bproof\b|refugee|asylum|legal status|\bssn\b|\bdob\b",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"inmigra|migrator|ciudadan|nacionalidad|nacimiento|\bnació\b|pasaporte|seguro social|\bvisa\b|identidad|"
        r"domicilio|diagn[oó]st|comprobante|refugiad|asilo",
        re.IGNORECASE,
    ),
    "vi": re.compile(
        r"di trú|nhập cư|công dân|quốc tịch|ngày sinh|nơi sinh|năm sinh|hộ chiếu|an sinh xã hội|thị thực|căn cước|"
        r"tùy thân|địa chỉ nhà|chẩn đoán|bệnh tình|bằng chứng|tị nạn",
        re.IGNORECASE,
    ),
}
# Sentences that say that it is not asked.
SAID = {
    (
        "We do not ask about immigration status. Asking for an interpreter does not change anything for your child or "
        "family."
    ),
    (
        "We do not ask about immigration status, nationality, place or date of birth, identity numbers, your home "
        "address, or a diagnosis."
    ),
}
