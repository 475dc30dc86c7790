"""National numbers of Europe."""

from __future__ import annotations

from tests.detectors.pii.cases import Case

__all__ = ["CASES"]

CASES = (
    Case(
        "pii/uk_nhs", ("NHS number «310 372 3733»", "nhs no: «3136961706»"), ("NHS number 310 372 3734", "310 372 3733")
    ),
    Case(
        "pii/uk_nino",
        ("reg. «EK080488B»", "«AC 91 27 91 A» paid", "National Insurance no «hc839795c»", "NI number: «RU-13-59-02-C»"),
        ("GB080488B", "EK080488E", "XEK080488B", "EK0804881B"),
    ),
    Case(
        "pii/uk_utr", ("UTR: «7812439786»", "unique taxpayer reference «23627 94368»"), ("UTR 7812439787", "7812439786")
    ),
    Case(
        "pii/uk_passport",
        ("UK passport: «676396789»", "British passport no «752863961»"),
        ("676396789", "UK passport 111111111", "British passport holders"),
    ),
    Case(
        "pii/uk_driving_licence",
        ("licence «MORGA657054SM9IJ»", "«SMITH711215JD9AB» expired"),
        ("MORGA657454SM9IJ", "MORGA657054SM9I", "MORGA697054SM9IJ"),
    ),
    Case("pii/ie_pps", ("PPS number «4005636J»", "ppsn: «5449231MB»"), ("PPS number 4005636K", "4005636J", "pps 1234")),
    Case(
        "pii/de_tax_id",
        ("Steuer-ID: «13 971 184 266»", "IdNr. «21874507735»"),
        ("Steuer-ID: 13 971 184 267", "13971184266"),
    ),
    Case(
        "pii/de_tax_number",
        ("Steuernummer «181/815/08155»", "St.-Nr. 21; Steuernr. «2893081508152»"),
        ("181/815/08155", "Steuernummer 12", "Steuernummer 999/9"),
    ),
    Case(
        "pii/de_vat",
        ("USt-IdNr. «DE802326314»", "(«DE 786097591»)", "USt-IdNr.: «DE 802 326 314»"),
        ("DE802326315", "DEX802326314", "DE80232631"),
    ),
    Case(
        "pii/de_id_card",
        ("Personalausweis «LGPFTW10G»", "Ausweisnummer: «TY5V2TW4W»"),
        ("LGPFTW10G", "Personalausweis LGPFTWABG", "Ausweis 12"),
    ),
    Case(
        "pii/de_passport", ("Reisepass «CZ6311T472»", "Passnummer «G020XZ1RN»"), ("CZ6311T472", "Reisepass CZ6311T473")
    ),
    Case(
        "pii/de_social_security",
        (
            "Nr. «15 070649 C 103»",
            "«43240719B176» gemeldet",
            "Rentenversicherungsnummer: «34 270638 F 509»",
            "SV-Nummer «40 54 01 00 J 242»",
        ),
        ("15 070649 C 104", "15 379949 C 103", "43240719B1761"),
    ),
    Case(
        "pii/de_health_insurance",
        ("Versichertennummer «J843033288»", "KVNR: «Z236446143»"),
        ("J843033289", "KVNR: J843033289", "J843033288"),
    ),
    Case(
        "pii/at_svnr",
        ("SVNR «1237 010180»", "Sozialversicherungsnummer: «2154230203»"),
        ("SVNR 1238 010180", "1237 010180"),
    ),
    Case("pii/at_vat", ("UID «ATU24260635»", "(«ATU 69752172»)"), ("ATU24260636", "ATU2426063", "XATU24260635")),
    Case(
        "pii/ch_ahv",
        ("AHV «756.9217.0769.85»", "«7561226324606»;"),
        ("756.9217.0769.84", "757.9217.0769.85", "7569217076985123"),
    ),
    Case(
        "pii/ch_passport",
        ("Schweizer Pass «X1234567»", "Swiss passport no. «I5830423»"),
        ("X1234567", "Swiss passport holders"),
    ),
    Case(
        "pii/fr_nir",
        (
            "assuré «2 55 08 14 168 025 38», Paris",
            "«255081416802538»",
            "sécurité sociale : «2-55-08-14-168-025 / 38»",
            "NIR: «255081416802538»",
        ),
        ("2 55 08 14 168 025 39", "2 55 18 14 168 025 38", "1255081416802538"),
    ),
    Case(
        "pii/fr_tax_id",
        ("numéro fiscal : «30 23 217 600 053»", "SPI «0701987765493»"),
        ("numéro fiscal 30 23 217 600 054", "3023217600053"),
    ),
    Case(
        "pii/fr_siret",
        ("SIRET «732 829 320 00074»", "siret: «73282932000074»"),
        ("SIRET 732 829 320 00075", "73282932000074"),
    ),
    Case("pii/fr_siren", ("SIREN «732 829 320»", "RCS Paris «732829320»"), ("SIREN 732 829 321", "732829320")),
    Case(
        "pii/fr_passport",
        ("passeport «14AB12345»", "numéro de passeport: «69WF47372»"),
        ("14AB12345", "passeport 14A12345", "passeport valide"),
    ),
    Case(
        "pii/fr_id_card",
        ("CNI «880692310285»", "carte d'identité : «X4RTBPFW4»"),
        ("880692310285", "carte d'identité perdue"),
    ),
    Case(
        "pii/be_national_number",
        ("«85.07.30-033.28»", "(«85.07.30-033.28»)", "rijksregisternummer «85073003328»", "NISS: «85 07 30 033 28»"),
        ("85.07.30-033.29", "85073003328", "85.13.40-033.28"),
    ),
    Case("pii/nl_bsn", ("BSN «111222333»", "burgerservicenummer: «762275297»"), ("BSN 111222334", "111222333")),
    Case(
        "pii/es_dni",
        ("con «54362315K» firmado", "(«86529448-K»)", "DNI: «54.362.315-k»", "NIF «06655508K»"),
        ("54362315J", "DNI: 54.362.315-J", "054362315K"),
    ),
    Case("pii/es_nie", ("«X0952191Z»", "NIE «Z-2004403-G» vigente"), ("X0952191Y", "AX0952191Z")),
    Case("pii/es_cif", ("CIF «A13585625»", "NIF: «Q4052976J»"), ("CIF A13585626", "A13585625")),
    Case(
        "pii/es_social_security",
        ("seguridad social «75 26642581 40»", "NUSS: «208166219702»"),
        ("NUSS: 208166219703", "208166219702"),
    ),
    Case("pii/pt_nif", ("NIF «747150842»", "contribuinte «823 343 677»"), ("NIF 747150843", "747150842")),
    Case("pii/pt_citizen_card", ("cartão «00000000 0 ZZ4»", "CC «93234701 7 Q53»"), ("93234701 7 Q54", "93234701 7")),
    Case(
        "pii/it_fiscal_code",
        (
            "CF «RCCMNL83S18D969H»",
            "codice fiscale: «rccmnl83s18d969h»",
            "CF: «RCC MNL 83S18 D969 H»",
            "c.f. «rcc mnl 83s18 d969h»",
        ),
        (
            "RCCMNL83S18D969I",
            "RCCMNL83S18D969",
            "XRCCMNL83S18D969H",
            "CF: RCC MNL 83S18 D969 I",
            "see RCC MNL 83S18 D969 H",
        ),
    ),
    Case(
        "pii/it_vat", ("Partita IVA «16174391207»", "p.iva «IT82833230277»"), ("Partita IVA 16174391208", "16174391207")
    ),
    Case(
        "pii/it_id_card",
        ("carta d'identità «CA43777VJ»", "CIE: «CD63876KB»"),
        ("CA43777VJ", "carta d'identità elettronica"),
    ),
    Case("pii/gr_amka", ("AMKA «18120927654»", "ΑΜΚΑ: «15094233416»"), ("AMKA 18120927655", "18120927654")),
    Case("pii/gr_afm", ("ΑΦΜ «807504723»", "AFM: «034847249»"), ("ΑΦΜ 807504724", "807504723")),
    Case(
        "pii/tr_kimlik",
        ("TC Kimlik No: «40464331678»", "TCKN «32286306910»"),
        ("TC Kimlik No: 40464331679", "40464331678"),
    ),
    Case(
        "pii/se_personnummer",
        (
            "hon, «910720+9232», bor",
            "(«20310228-4720»)",
            "personnummer: «0508291515»",
            "pnr «910720+9232»",
            "personnummer «050829 1515»",
        ),
        ("910720+9233", "919920+9232", "91072099232"),
    ),
    Case("pii/fi_hetu", ("hetu «131052-308T»", "(«120883A6951»)"), ("131052-308U", "331052-308T", "x131052-308T")),
    Case(
        "pii/dk_cpr", ("CPR «050565-3400»", "personnummer «2206764503»"), ("050565-3400", "CPR 450565-3400", "CPR 12")
    ),
    Case(
        "pii/no_fodselsnummer",
        ("«09430093379»", "og «09430093379» ja", "fødselsnummer «094300 93379»", "fnr: «094300-93379»"),
        ("09430093378", "109430093379"),
    ),
    Case("pii/is_kennitala", ("kennitala «460737-4780»", "kt. «6106231749»"), ("kennitala 460737-4781", "4607374780")),
    Case(
        "pii/ee_isikukood",
        ("isikukood «56903020726»", "Isikukood: «69006115754»"),
        ("isikukood 56903020727", "56903020726"),
    ),
    Case(
        "pii/lt_asmens_kodas",
        ("asmens kodas «65804029613»", "Asmens kodas: «16506284549»"),
        ("asmens kodas 65804029614", "65804029613"),
    ),
    Case(
        "pii/pl_pesel",
        ("PESEL «81310271272»", "numer PESEL: «71220632025»", "pesel «712206 32025»"),
        ("PESEL 71220632026", "71220632025"),
    ),
    Case("pii/pl_nip", ("NIP «7733060562»", "nip: «593-891-01-93»"), ("NIP 7733060563", "7733060562")),
    Case(
        "pii/pl_id_card",
        ("dowód osobisty «EWI639644»", "nr dowodu: «DDV 141302»"),
        ("dowód osobisty EWI639645", "EWI639644"),
    ),
    Case(
        "pii/cz_birth_number",
        ("pan «925727/9823» z Brna", "(«982823/2216»)", "rodné číslo «9257279823»", "rč: «040504/399»"),
        ("925727/9824", "929927/9823", "9257279823"),
    ),
    Case("pii/hu_taj", ("TAJ szám «698 599 873»", "TAJ: «517002643»"), ("TAJ 698 599 874", "698599873")),
    Case(
        "pii/hu_tax_id",
        ("adóazonosító jel: «8251546605»", "Adóazonosító «8069061928»"),
        ("adóazonosító jel 8251546606", "8251546605"),
    ),
    Case(
        "pii/ro_cnp",
        ("CNP «1080707240221»", "cod numeric personal: «8420117335480»"),
        ("CNP 1080707240222", "1080707240221"),
    ),
    Case("pii/bg_egn", ("ЕГН «5631190607»", "EGN: «3647082795»"), ("ЕГН 5631190608", "5631190607")),
    Case("pii/hr_oib", ("OIB «60102762040»", "oib: «04246695829»"), ("OIB 60102762041", "60102762040")),
    Case("pii/si_emso", ("EMŠO «2505500512174»", "emšo: «2406597978522»"), ("EMŠO 2505500512175", "2505500512174")),
    Case("pii/ua_tax_number", ("РНОКПП «8702888568»", "ІПН: «9979439425»"), ("РНОКПП 8702888569", "8702888568")),
    Case("pii/ru_inn", ("ИНН «826412289002»", "ИНН: «4332649678»"), ("ИНН 826412289003", "826412289002")),
    Case(
        "pii/ru_snils",
        ("№ «502-628-142 49»", "(«902-833-260 87»)", "СНИЛС «89883807107»", "снилс: «179 425 686 20»"),
        ("502-628-142 48", "50262814249"),
    ),
)
