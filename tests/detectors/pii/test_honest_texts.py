"""Texts without personal data. Not one finding, of any kind."""

from __future__ import annotations

import pytest

from tests.detectors.pii.cases import detector
from tests.support.tables import found

PROSE = (
    "The committee met three times in 2019 and again in the spring of 2021, when 1,204 members voted.",
    "She walked along the street for about 40 minutes before the road turned north towards the hills.",
    "My passport expired last year, and the phone company lost my letter twice.",
    "A driver's license is required in all 50 states; the test has 36 questions.",
    "The card game needs 52 cards, 4 players and about 90 minutes.",
    "He was born in a small village and moved to the city at the age of 12.",
    "Der Zug fährt um 14:35 Uhr von Gleis 7 ab und erreicht München nach 4 Stunden und 12 Minuten.",
    "Die Rechnung vom 12.03.2024 über 1.234,56 EUR ist bis zum 31.03.2024 zu zahlen.",
    "In der Straße standen 12 Bäume, am Platz weitere 3, und das Team liegt auf Tabellenplatz 3.",
    "Le 14 juillet 1789, la rue était pleine ; environ 1 000 personnes étaient venues.",
    "La route nationale 7 mesure 996 km et traverse 12 départements.",
    "El 23 de abril de 1616 murieron dos escritores; la calle tiene 300 metros.",
    "Il libro costa 18,50 euro e ha 352 pagine, via Internet anche meno.",
    "O filme tem 2 horas e 14 minutos e estreou em 1998 na avenida principal.",
    "De film duurt 124 minuten en draait vanaf 12 mei in 63 zalen.",
    "Książka ma 412 stron, waży 0,6 kg i kosztuje 49,90 zł.",
    "Tåget går klockan 08.15 och kommer fram 11.42, alltså efter 3 timmar och 27 minuter.",
    "В 1961 году население города составляло 12345678 человек, а площадь 1081 км².",
    "2023年，全国粮食总产量达到69541万吨，比上年增长1.3%。",
    "東京タワーの高さは333メートルで、1958年12月23日に完成した。",
    "한국의 면적은 100363제곱킬로미터이고 인구는 약 5156만 명이다.",
    "طول النهر 6650 كيلومترا ويمر عبر 11 دولة منذ عام 1950.",
    "दिल्ली की जनसंख्या 2011 में 16787941 थी।",
)
CODE = (
    "for i in range(1, 1000000):\n    total += i ** 2 % 97\nprint(f'{total:>12d}')",
    "const MAX = 4294967295; const mask = 0xDEADBEEF; // 32 bits",
    "server.listen(8080, '127.0.0.1', () => console.log('http://localhost:8080'));",
    "SELECT id, created_at FROM orders WHERE id IN (10029384, 10029385) AND total > 199.99 LIMIT 100;",
    "@app.route('/users/<int:user_id>')\ndef show(user_id: int) -> str:\n    return str(user_id)",
    "docker run -p 8080:80 -v /data:/data nginx:1.25.3-alpine@sha256:" + "9f86d081884c7d65" * 4,
    "git revert 3f79bb7b435b05321651daefd374cdc681dc06fa && git push origin main",
    "static const uint8_t key[] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55};",
    "import numpy as np\nw = np.array([[0.12345, -0.67890], [1.41421356, 2.71828183]])",
    "#define PI 3.14159265358979323846\n#define E 2.71828182845904523536",
    "margin: 0 auto; transition: 0.25s; color: #1e90ff; grid-template: 1fr 2fr / 100px 200px;",
    "assert hash('a') % 1_000_003 == 123_456  # 12345678 tried",
    '{"id": "f47ac10b-58cc-4372-a567-0e02b2c3d479", "count": 12, "ratio": 0.4111111111111111}',
    "<svg viewBox=\"0 0 24 24\"><path d='M12.5 8.25l-3.75 3.75 3.75 3.75 2.12-12.34z'/></svg>",
    "let re = /^\\d{3}-\\d{2}-\\d{4}$/; // three, two, four digits",
    'fn main() { let x: u64 = 18_446_744_073_709_551_615; println!("{x}"); }',
    "user = {'name': 'Ann', 'age': 25, 'score': 98.6}",
    "npm i react@18.2.0 @types/node@20.10.5 typescript@5.3.3",
    "class Account:\n    def __init__(self, account_number, balance=0):\n        self.balance = balance",
    "raise ValueError('card number must have between 13 and 19 digits')",
    "0000000: 7f45 4c46 0201 0100 0000 0000 0000 0000  .ELF............",
)
LOGS = (
    '127.0.0.1 - - [10/Oct/2023:13:55:36 +0000] "GET /index.html HTTP/1.1" 200 2326',
    "2024-05-17T10:22:31.123Z INFO worker-12 processed 48213 rows in 1532 ms",
    "kernel: [12345.678901] eth0: link up, 1000 Mbps, full duplex",
    "10.0.0.12:51234 -> 192.168.1.20:443 SYN ttl=64 id=54321",
    "ts=1700000000123 level=info trace=4bf92f3577b34da6a3ce929d0e0e4736 span=00f067aa0ba902b7",
    'Traceback (most recent call last):\n  File "/app/main.py", line 312, in <module>\nKeyError: 20240117',
    "job 4155550123 done; build 20240517.3; commit 9fceb02; duration 00:04:32",
    "GC(112) Pause Young 512M->128M(2048M) 12.345ms",
    "order 1029384756 shipped, parcel 3 of 4, weight 2.150 kg",
)
TABLES = (
    "time,temp,humidity\n08:00,21.4,45.2\n08:05,21.6,45.0\n08:10,21.9,44.7",
    "0.512,1.337,-0.221\n0.498,1.412,-0.305\n0.534,1.298,-0.187",
    "id;qty;price\n100234;12;19.99\n100235;7;4.50\n100236;144;0.99",
    "| Team | P | W | D | L | Pts |\n| City | 38 | 28 | 7 | 3 | 91 |\n| Rovers | 38 | 28 | 5 | 5 | 89 |",
    "Final: 6-4, 3-6, 7-6 (7-5). Marathon: 2:01:09. 4x100 m: 36.84 s. Long jump 8.95 m.",
    "1950 2536431\n1960 3034950\n1970 3700437\n1980 4458003\n1990 5327231",
    "AAPL 189.71 +1.25 (+0.66%) vol 52,164,500; S&P 4,550.58; BTC down 2.4%",
)
MATHS = (
    "12345679 * 9 = 111111111 and 142857 * 7 = 999999.",
    "Solve x^2 - 5x + 6 = 0; the roots are 2 and 3, the discriminant is 25 - 24 = 1.",
    "The first primes are 2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47.",
    "6.02214076e23 per mole, 299792458 m/s, 1.602176634e-19 C, 6.62607015e-34 J s",
    "sin 30 degrees is 0.5; tan(1.0) = 1.5574077246549; an angle of 52°30' is 52.5 degrees",
    "Divide 1000000007 by 998244353; 2^61 - 1 = 2305843009213693951 is prime.",
    "A train travels 120 km in 1.5 hours, so 80 km/h. Tom has 12 apples and gives 5 to Ann.",
)
OTHER = (
    "https://example.org/articles/2024/05/17/on-tables?id=48213&page=2#section-3",
    "ISBN 978-3-16-148410-0, ISSN 0317-8471, doi:10.1000/182",
    "v1.2.3, 1.10.0-rc.1, 2.0.0+build.20240517, >=3.9,<4.0, ~=1.4.2, 10.15.7, 4.17.21, 1.2.3.4",
    "2024-01-15 2024-02-29 2023-W52-7 2024-366 20240115T102231Z",
    "1. e4 e5 2. Nf3 Nc6 3. Bb5 a6 4. Ba4 Nf6 5. O-O Be7 6. Re1 b5 7. Bb3 d6 8. c3 O-O",
    "r1bqkbnr/pppp1ppp/2n5/1B2p3/4P3/5N2/PPPP1PPP/RNBQK2R b KQkq - 3 3",
    "Dm7 G7 Cmaj7 A7 | 4/4, 120 bpm, op. 27 no. 2, BWV 1007, K. 545, in C# minor",
    "Brown v. Board of Education, 347 U.S. 483 (1954); 42 U.S.C. § 1983; 17 C.F.R. § 240.10b-5",
    "Smith v. Jones, 512 F.3d 1234, 1240 (9th Cir. 2008); Art. 6 Abs. 1 GG; BGHZ 149, 337",
    "Mix 250 g flour, 125 ml milk, 2 eggs and 1/2 tsp salt; bake 25-30 min at 180 °C (350 °F).",
    "Take 500 mg every 8 hours for 7 days; the trial had 1,234 patients aged 18-65.",
    "The flight leaves at 07:45 from gate B22 and lands at 11:20; seat 14C, 23 kg of luggage.",
    "Gen 1:1-3; Mt 5:3-12; Qur'an 2:255; Iliad 1.1-7; Hamlet 3.1.56",
    "CPU: 8 cores, 3.6 GHz; RAM 32 GB DDR5-5600; SSD 2 TB; GPU RTX 4090; 850 W; port 443",
    "Pantone 18-3838, RAL 5010, #ff8800, rgb(255, 136, 0), cmyk(0, 47, 100, 0)",
    "NGC 224, HD 209458 b, RA 00h 42m 44s, 2.537 million light years, magnitude 3.44",
    "ATGCGTACGTTAGCCTAGGCTTAACGATCGATCGGCTAGCTAGGATCC",
    "C6H12O6 + 6 O2 -> 6 CO2 + 6 H2O; pH 7.4; 37 °C; CAS 50-99-7",
    "MTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6",
    "UPPERCASE HEADINGS LIKE TERMS AND CONDITIONS APPLY HERE TOO",
    "Prices: $1,299.00, €49.90, £12.50, ¥15000, 1 200 000 Kč, Rs. 2,50,000",
    "Bus 42, platform 9, room 101, channel 4, page 1024, item 100-200-3000",
    "Explain like I'm 5 years old why the sky is blue.",
    "The account balance must never be negative; a credit card fee of 2.5% applies.",
    "Write a function that validates a phone number, a zip code or a social security number.",
    "ping 8.8.8.8 and then 1.1.1.1; netmask 255.255.255.0; fe80::1; ::1",
)


@pytest.mark.parametrize("text", [*PROSE, *CODE, *LOGS, *TABLES, *MATHS, *OTHER])
def test_nothing_is_found(text: str) -> None:
    assert found(detector(), text) == []


def test_there_are_enough_of_them() -> None:
    assert len({*PROSE, *CODE, *LOGS, *TABLES, *MATHS, *OTHER}) >= 60
