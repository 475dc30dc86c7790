"""Keys of payment providers, shops, parcel services and crypto-currency. Publishable keys are public."""

from __future__ import annotations

import hashlib

from gateway.detectors.base import Row
from gateway.detectors.secret.entropy import issued, unlike_words
from gateway.detectors.secret.shapes import LEFT, UUID, keyed, token

__all__ = ["ROWS"]

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

# Words that no BIP-39 list has and that English cannot do without.
_NOT_MNEMONIC = frozenset({"the", "and", "for", "are", "your", "from", "was", "which", "not", "have", "has", "can"})


def _base58_check(value: str) -> bool:
    """Base58Check: the last four bytes are the start of the double SHA-256 of the rest."""
    number = 0
    for character in value:
        number = number * 58 + _BASE58.index(character)
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return hashlib.sha256(hashlib.sha256(data[:-4]).digest()).digest()[:4] == data[-4:]


def _mnemonic(value: str) -> bool:
    """BIP-39 has 12, 15, 18, 21 or 24 words and no grammar."""
    words = value.split()
    return len(words) % 3 == 0 and len(set(words)) >= 8 and not _NOT_MNEMONIC.intersection(words)


_PAYMENT = (
    token("stripe_key", r"(?:sk|rk)_live_[A-Za-z0-9]{16,120}"),
    token("stripe_key", r"sk_org_(?:live|test)_[A-Za-z0-9]{24,120}", unlike_words),
    token("polar_token", r"polar_(?:oat|pat|rst)_[A-Za-z0-9]{40,48}"),
    token("stripe_test_key", r"(?:sk|rk)_test_[A-Za-z0-9]{16,120}"),
    token("stripe_webhook_secret", r"whsec_[A-Za-z0-9+/]{24,64}={0,2}", unlike_words),
    token("square_token", r"(?:sq0atp-[\w-]{22}|EAAA[l-n][\w-]{55,64})"),
    token("square_secret", r"sq0csp-[\w-]{43}"),
    token("braintree_token", r"access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}"),
    keyed("paypal_secret", "paypal", r"E[\w-]{79}", nouns="secret"),
    token("shopify_token", r"shp(?:at|ca|pa|tka)_[a-fA-F0-9]{32}"),
    token("shopify_secret", r"shpss_[a-fA-F0-9]{32}"),
    token("flutterwave_key", r"FLWSECK(?:_TEST)?-[a-zA-Z0-9]{12,36}(?:-[A-Za-z0-9]{1,12})?"),
    token("razorpay_key", r"rzp_(?:live|test)_[A-Za-z0-9]{14}"),
    keyed("razorpay_secret", "razorpay", r"[A-Za-z0-9]{24}", nouns="secret", valid=unlike_words),
    keyed("paystack_key", "paystack", r"sk_(?:live|test)_[a-f0-9]{40}"),
    token("checkout_key", r"sk_(?:sbox_)?[a-z2-7]{26}[a-z2-7*#$=]", unlike_words),
    token("adyen_key", r"AQE[A-Za-z0-9+/]{20,60}={0,2}-[A-Za-z0-9+/=]{30,60}-[\w(){}<>^%&*!?.,;:#@$+=/|~-]{9,23}\w"),
    token("lob_key", r"(?:live|test)_(?:[a-f0-9]{35}|pub_[a-f0-9]{31})"),
    token("mollie_key", r"(?:live|test)_[A-Za-z0-9]{30}", unlike_words),
    token("gocardless_token", r"live_[A-Za-z0-9_-]{40}", unlike_words),
    token("plaid_token", rf"access-(?:sandbox|development|production)-{UUID}"),
    keyed("plaid_secret", "plaid", r"[a-f0-9]{30}", nouns="secret"),
    token("duffel_token", r"duffel_(?:live|test)_[\w-]{43}"),
    token("easypost_key", r"EZ(?:AK|TK)[A-Za-z0-9]{54}"),
    token("shippo_token", r"shippo_(?:live|test)_[a-f0-9]{40}"),
    token("xendit_key", r"xnd_(?:production|development)_[A-Za-z0-9]{40,70}"),
    token("midtrans_key", r"(?:SB-)?Mid-server-[\w-]{24}"),
    token("mercadopago_token", r"APP_USR-\d{12,20}-\d{6}-[a-f0-9]{32}-\d{6,12}"),
    token("paddle_key", r"pdl_(?:live|sdbx)_apikey_[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}"),
    token("omise_key", r"skey_(?:test_)?[a-z0-9]{19}"),
    token("toss_key", r"(?:live|test)_g?sk_[A-Za-z0-9]{20,40}"),
)

_CRYPTO = (
    token("nostr_key", r"nsec1[ac-hj-np-z02-9]{58}"),
    keyed("coinbase_secret", "coinbase", r"[A-Za-z0-9+/=]{32,88}", nouns="secret|key", valid=unlike_words),
    keyed("kraken_secret", "kraken", r"[A-Za-z0-9+/]{86}==", nouns="secret|key"),
    keyed("binance_key", "binance", r"[A-Za-z0-9]{64}", nouns="secret|key", valid=unlike_words),
    keyed("infura_key", "infura", r"[a-f0-9]{32}", nouns="key|secret|id"),
    Row("secret/infura_key", r"\.infura\.io/(?:ws/)?v3/(?P<v>[a-f0-9]{32})(?:$|[^\w])", issued),
    keyed("alchemy_key", "alchemy", r"[\w-]{32}", valid=unlike_words),
    Row("secret/alchemy_key", r"\.alchemy\.com/v2/(?P<v>[\w-]{32})(?:$|[^\w-])", issued),
    keyed("etherscan_key", "(?:ether|bsc|polygon|arbi)scan", r"[A-Z0-9]{34}"),
    keyed(
        "ethereum_private_key",
        "private|ethereum|wallet|deployer|signer",
        r"(?:0x)?[a-fA-F0-9]{64}",
        nouns="private[_ ]?key|key",
    ),
    Row(
        "secret/bitcoin_private_key",
        rf"{LEFT}(?P<v>5[HJK][1-9A-HJ-NP-Za-km-z]{{49}}|[KL][1-9A-HJ-NP-Za-km-z]{{51}})(?:$|[^\w])",
        _base58_check,
    ),
    Row("secret/bitcoin_extended_key", rf"{LEFT}(?P<v>[xyzt]prv[1-9A-HJ-NP-Za-km-z]{{107}})(?:$|[^\w])", _base58_check),
    Row(
        "secret/seed_phrase",
        r"(?i:(?:seed|mnemonic|recovery|backup|wallet)(?: (?:seed|recovery|backup))?[ _]?(?:phrase|words?)?)"
        r"[\"']?\s{0,2}(?:[:=]|is:?\s)\s{0,3}[\"'`]?(?P<v>(?:[a-z]{3,8} ){11,23}[a-z]{3,8})(?:$|[^\w ]|\s[^a-z])",
        _mnemonic,
    ),
)

ROWS = (*_PAYMENT, *_CRYPTO)
