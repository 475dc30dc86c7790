"""
The main phrases of direct injection in languages that the model reads less well. (pattern, score)

`\\w` is ASCII here. A command begins a sentence or stands behind "and", "now" or "please", so that "do not forget your
earlier instructions" is none: in most of these languages it is the same verb behind a "not".
"""

from __future__ import annotations

from functools import partial

from gateway.detectors.injection.languages import dropped

__all__ = ["PHRASES"]

_AND = (
    r"och|og|ja|a|és|și|si|και|і|та|и|i|và|hãy|xin|dan|serta|at|na|و|اور|এবং|nu|nå|nyt|teď|teraz|most|acum|τώρα|тепер"
    r"|сега|sada|bây giờ|sekarang|ngayon|sasa|vänligen|snälla|venligst|vennligst|prosím|kérlek|kérem|te rog|vă rog"
    r"|παρακαλώ|будь ласка|моля|molim|vui lòng|tolong|mohon|silakan|pakiusap|tafadhali|لطفا|لطفاً|براہ کرم|דע|אנא|בבקשה"
)
_BEGIN = rf"(?i)(?:^|[.!?:;,\n\"'(>*-]\s{{0,3}}|[\s](?:{_AND})\s|^(?:{_AND})\s)"


_begun = partial(dropped, start=_BEGIN, gap_to_when=20)


def _last(when: str, nouns: str, verbs: str) -> list[tuple[str, float]]:
    """The verb ends the sentence."""
    return [
        (rf"(?P<v>(?:{when})[^.!?\n।۔؟]{{0,14}}(?:{nouns})[^.!?\n।۔؟]{{0,16}}(?:{verbs}))", 0.9),
        (rf"(?P<v>(?:{nouns})[^.!?\n।۔؟]{{0,14}}(?:{when})[^.!?\n।۔؟]{{0,16}}(?:{verbs}))", 0.9),
    ]


