"""Addresses, telephone numbers and documents as people write them outside Western Europe and America."""

from __future__ import annotations

from tests.detectors.pii.cases import Case

__all__ = ["CASES", "MORE"]

CASES = (
    Case(
        "pii/br_rg",
        ("RG: «12.345.678-9»", "meu rg é «1.234.567-X»"),
        ("RG 58 cable", "rg 12345678 src", "12.345.678-9", "RG: 11.111.111-1"),
    ),
    Case(
        "pii/vn_id",
        ("CCCD «001099012345»", "số CMND: «024567891»", "căn cước công dân «079201001234»"),
        ("CCCD 0010", "001099012345", "CMND: 000000000"),
    ),
    Case(
        "pii/sa_id",
        ("رقم الهوية: «2039182742»", "iqama number «2048213371»"),
        ("رقم الهوية: 1010101010", "iqama 3048213370", "2039182742"),
    ),
)

# Hits and misses of kinds that other tables have as well.
MORE = (
    Case(
        "pii/street_address",
        (
            "Adres: «Atatürk Caddesi No: 12 Daire 5, 34710 Kadıköy/İstanbul»",
            "Adresim: «Bağdat Cad. No:25/7, Kadıköy, İstanbul»",
            "Bydlím «Dlouhá 12, 110 00 Praha 1»",
            "bydlisko: «Hlavná 5/2, 040 01 Košice»",
            "bor på «Storgatan 12, 111 23 Stockholm»",
            "ligger på «Kungsvägen 4B»",
            "bor i «Parkvej 12, 2300 København»",
            "«Storgata 5, 0155 Oslo»",
            "«1052 Budapest, Váci utca 12»",
            "lakom: «Tisza Lajos körút 7», Szeged",
            "stau pe «Str. Victoriei nr. 12, bl. A4, ap. 7»",
            "«Calea Moșilor nr. 3»",
            "μένω «Οδός Ερμού 12, 105 63 Αθήνα»",
            "«Λεωφόρος Κηφισίας 44»",
            "Я живу: «ул. Ленина, д. 5, кв. 12, Москва»",
            "«проспект Мира 18»",
            "живу на «вул. Хрещатик, буд. 22, кв. 4»",
            "العنوان: «شارع الملك فهد 12، الرياض 12345»",
            "«طريق الأمير سلطان 45»",
            "पता: «12 महात्मा गांधी मार्ग, बेंगलुरु 560001»",
            "«45 स्टेशन रोड, जयपुर 302006»",
            "Address: «Flat 402, Sai Residency, MG Road, Bengaluru 560001»",
            "«House No. 12/3, Lake View Colony, Hyderabad - 500 034»",
            "«221, Linking Road, Bandra West, Mumbai 400050»",
            "«14 Subhash Marg, Daryaganj, Delhi 110002»",
            "Alamat: «Jl. Sudirman No. 12, Jakarta Selatan 12190»",
            "«Jalan Merdeka No 5»",
            "Địa chỉ: «12 Nguyễn Huệ, Quận 1, TP. Hồ Chí Minh»",
            "«45/3 đường Lê Lợi, Phường Bến Thành»",
            "Mieszkam przy «ul. Długiej 5 m. 3, 31-146 Kraków»",
            "Moro na «Rua das Flores, 123, apto 45, São Paulo - SP, 01001-000»",
            "Vivo en «Calle Mayor 5, 3º B, 28013 Madrid»",
            "mail to «123 Main St, Toronto, ON M5V 2T6»",
            "住所：«〒150-0001 東京都渋谷区神宮前1-2-3»",
            "«大阪府大阪市北区梅田3丁目1番»",
            "地址：«北京市朝阳区建国路88号3号楼1203室»",
            "收货地址：«广东省深圳市南山区科技园南路1号»",
            "地址：«台北市信義區信義路五段7號»",
            "주소: «서울특별시 강남구 테헤란로 152»",
            "저는 «서울시 마포구 월드컵로 12길 34»에 살아요",
        ),
        (
            "Cad. No: 12 is the drawing",
            "Prague has 110 00 as its first postcode, and 12 districts",
            "Ordern kostar 12, 111 23 kronor",
            "Storgatan är lång",
            "Der Regen 12, 10115 war stark",
            "an utca of 12",
            "ул. и дом",
            "проспект компании за 2024 год",
            "شارع طويل جدا",
            "سافرت في طريق طويل 300 كم",
            "5 किलोमीटर रोड",
            "大阪府堺市3-4歳児",
            "12 लोग चले रोडवेज से",
            "Flat 402 of the house",
            "House 12, Senate 30",
            "the road, Mumbai",
            "Jalan cerita ini No comment",
            "12 Monkeys, Quality matters",
            "東京都の人口は1400万人です",
            "東京都千代田区では10代が多い",
            "北京市朝阳区有3家医院",
            "서울 강남구 인구 50만",
        ),
    ),
    Case(
        "pii/phone",
        (
            "Cep: «05321234567»",
            "मेरा फ़ोन नंबर «9876543210» है",
            "जोाइल, मोबाइल: «9876543210»",
            "جوال: «0501234567»",
            "Số điện thoại: «0912 345 678»",
            "No HP «0812-3456-7890»",
            "เบอร์โทร «081-234-5678»",
            "טלפון: «052-1234567»",
            "Τηλέφωνο: «6912345678»",
        ),
        ("cep 2024-05-12", "هاتف 123", "No HP 12", "Cep: 111111111", "gsm 900/1800"),
    ),
    Case(
        "pii/social_handle",
        ("微信号：«wxid_abc12345»", "my WeChat id is «anna-lee88»"),
        ("WeChat payments", "微信支付 2024", "wechat official account"),
    ),
)
