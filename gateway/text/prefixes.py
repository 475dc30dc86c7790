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
    ("ghr_", "[0-9a-z]{30}"), ("github_pat_", "[0-9a-z_]{22}"), ("glpat-", "[0-9a-z_-]{16}"),
    ("gldt-", "[0-9a-z_-]{16}"), ("glrt-", "[0-9a-z_-]{16}"), ("glptt-", "[0-9a-f]{30}"), ("glcbt-", "[0-9a-z_-]{16}"),
    ("glft-", "[0-9a-z_-]{16}"), ("glimt-", "[0-9a-z_-]{16}"), ("glagent-", "[0-9a-z_-]{30}"),
    ("gloas-", "[0-9a-f]{40}"), ("glsoat-", "[0-9a-z_-]{16}"), ("ATBB", "[0-9a-z]{32}"), ("ATATT3", "[0-9a-z_=-]{60}"),
    ("npm_", "[0-9a-z]{30}"), ("pypi-AgE", "[0-9a-z_-]{40}"), ("rubygems_", "[0-9a-f]{40}"), ("oy2", "[0-9a-z]{43}"),
    ("CLOJARS_", "[0-9a-z]{40}"), ("AKCp", "[0-9a-z]{60}"), ("sqp_", "[0-9a-f]{40}"), ("squ_", "[0-9a-f]{40}"),
    ("sqa_", "[0-9a-f]{40}"), ("CCIPAT_", "[0-9a-z]{22}"), ("CCIPRJ_", "[0-9a-z]{22}"), ("bkua_", "[0-9a-f]{40}"),
    ("PMAK-", "[0-9a-f-]{59}"), ("rdme_", "[0-9a-z]{40}"), ("pnu_", "[0-9a-z]{36}"),
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
    ("csk-", "[0-9a-z]{48}"), ("pcsk_", "[0-9a-z]{4,8}_"), ("lsv2_pt_", "[0-9a-f_]{43}"), ("lsv2_sk_", "[0-9a-f_]{43}"),
    ("tvly-", "[0-9a-z-]{32}"), ("jina_", "[0-9a-z_-]{60}"), ("rpa_", "[0-9a-z]{40}"), ("e2b_", "[0-9a-f]{40}"),
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
    ("FLWSECK", "[0-9a-z_-]{12}"), ("APP_USR-", "[0-9]{12}"), ("EZAK", "[0-9a-z]{54}"), ("EZTK", "[0-9a-z]{54}"),
    # Of services of every kind
    ("sk-helicone-", "[0-9a-z]{7}-"), ("sk_", "[0-9a-f]{48}"), ("api_org_", "[a-z]{34}"), ("fw_", "[0-9a-z]{22}"),
    ("esecret_", "[0-9a-z]{24}"), ("pa-", "[0-9a-z_-]{43}"), ("nk-", "[0-9a-z_-]{43}"), ("flp_", "[0-9a-z]{44}"),
    ("amzn.mws.", "[0-9a-f-]{36}"), ("ABSK", "[0-9a-z+/=]{100}"), ("1//0", "[0-9a-z_-]{40}"),
    ("GOOG1E", "[0-9a-z]{55}"), ("y0_", "[0-9a-z_-]{50}"), ("YC", "[0-9a-z_-]{38}"), ("fo1_", "[0-9a-z_-]{43}"),
    ("fm2_", "[0-9a-z_+/=-]{60}"), ("v1.0-", "[0-9a-f]{24}-"), ("SCW", "[0-9a-z]{17}"),
    ("GR1348941", "[0-9a-z_-]{20}"), ("glffct-", "[0-9a-z_-]{16}"), ("ATCTT3", "[0-9a-z_=-]{60}"),
    ("cio", "[0-9a-z]{32}"), ("cmVmdGtu", "[0-9a-z]{50}"), ("ico-", "[0-9a-z]{32}"),
    ("sdk-", "[0-9a-f-]{36}"), ("tk-us-", "[0-9a-z_-]{48}"), ("A3-", "[0-9a-z]{6}-[0-9a-z]{6}-"),
    ("xoxe-", "[0-9]-"), ("xoxd-", "[0-9a-z%+/=-]{40}"), ("syt_", "[0-9a-z+/=_-]{4,60}_"),
    ("re_", "[0-9a-z]{8}_[0-9a-z]{20}"), ("pk_", "[0-9a-z_]{34}"), ("IGQV", "[0-9a-z_-]{80}"),
    ("access_token$production$", "[0-9a-z]{16}"), ("AQE", "[0-9a-z]{20}=="), ("live_", "[0-9a-z_-]{30}"),
    ("access-production-", "[0-9a-f-]{36}"), ("xnd_production_", "[0-9a-z]{40}"), ("Mid-server-", "[0-9a-z_-]{20}"),
    ("pdl_live_apikey_", "[0-9a-z]{26}"), ("skey_", "[0-9a-z]{19}"), ("live_gsk_", "[0-9a-z]{20}"),
    ("NRAK-", "[0-9a-z]{27}"), ("NRII-", "[0-9a-z_-]{32}"), ("glsa_", "[0-9a-z_]{41}"), ("glc_", "[0-9a-z+/=]{40}"),
    ("eyJrIjoi", "[0-9a-z+/=]{40}"), ("sntrys_eyJ", "[0-9a-z+/=_]{60}"), ("sntryu_", "[0-9a-f]{64}"),
    ("dt0c01.", "[0-9a-z]{24}"), ("essu_", "[0-9a-z]{40}"), ("hcaik_", "[0-9a-z]{32}"), ("xaat-", "[0-9a-f-]{36}"),
    ("cu_", "[0-9a-f]{32}"), ("sgp_", "[0-9a-z]{40}"), ("phx_", "[0-9a-z]{40}"),
    ("pylf_v1_", "[a-z]{2}_[0-9a-z]{20}"), ("sbp_", "[0-9a-f]{40}"), ("sb_secret_", "[0-9a-z_-]{22}"),
    ("pscale_tkn_", "[0-9a-z_-]{32}"), ("pscale_pw_", "[0-9a-z_-]{32}"), ("napi_", "[0-9a-z]{60}"),
    ("npg_", "[0-9a-z]{12}"), ("dapi", "[0-9a-f]{32}"), ("dose", "[0-9a-f]{32}"), ("mdb_sa_sk_", "[0-9a-z_-]{40}"),
    ("CCDB1_", "[0-9a-z]{22}_"), ("AstraCS:", "[a-z]{24}:"), ("fnA", "[0-9a-z_-]{37}"), ("xau_", "[0-9a-z]{32}"),
    ("AVNS_", "[0-9a-z_-]{19}"), ("dbtc_", "[0-9a-z_-]{36}"), ("retool_", "[0-9a-z]{26}"),
    ("figd_", "[0-9a-z_-]{40}"), ("ntn_", "[0-9]{11}"), ("secret_", "[0-9a-z]{43}"), ("lin_api_", "[0-9a-z]{40}"),
    ("lin_oauth_", "[0-9a-f]{64}"), ("pat", r"[0-9a-z]{14}\.[0-9a-f]{64}"), ("ATTA", "[0-9a-f]{64}"),
    ("tfp_", "[0-9a-z_-]{40}"), ("CFPAT- lsv2_pt_ lsv2_sk_", "[0-9a-z_-]{43}"), ("sk.eyJ", "[0-9a-z_-]{40}"),
    ("fio-u-", "[0-9a-z_=-]{60}"), ("p8e-", "[0-9a-z_-]{32}"), ("dG9rO", "[0-9a-z+/=]{50}"),
    ("pat-na1-", "[0-9a-f-]{36}"), ("pat-eu1-", "[0-9a-f-]{36}"), ("00D", "[0-9a-z]{12}!"), ("cnvca", "[0-9a-z_-]{48}"),
    ("cal_live_", "[0-9a-f]{32}"), ("IQoJb3JpZ2lu", "[0-9a-z+/=]{60}"), ("ops_eyJ", "[0-9a-z+/=_-]{60}"),
)  # fmt: skip

