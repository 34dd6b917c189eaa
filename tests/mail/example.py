"""One mail with every building block in it, as the pictures of the look have it."""

from types import SimpleNamespace
from typing import Any

VIETNAMESE: dict[str, Any] = {
    "district": SimpleNamespace(
        name="Học khu Công lập Cottonwood",
        phone="303 555 0100",
        phone_href="tel:+13035550100",
        hours="Thứ Hai đến thứ Sáu, 8:00–17:00.",
    ),
    "subject": "Mã T7C2PH: quý vị đã ghi danh, mùa xuân",
    "hello": "Chào Nguyễn Thị Hoa,",
    "heading": "Quý vị đã ghi danh",
    "code_label": "Mã của quý vị",
    "code": "T7C2PH",
    "code_hint": "Đưa mã này ở cửa, hoặc chỉ cần nói tên.",
    "tile": ("Thứ Ba", "18", "tháng 5"),
    "title": "Buổi họp bằng tiếng Việt",
    "date": "Thứ Ba, 18 tháng 5, 2027",
    "time": "17:00–18:30",
    "zone": "Giờ mùa hè miền núi",
    "facts": [
        ("Nơi họp", ["Trung tâm Cộng đồng Westwood, phòng 2", "860 Federal Boulevard"]),
        ("Ngôn ngữ", ["Tiếng Việt", "Quý vị không cần thông dịch viên."]),
        ("Ghi hình", ["Không ghi hình"]),
    ],
    "link": "https://meetings.example.org/vi/r/dG9rZW4~1~c2ln",
    "button_words": "Xem hoặc đổi ghi danh",
    "after": "Nếu không đến được, xin báo cho chúng tôi ở trang đó.",
    "talk_hint": "Xin nói “Vietnamese”.",
    "desk_words": "Meeting in Vietnamese, Tuesday, May 18, 2027, 5:00–6:30 PM, Westwood Community Center, room 2.",
    "not_me_question": "Không phải quý vị ghi danh?",
    "not_me_link": "https://meetings.example.org/vi/not-me/dG9rZW4~1~c2ln",
    "not_me_words": "Đây không phải tôi",
}

ARABIC: dict[str, Any] = VIETNAMESE | {
    "district": SimpleNamespace(
        name="مدارس كوتونوود العامة",
        phone="303 555 0100",
        phone_href="tel:+13035550100",
        hours="من الاثنين إلى الجمعة، 8:00–17:00.",
    ),
    "subject": "رمزكم T7C2PH: تم تسجيلكم",
    "hello": "مرحبًا هدى،",
    "heading": "تم تسجيلكم",
    "code_label": "رمزكم",
    "code_hint": "أظهروا هذا الرمز عند الباب، أو اذكروا اسمكم فقط.",
    "tile": ("الثلاثاء", "18", "مايو"),
    "title": "اجتماع باللغة الإنجليزية",
    "date": "الثلاثاء، 18 مايو 2027",
    "time": "5:00–6:30 م",
    "zone": "التوقيت الصيفي الجبلي",
    "facts": [("المكان", ["Westwood Community Center", "860 Federal Boulevard"]), ("التسجيل", ["لن يُسجَّل الاجتماع"])],
    "notice_head": "ما زلنا نبحث عن مترجم.",
    "notice_words": "سنخبركم قبل يوم الجمعة.",
    "button_words": "عرض التسجيل أو تغييره",
    "after": "إذا لم تستطيعوا الحضور، أخبرونا في تلك الصفحة.",
    "talk_hint": "قولوا “Arabic”.",
    "not_me_question": "لم تسجّلوا بأنفسكم؟",
    "not_me_words": "هذا ليس أنا",
}
