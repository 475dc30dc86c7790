"""Networks, devices, places."""

from __future__ import annotations

from tests.detectors.pii.cases import Case

__all__ = ["CASES"]

CASES = (
    Case(
        "pii/ipv4",
        (
            "refused from «93.184.216.34» port 22",
            "http://«203.0.113.77»:8080/x",
            "IP: «5.9.1.20»",
            "client_ip=«198.51.100.4»",
        ),
        (
            "listening on 127.0.0.1:8080",
            "gateway 192.168.1.254, dns 10.20.30.40",
            "bind 0.0.0.0",
            "release v1.2.3.4",
            "version 1.2.3.4",
            "oid 1.3.6.1.4.1.311",
            "Chrome/120.0.6099.109",
            "section 12.10.3.1",
            "999.184.216.34",
        ),
    ),
    Case(
        "pii/ipv6",
        ("from «2a00:1450:4001:81b::200e» now", "[«2001:db8:85a3::8a2e:370:7334»]:443"),
        ("::1 and fe80::1 and fd12:3456:789a::1", "at 2023:13:55:36", "std::vector<int>", "2001:db8"),
    ),
    Case(
        "pii/mac",
        (
            "ether «3c:22:fb:9a:41:07»",
            "«00-1B-63-84-45-E6» joined",
            "arp «001b.6384.45e6»",
            "and «3c22.fb9a.4107».",
        ),
        (
            "12:30:45:10:20:30",
            "ff:ff:ff:ff:ff:ff",
            "fingerprint 3c:22:fb:9a:41:07:11:5e:90",
            "3c:22-fb:9a:41:07",
            "dead.beef.cafe",
        ),
    ),
    Case(
        "pii/imei",
        (
            "«23-638670-706239-3» on the box",
            "it is «26-767196-779254-6».",
            "IMEI: «957567336066148»",
            "imei «196710353451295»",
        ),
        ("IMEI: 957567336066149", "957567336066148", "23-638670-706239-4"),
    ),
    Case(
        "pii/imsi",
        ("IMSI «316168514891078»", "imsi: «270923749021554»"),
        ("316168514891078", "imsi 999999999999999", "imsi 12345"),
    ),
    Case(
        "pii/iccid",
        ("ICCID «89756947626771362927»", "SIM card «8996598362573967372»"),
        ("ICCID 89756947626771362928", "89756947626771362927", "sim card 89"),
    ),
    Case(
        "pii/vin",
        (
            "stolen: «1HVU25979AE074833»",
            "«1ESG46468GD958969» sold",
            "VIN: «7YC37AWVMB6TJWH3H»",
            "Fahrgestellnummer «WVWZZZ1JZ3W386752»",
        ),
        ("1HVU25970AE074833", "ABCDEFGHJKLMNPRST", "12345678901234567", "VIN: 11111111111111111"),
    ),
    Case(
        "pii/advertising_id",
        ("IDFA: «1994b7ee-23bf-4990-9e37-be3cb3295bb1»", "gaid=«84FA2F64-38D4-437F-870D-3C3DA34660B6»"),
        ("request 1994b7ee-23bf-4990-9e37-be3cb3295bb1", "idfa 00000000-0000-0000-0000-000000000000"),
    ),
    Case(
        "pii/coordinates",
        (
            "GPS: «52.5163, 13.3777»",
            "located at «40.7484,-73.9857» in town",
            "meet me (@«52.516275,13.377704» by the gate)",
            "the spot is at: «48.858370, 2.294481».",
            'at {"«lat": 52.5163, "lng": 13.3777»}',
            "«latitude 48.8584 and longitude 2.2945»",
            "«52°30'59\" N 13°22'40\" E»",
            "the hut, «46° 33' 8'' N, 7° 58' 5'' E»",
            "«52.51627° N, 13.37770° E»",
            "grave «48.858° N 2.294° E»",
        ),
        (
            "[0.12345, 0.67890]",
            "0.01234,52.51627,13.37770,7.12345",
            "coordinates 152.5163, 13.3777",
            "x, y = 12.5, 13.7",
            "an angle of 52°30'",
            "3.14159 2.71828",
        ),
    ),
    Case(
        "pii/plus_code",
        ("here «8FVC9G8F+6W»", "plus code «9C3W9QCJ+2VX»."),
        ("22222222+33", "ABCDEFGH+IJ", "8FVC9G8F+6WXYZ"),
    ),
    Case(
        "pii/license_plate",
        ("license plate «7ABC123»", "Kennzeichen: «B-MW 1234»", "number plate «AB12 CDE»", "plate «XYZ 987»"),
        ("plate of 12 oysters", "B-MW 1234", "license plate frame", "plate 12345678"),
    ),
)