# How many characters follow, where it is always as many.
LENGTHS = {
    prefix: length
    for length, prefixes in {
        12: "npg_", 14: "rzp_live_ rzp_test_", 16: "AKIA ASIA ABIA ACCA", 17: "SCW",
        20: "glpat- gldt- glrt- glft- glsoat- glffct- GR1348941", 22: "md- sq0atp-", 25: "glimt-", 27: "NRAK-",
        28: "GOCSPX-", 32: "SK key- shpat_ shpca_ shppa_ shpss_ AKID ATBB cio ico- cu_ dose fc- cal_live_ p8e- hcaik_"
        " pscale_tkn_ pscale_pw_", 34: "api_org_ hf_", 35: "AIza AQVN",
        36: "ghp_ gho_ ghu_ ghs_ npm_ amzn.mws. sdk- xaat- pat-na1- pat-eu1- access-production-", 37: "r8_", 38: "YC",
        40: "glptt- sess- e2b_ pul- lin_api_ sbp_ live_ mdb_sa_sk_", 41: "glsa_",
        43: "oy2 sq0csp- tgp_v1_ pa- nk- fo1_ secret_ CFPAT- lsv2_pt_ lsv2_sk_", 48: "rubygems_ sk_ csk- llx- tk-us-",
        50: "glagent-", 55: "GOOG1E", 56: "cmVmdGtu", 59: "PMAK-", 60: "CLOJARS_ jina_",
        64: "dop_v1_ doo_v1_ dor_v1_ sk-or-v1- gloas- sntryu_ lin_oauth_", 70: "rdme_", 82: "github_pat_",
    }.items()
    for prefix in prefixes.split()
}  # fmt: skip

PREFIXES = (*(prefix for prefix, _ in KEYS), "pypi-", "eyJ")

# And by the name that stands before it.
_NAMES = tuple(
    (name, "[\"' ]{0,2}[=:] ?[\"']?[0-9a-z_+/-]{8}") for name in ("key", "token", "secret", "password", "passwd", "pwd")
)
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