_OVERRIDE = [
    *_begun(  # Swedish
        r"ignorera|bortse från|strunta i|åsidosätt|följ inte|glöm (?:bort|alla|allt|dina|de)",
        "instruktion|regler|anvisning|prompt|begränsning|riktlinj|order",
        "tidigare|föregående|ovanstående|ovan|ursprunglig|hittills|innan",
        "dina|alla dina|era",
    ),
    *_begun(  # Danish, Norwegian
        r"ignor[eé]r|se bort fra|tilsidesæt|følg ikke|glem (?:alle|alt|dine|de)|overse",
        "instruktion|instruks|regler|anvisning|prompt|begrænsning|begrensning|retningslinje|ordre",
        "tidligere|foregående|forrige|ovenstående|ovenfor|oprindelige|opprinnelige|hidtil",
        "dine|alle dine|jeres",
    ),
    *_begun(  # Finnish
        r"ohita|jätä huomi(?:o|oi)tta|unohda|älä (?:noudata|välitä)|sivuuta",
        "ohje|sään|määräy|käsky|rajoitu|kehot|prompt",
        "aiem|edelli|aikaisem|yllä|alkuperäi|tähänasti",
        "kaikki|omat|sinun",
    ),
    *_begun(  # Czech, Slovak
        r"ignoruj(?:te)?|zapome(?:ň|ňte) na|zapomeň(?:te)?|zabudni(?:te)?(?: na)?|nedbej(?:te)? na|neřiď(?:te)? se"
        r"|nedodržuj"
        r"(?:te)?|obejdi|přehlížej|neriaď(?:te)? sa",
        "pokyn|instrukc|inštrukc|pravid|příkaz|príkaz|omezen|obmedzen|prompt|směrnic",
        "předchoz|predchádz|předešl|dřívějš|výše|vyššie|původn|pôvodn|dosavadn|doteraj",
        "své|svoje|svoja|tvoje|všechny své|všetky svoje",
    ),
    *_begun(  # Hungarian
        r"hagyd? figyelmen kívül|hagyja figyelmen kívül|felejtsd el|felejtse el|ne kövesd|mellőzd|ignoráld",
        "utasítás|szabály|parancs|előírás|korlátozás|prompt|irányelv",
        "korábbi|előző|fenti|eddigi|eredeti|megelőző",
        "az összes|a saját|a|az",
    ),
    *_begun(  # Romanian
        r"ignor(?:ă|ați|a)|nu ține cont de|nu (?:urma|respecta)|uită|treci peste",
        "instrucțiun|instructiun|reguli|regulile|indicați|indicati|comenzi|restricți|prompt|directiv",
        "anterioare|precedente|de mai sus|inițial|initial|de până acum|primite",
        "tale|toate",
    ),
    *_begun(  # Greek
        r"αγνόησε|αγνοήστε|ξέχασε|ξεχάστε|παράβλεψε|παραβλέψτε|παράκαμψε|μην ακολουθ(?:είς|ήσεις)",
        "οδηγί|εντολ|κανόν|περιορισμ|prompt|υποδείξ",
        "προηγούμεν|παραπάνω|αρχικ|μέχρι τώρα|πιο πάνω|ανωτέρω",
        "σου|όλες|όλους",
    ),
    *_begun(  # Ukrainian, Bulgarian
        r"(?:про)?ігноруй(?:те)?|забудь(?:те)?(?: про)?|знехтуй(?:те)?|відкинь(?:те)?|не (?:виконуй"
        r"|дотримуйся)(?:те)?|не зважай(?:те)? на"
        r"|игнорирай(?:те)?|забрави(?:те)? (?:за )?|пренебрегни(?:те)?|не спазвай",
        "інструкці|вказівк|правил|команд|обмежен|промпт|настанов|инструкци|указани|ограничени",
        "попередн|вище|раніше|початков|колишн|предишн|по-горе|досегашн|първоначалн",
        "свої|твої|всі свої|своите|твоите",
    ),
    *_begun(  # Croatian, Serbian
        r"ignoriraj(?:te)?|ignoriši(?:te)?|zanemari(?:te)?|zaboravi(?:te)? (?:na )?|ne slijedi|ne poštuj|ne prati",
        "uput|instrukcij|pravil|naredb|ograničenj|prompt|smjernic",
        "prethodn|ranij|gornj|dosadašnj|izvorn|prijašnj",
        "svoje|tvoje|sve svoje",
    ),
    *_begun(  # Vietnamese
        r"bỏ qua|hãy quên|quên(?: đi)?|phớt lờ|không (?:tuân theo|làm theo)|lờ đi|gạt bỏ",
        "hướng dẫn|chỉ dẫn|chỉ thị|quy tắc|lệnh|yêu cầu|lời nhắc|giới hạn|câu lệnh",
        "trước|ở trên|bên trên|ban đầu|đã (?:được )?(?:cho|nhận)",
        "của bạn|mọi|tất cả",
    ),
    (
        r"(?P<v>(?:ละเว้น|เพิกเฉย|ไม่ต้องสนใจ|ไม่สนใจ|เมินเฉย|ลืม)[^.!?\n]{0,12}(?:คำสั่ง|คำแนะนำ|กฎ|ข้อกำหนด|ข้อจำกัด)"
        r"[^.!?\n]{0,12}(?:ก่อนหน้า|ข้างต้น|ข้างบน|ที่ผ่านมา|ทั้งหมด|เดิม|ของคุณ))",
        0.9,
    ),
    *_begun(  # Indonesian, Malay
        r"abaikan|lupakan|hiraukan|kesampingkan|jangan (?:ikuti|patuhi)|ketepikan|tinggalkan",
        "instruksi|perintah|aturan|arahan|pedoman|batasan|prompt|petunjuk|peraturan",
        "sebelum|di atas|terdahulu|awal|tadi|asli",
        "semua|segala|anda|kamu",
    ),
    *_begun(  # Tagalog
        r"kalimutan(?: mo| ninyo)?|huwag (?:mong |ninyong )?(?:sundin|pansinin)|balewalain(?: mo)?|isantabi(?: mo)?",
        "utos|tagubilin|panuto|instruksyon|patakaran|tuntunin|prompt|limitasyon",
        "nauna|nakaraan|naunang|dati|sa itaas|orihinal|ibinigay",
        "iyong|lahat ng",
    ),
    *_begun(  # Swahili
        r"puuza|sahau|usifuate|achana na|tupilia mbali",
        "maagizo|maelekezo|sheria|amri|kanuni|vikwazo|miongozo",
        "awali|yaliyotangulia|zilizotangulia|hapo juu|yote|zote|uliyopewa|ulizopewa",
        "yako|zako",
    ),
    *_begun(  # Hebrew
        r"התעלם|התעלמי|התעלמו|תתעלם|שכח|שכחי|תשכח|אל תציית",
        "הוראות|ההוראות|הנחיות|ההנחיות|כללים|הכללים|ההגבלות|הפקודות|מהוראות|מההוראות|מההנחיות",
        "קודמ|הקודמ|לעיל|שלמעלה|הראשוני|שקיבלת|שניתנו",
        "כל",
    ),
    *_last(
        "قبلی|پیشین|بالا|تاکنون|اولیه|خود|همه|تمام",
        "دستور|دستورالعمل|قوانین|قواعد|راهنما|محدودیت|فرمان",
        "نادیده بگیر|فراموش کن|کنار بگذار|را نادیده|رعایت نکن|دنبال نکن",
    ),
    *_last(
        "پچھل|سابقہ|اوپر|پہلے|گزشتہ|تمام|اپنی|اپنے",
        "ہدایات|ہدایت|احکامات|قواعد|اصول|پابندی|حکم",
        "نظر ?انداز کر|بھول جا|چھوڑ د|مسترد کر|عمل نہ کر",
    ),
    *_last(
        "আগের|পূর্বের|পূর্ববর্তী|উপরের|সমস্ত|সব|তোমার|আপনার",
        "নির্দেশ|নিয়ম|আদেশ|বিধি|প্রম্পট|সীমাবদ্ধতা",
        r"উপেক্ষা কর(?:ো|ুন|ে)?(?:$|[।,.!\n]| এবং| ও)|ভুলে যা(?:ও|ন)|অগ্রাহ্য কর(?:ো|ুন|ে)?(?:$|[।,.!\n]| এবং| ও)"
        r"|মানবে না",
    ),
]

