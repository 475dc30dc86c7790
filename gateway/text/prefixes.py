"""By what a key is known, whatever words stand around it: its first characters, as those who issue it write them."""

from __future__ import annotations

import re

__all__ = ["KEYS", "LENGTHS", "PREFIXES", "SHAPES"]

# The first characters, and what must follow them, in lower case.
KEYS: tuple[tuple[str, str], ...] = (
    # Clouds
    ("AKIA", "[0-9a-z]{16}"), ("ASIA", "[0-9a-z]{16}"), ("ABIA", "[0-9a-z]{16}"), ("ACCA", "[0-9a-z]{16}"),
    ("AIza", "[0-9a-z_-]{30}"), ("GOCSPX-", "[0-9a-z_-]{28}"), ("ya29.", "[0-9a-z_-]{30}"), ("LTAI", "[0-9a-z]{12}"),
    ("AKID", "[0-9a-z]{32}"), ("AQVN", "[0-9a-z_-]{35}"), ("dop_v1_", "[0-9a-f]{40}"), ("doo_v1_", "[0-9a-f]{40}"),
    ("dor_v1_", "[0-9a-f]{40}"), ("HRKU-", "[0-9a-z_-]{36}"), ("nfp_", "[0-9a-z]{36}"), ("rnd_", "[0-9a-z]{28}"),
    ("vercel_blob_rw_", "[0-9a-z]{16}"), ("tskey-auth-", "[0-9a-z]{8}"), ("tskey-api-", "[0-9a-z]{8}"),
    ("tskey-client-", "[0-9a-z]{8}"), ("dckr_pat_", "[0-9a-z_-]{24}"), ("dckr_oat_", "[0-9a-z_-]{24}"),
    # Forges, registries, build services, vaults
    ("ghp_", "[0-9a-z]{30}"), ("gho_", "[0-9a-z]{30}"), ("ghu_", "[0-9a-z]{30}"), ("ghs_", "[0-9a-z]{30}"),
    ("ghr_", "[0-9a-z]{30}"), ("github_pat_", "[0-9a-z]{22}"), ("glpat-", "[0-9a-z_-]{16}"),
    ("gldt-", "[0-9a-z_-]{16}"), ("glrt-", "[0-9a-z_-]{16}"), ("glptt-", "[0-9a-f]{30}"), ("glcbt-", "[0-9a-z_-]{16}"),
    ("glft-", "[0-9a-z_-]{16}"), ("glimt-", "[0-9a-z_-]{16}"), ("glagent-", "[0-9a-z_-]{30}"),
    ("gloas-", "[0-9a-f]{40}"), ("glsoat-", "[0-9a-z_-]{16}"), ("ATBB", "[0-9a-z]{32}"), ("ATATT3", "[0-9a-z_=-]{60}"),
    ("npm_", "[0-9a-z]{30}"), ("pypi-AgE", "[0-9a-z_-]{40}"), ("rubygems_", "[0-9a-f]{40}"), ("oy2", "[0-9a-z]{43}"),
    ("CLOJARS_", "[0-9a-z]{40}"), ("AKCp", "[0-9a-z]{60}"), ("sqp_", "[0-9a-f]{40}"), ("squ_", "[0-9a-f]{40}"),
    ("sqa_", "[0-9a-f]{40}"), ("CCIPAT_", "[0-9a-z]{22}"), ("CCIPRJ_", "[0-9a-z]{22}"), ("bkua_", "[0-9a-f]{40}"),
    ("PMAK-", "[0-9a-f]{24}-[0-9a-f]{34}"), ("rdme_", "[0-9a-z]{40}"), ("pnu_", "[0-9a-z]{36}"),
    ("pnb_", "[0-9a-z]{36}"),
    ("pul-", "[0-9a-f]{40}"), ("hvs.", "[0-9a-z_-]{24}"), ("hvb.", "[0-9a-z_-]{24}"), ("hvr.", "[0-9a-z_-]{24}"),
    ("dp.pt.", "[0-9a-z]{40}"), ("dp.st.", "[0-9a-z_.-]{40}"), ("AGE-SECRET-KEY-1", "[0-9a-z]{40}"),
    # Models
    ("sk-proj-", "[0-9a-z_-]{20}"), ("sk-svcacct-", "[0-9a-z_-]{20}"), ("sk-admin-", "[0-9a-z_-]{20}"),
    ("sk-ant-api", "[0-9a-z_-]{20}"), ("sk-ant-admin", "[0-9a-z_-]{20}"),
    ("sk-ant-oat", "[0-9a-z_-]{20}"), ("sk-or-v1-", "[0-9a-f]{40}"), ("sk-lf-", "[0-9a-f-]{30}"),
    ("sk-", "[0-9a-z]{20}"),
    ("sess-", "[0-9a-z]{40}"), ("hf_", "[0-9a-z]{30}"), ("r8_", "[0-9a-z]{37}"), ("gsk_", "[0-9a-z]{40}"),
    ("xai-", "[0-9a-z]{60}"), ("pplx-", "[0-9a-z]{40}"), ("nvapi-", "[0-9a-z_-]{60}"), ("tgp_v1_", "[0-9a-z_-]{43}"),
    ("csk-", "[0-9a-z]{48}"), ("pcsk_", "[0-9a-z]{4,8}_"), ("lsv2_pt_", "[0-9a-f]{32}"), ("lsv2_sk_", "[0-9a-f]{32}"),
    ("tvly-", "[0-9a-z-]{32}"), ("jina_", "[0-9a-f]{32}"), ("rpa_", "[0-9a-z]{40}"), ("e2b_", "[0-9a-f]{40}"),
    ("apify_api_", "[0-9a-z]{34}"), ("llx-", "[0-9a-z]{48}"), ("fc-", "[0-9a-f]{32}"),
    # Chat, mail, telephony
    ("xoxb-", "[0-9]"), ("xoxp-", "[0-9]"), ("xoxa-", "[0-9]"), ("xoxs-", "[0-9]"), ("xapp-", "[0-9]-"),
    ("SG.", r"[0-9a-z_-]{16,}\.[0-9a-z_-]{20}"), ("xkeysib-", "[0-9a-f]{60}"), ("key-", "[0-9a-f]{32}"),
    ("md-", "[0-9a-z_-]{22}"), ("SK", "[0-9a-f]{32}"), ("EAA", "[0-9a-z]{80}"),
    # Payment
    ("sk_live_", "[0-9a-z]{16}"), ("rk_live_", "[0-9a-z]{16}"), ("pk_live_", "[0-9a-z]{16}"),
    ("sk_test_", "[0-9a-z]{16}"), ("rk_test_", "[0-9a-z]{16}"), ("whsec_", "[0-9a-z+/]{24}"),
    ("sq0atp-", "[0-9a-z_-]{22}"), ("sq0csp-", "[0-9a-z_-]{43}"), ("shpat_", "[0-9a-f]{32}"),
    ("shpca_", "[0-9a-f]{32}"), ("shppa_", "[0-9a-f]{32}"), ("shpss_", "[0-9a-f]{32}"), ("rzp_live_", "[0-9a-z]{14}"),
    ("rzp_test_", "[0-9a-z]{14}"), ("duffel_live_", "[0-9a-z_-]{43}"), ("shippo_live_", "[0-9a-f]{40}"),
    ("FLWSECK", "[0-9a-z_-]{16}"), ("APP_USR-", "[0-9]{12}"), ("EZAK", "[0-9a-z]{54}"), ("EZTK", "[0-9a-z]{54}"),
)  # fmt: skip

