"""Cards, accounts, crypto currencies."""

from __future__ import annotations

from tests.detectors.pii.cases import Case

__all__ = ["CASES"]

_CARDANO = "addr1pyj5pf7z8vfysdncupyrm8v2gwa9rkwlf9lykqsgs4fwtpez3ttzgyfrju9wcjgqmx3ergxk0c5su6txva7n27fvpq3qjtzstr"

CASES = (
    Case(
        "pii/credit_card",
        (
            "paid with «4111111111111111» today",
            "card=«378282246310005»;",
            "Visa «4111 1111 1111 1111» exp",
            "and «5555-5555-5555-4444».",
            "amex «3782 822463 10005»",
            "card «4111.1111.1111.1111»",
            "card «4111  1111  1111  1111»",
            "card «4111/1111/1111/1111»",
            "card «5555–5555–5555–4444»",
            "my card is «4111 1111\n1111 1111».",
            "> «5555\n5555 5555 4444» it was",
            "read out: «4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1», thanks",
            "it is «3 7 8 2 8 2 2 4 6 3 1 0 0 0 5»",
            "diners «3056 930902 5904»",
            "credit card number: «4222222222222»",
            "Kreditkarte «30569309025904»",
        ),
        (
            "4111111111111112",
            "4111 1111 1111 1112",
            "0.4111111111111111",
            "94111111111111111",
            "tweet 1453489038376136707",
            "1700000000000000 µs",
            "0000 0000 0000 0000",
            "ean 4006381333931",
            "9999 9999 9999 9995",
            "4111.1111.1111.1112",
            "row 9 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
            "row 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 7 2",
            "4111\n1111\n1111\n1111",
            "4111 1111\n\n1111 1111",
        ),
    ),
    Case(
        "pii/card_cvv",
        ("CVV: «123»", "the card security code is «9876»", '"cvc": "«045»"'),
        ("version 123", "cvv: 12345", "cvv 000", "room 123"),
    ),
    Case(
        "pii/card_expiry",
        ("exp: «04/27»", "valid thru «11/2029»", "gültig bis «09/28»"),
        ("04/27 is a fraction", "exp(13/27)", "expires 2027-04-01", "page 04/27"),
    ),
    Case(
        "pii/iban",
        (
            "IBAN «DE89 3704 0044 0532 0130 00» BIC COBADEFF",
            "to «GB82WEST12345698765432», thanks",
            "«AT61 1904 3002 3457 3201» BIC",
            "«FR14 2004 1010 0505 0001 3M02 606»",
            "konto «NO93 8601 1117 947»",
            "nl «nl91abna0417164300»",
            "IBAN «DE 89 3704 0044 0532 0130 00»",
            "IBAN «DE89 3704 0044\n0532 0130 00» BIC",
            "IBAN«DE89370400440532013000»",
        ),
        ("DE88 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130", "XDE89370400440532013000", "GB82WEST1234569876543"),
    ),
    Case(
        "pii/bic",
        ("BIC: «COBADEFFXXX»", "SWIFT code «DEUTDEFF500»", "swift/bic «NEDSZAJJ»"),
        ("BIC: ABCDEFGH", "COBADEFFXXX", "BIC pens"),
    ),
    Case(
        "pii/us_routing",
        ("routing number: «021000021»", "ABA «011401533»"),
        ("routing number: 021000022", "021000021", "routing table 021000021123"),
    ),
    Case(
        "pii/us_bank_account",
        ("Account number: «000123456789»", "acct no. «12345678»", "checking account is «9876 54321»"),
        ("account 42", "accounts: 12345678901234567890", "account number: 0000000", "the number 12345678"),
    ),
    Case(
        "pii/uk_sort_code",
        ("sort code «20-00-46»", "Sort Code: «200415»"),
        ("20-00-45", "sort code 11-11-11", "sort code 20-00-4"),
    ),
    Case(
        "pii/au_bsb",
        ("BSB: «062-001»", "bsb number «733021»"),
        ("062-001", "bsb: 111-111", "bsb 12"),
    ),
    Case(
        "pii/in_ifsc",
        ("IFSC: «HDFC0001234»", "ifsc code is «SBIN0005943»"),
        ("HDFC0001234", "IFSC: HDFC1001234", "ifsc 12345"),
    ),
    Case(
        "pii/mx_clabe",
        ("CLABE: «447881631024253042»", "clabe interbancaria «577732869863949557»"),
        ("CLABE: 447881631024253043", "447881631024253042", "clabe 12"),
    ),
    Case(
        "pii/ar_cbu",
        ("CBU: «0004849760664054930269»", "cbu «03074273-10519294561997»"),
        ("CBU: 0004849760664054930268", "0004849760664054930269", "cbu 123"),
    ),
    Case(
        "pii/nz_bank_account",
        ("pay into «11-6401-2604322-59»", "account «11-7854-2063028-99»."),
        ("11-6401-2604323-59", "11-6401-2604322", "99-6401-2604322-59"),
    ),
    Case(
        "pii/btc_address",
        (
            "send to «1KUCzSr49wPWckUDouJLybJuRYtViF5hfM»",
            "or «3LADuzLVhqhthvAevzxwQDfqa5BDMYbyt2».",
            "segwit «bc1qpyj5pf7z8vfysdncupyrm8v2gwa9rkwlaptlzx»",
            "taproot «bc1ppyj5pf7z8vfysdncupyrm8v2gwa9rkwlf9lykqsgs4fwtpez3ttz90rnrg»",
        ),
        (
            "1KUCzSr49wPWckUDouJLybJuRYtViF5hfN",
            "bc1qpyj5pf7z8vfysdncupyrm8v2gwa9rkwlaptlzz",
            "3f79bb7b435b05321651daefd374cdc681dc06fa",
            "x1KUCzSr49wPWckUDouJLybJuRYtViF5hfM",
        ),
    ),
    Case(
        "pii/eth_address",
        (
            "eth «0x3f79bb7b435b05321651daefd374cdc681dc06fa»",
            "checked «0x3F79bB7b435B05321651DaeFd374CDC681dC06fA»;",
        ),
        (
            "0x3f79bB7b435B05321651DaeFd374CDC681dC06fA",
            "0x0000000000000000000000000000000000000000",
            "0x3f79bb7b435b05321651daefd374cdc681dc06fa00",
            "3f79bb7b435b05321651daefd374cdc681dc06fa",
        ),
    ),
    Case(
        "pii/ltc_address",
        (
            "ltc «LdhAFf9tEbdZsZANz3HeFcNfdmFmvui4dD»",
            "«MSNNDskTexZKWRSZ2sxHDrvEtmmfLAQrUq» too",
            "«ltc1qpyj5pf7z8vfysdncupyrm8v2gwa9rkwlea3m6k»",
            "pay (ltc1…) «ltc1qpyj5pf7z8vfysdncupyrm8v2gwa9rkwlea3m6k».",
        ),
        ("LdhAFf9tEbdZsZANz3HeFcNfdmFmvui4dE", "ltc1qpyj5pf7z8vfysdncupyrm8v2gwa9rkwlea3m6q"),
    ),
    Case(
        "pii/doge_address",
        ("much «DPcJXhnhTMHo9kepYVHuXMUWJgco7N1WZ7» wow", "«DAofSz6bNJiGsdGntz6jFDWE2ZGpfRk6kp»"),
        ("DPcJXhnhTMHo9kepYVHuXMUWJgco7N1WZ8", "DPcJXhnhTMHo9kepYVHuXMUWJgco7N1WZ"),
    ),
    Case(
        "pii/tron_address",
        ("usdt «TUSQzWDnJfWTmvXrQAx4Vk13LLdp1BJMgC»", "to=«TFdmunXgDcvwVo9pkfktDc2m4DHqTYmsE1»"),
        ("TUSQzWDnJfWTmvXrQAx4Vk13LLdp1BJMgD", "TheQuickBrownFoxJumpsoverTheLazyDg"),
    ),
    Case(
        "pii/xrp_address",
        ("xrp «rK7UzSih9APWck7DouJLybJuRYtV5En6CM»", "to «raCZuj9xhtozLdaUwQfw6TLd9RYXNCJLp7»"),
        ("rK7UzSih9APWck7DouJLybJuRYtV5En6CN", "refactorEverythingInThisModuLe"),
    ),
    Case(
        "pii/cardano_address",
        (
            f"«{_CARDANO}»",
            f"ada: «{_CARDANO}».",
        ),
        (
            _CARDANO[:-1] + "s",
            "addr1 is a variable",
        ),
    ),
    Case(
        "pii/monero_address",
        (
            "xmr «45ND9Xuw9399F2esYhTGNQ9M7K8GkNoioCQzczppcnV9G595XdQaWXi8ez1a3nJLmFKnbznHAZVJG3fT3pchaMmnMthbU74»",
            "«45ND9Xuw9399F2esYhTGNQ9M7K8GkNoioCQzczppcnV9G595XdQaWXi8ez1a3nJLmFKnbznHAZVJG3fT3pchaMmnMthbU74», thanks",
        ),
        (
            "45ND9Xuw9399F2esYhTGNQ9M7K8GkNoioCQzczppcnV9G595XdQaWXi8ez1a3nJLmFKnbznHAZVJG3fT3pchaMmnMthbU75",
            "45ND9Xuw9399F2esYhTGNQ9M7K8GkNoioCQzczppcnV9G595XdQaWXi8ez1a3nJL",
        ),
    ),
    Case(
        "pii/solana_address",
        (
            "my solana address is «HWKURC2rEgX95mP3DiGiGZcSeHYwJCwPMwPPy7TViv4»",
            "SOL wallet: «HWKURC2rEgX95mP3DiGiGZcSeHYwJCwPMwPPy7TViv4»",
        ),
        ("HWKURC2rEgX95mP3DiGiGZcSeHYwJCwPMwPPy7TViv4", "solana 11111111111111111111111111111111"),
    ),
)