_REVEAL = (
    r"visa|avslöja|skriv ut|vis|afslør|avslør|udskriv|näytä|paljasta|tulosta|uka(?:ž|žte)|zobraz(?:te)?"
    r"|prozraď(?:te)?|vypiš(?:te)?"
    r"|mutasd meg|mutassa meg|írd ki|áruld el|arat[ăa](?:-mi)?|arătați(?:-mi)?|afișea[zd][ăa]|afișați|dezvălui(?:e|ți)"
    r"|δείξε|δείξτε|αποκάλυψε|εμφάνισε|πες|покажи|покажіть|розкрий|виведи|разкрий|изведи|pokaži|prikaži|otkrij|ispiši"
    r"|cho (?:tôi|mình) (?:xem|biết)|hiển thị|tiết lộ|in ra|tampilkan|tunjukkan|perlihatkan|ungkapkan|dedahkan|paparkan"
    r"|ipakita(?: mo)?|ibunyag(?: mo)?|sabihin mo|onyesha|nionyeshe|unionyeshe|fichua|niambie|הצג|הראה|חשוף|גלה|תראה"
)
_PROMPT = (
    r"system-?\s?prompt|systempromp|systeminstruk|(?:ditt|din|dit|er|deres) system(?:meddeland|meddelelse|melding"
    r"|besked)|järjestelmäkehot|järjestelmäviestisi"
    r"|systémov\S{1,3} (?:prompt|pokyn|inštruk|instruk)|rendszer(?:üzenet|prompt|utasítás)|mesajul (?:de sistem"
    r"|sistemului)|promptul (?:de sistem|tău|sistemului)|instrucțiunile (?:de sistem|inițiale)|(?:μήνυμα|προτροπή"
    r"|οδηγίες) (?:του )?"
    r"συστήματος|системн\S{1,3} (?:промпт|інструкц|инструкц)|sistemsk\S{1,3} (?:uput|prompt|poruk)"
    r"|(?:lời nhắc|hướng dẫn|chỉ dẫn|prompt|câu lệnh) hệ thống|prompt sistem|arahan sistem|instruksi sistem"
    r"|(?:ujumbe|maagizo|maelekezo) (?:wako |yako |wenu )?(?:wa|ya) mfumo|(?:הנחיית|הנחיות|הודעת|פרומפט|הוראות) ה?מערכת"
)
_EXTRACT = [
    (rf"{_BEGIN}(?P<v>(?:{_REVEAL})\s[^.!?\n]{{0,20}}(?:{_PROMPT}))", 0.75),
    (
        r"(?P<v>(?:แสดง|เปิดเผย|บอก|พิมพ์)[^.!?\n]{0,12}(?:ข้อความระบบ|คำสั่งระบบ|พรอมต์ระบบ|พรอมต์ของระบบ"
        r"|system prompt))",
        0.75,
    ),
    (r"(?P<v>(?:پرامپت|دستورات|دستورالعمل|پیام) سیستم[^.!?\n؟]{0,16}(?:نشان بده|نمایش بده|بگو|افشا کن|چاپ کن))", 0.75),
    (r"(?P<v>سسٹم (?:پرامپٹ|پرامپت|ہدایات|میسج)[^.!?\n۔؟]{0,16}(?:دکھا|بتا|ظاہر کر|لکھ))", 0.75),
    (r"(?P<v>সিস্টেম (?:প্রম্পট|নির্দেশ)[^.!?\n।]{0,16}(?:দেখা|বল|প্রকাশ কর|লেখ))", 0.75),
]

PHRASES: tuple[tuple[str, float], ...] = (*_OVERRIDE, *_EXTRACT)