# How many characters follow, where it is always as many.
LENGTHS = (
    dict.fromkeys(("AKIA", "ASIA", "ABIA", "ACCA"), 16)
    | dict.fromkeys(("glpat-", "gldt-", "glrt-", "glft-", "glsoat-"), 20)
    | dict.fromkeys(("ghp_", "gho_", "ghu_", "ghs_", "npm_"), 36)
    | dict.fromkeys(("SK", "key-", "shpat_", "shpca_", "shppa_", "shpss_"), 32)
    | {
        "AIza": 35,
        "r8_": 37,
        "glimt-": 25,
        "glptt-": 40,
        "rzp_live_": 14,
        "rzp_test_": 14,
        "dop_v1_": 64,
        "rubygems_": 48,
    }
)

PREFIXES = (*(prefix for prefix, _ in KEYS), "pypi-", "eyJ")

# And by the name that stands before it.
_NAMES = tuple((name, "[=:] ?[0-9a-z_+/-]{8}") for name in ("key", "token", "secret", "password", "passwd", "pwd"))
_SCHEMES = (
    ("mysql", "://"), ("postgres", "://"), ("postgresql", "://"), ("mongodb", r"(?:\+[a-z]{3})?://"), ("redis", "://"),
    ("amqp", "://"), ("https", "://"), ("http", "://"),
)  # fmt: skip


def _shape(prefix: str, rest: str) -> tuple[str, str]:
    """The letters that begin it, and of what follows as much as tells it from words."""
    at = next((at for at, c in enumerate(prefix) if not c.isalpha()), len(prefix))
    more = re.sub("[a-z]+", "[a-z]+", re.escape(prefix[at:].lower()))
    return prefix[:at].lower(), more + (rest if rest.startswith("[0-9]") else "[0-9a-z_.-]{12}")


# In lower case: the letters that a cipher changes, and what must follow that it does not make.
SHAPES = (*dict.fromkeys(_shape(*key) for key in KEYS if len(key[0]) > 2), *_NAMES, *_SCHEMES)
