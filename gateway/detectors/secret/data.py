"""Tokens of databases, data platforms and everyday business services."""

from __future__ import annotations

from gateway.detectors.base import Row
from gateway.detectors.secret.entropy import issued, unlike_words
from gateway.detectors.secret.shapes import LEFT, UUID, keyed, token

__all__ = ["ROWS"]


_DATA = (
    token("supabase_token", r"sbp_(?:oauth_|v0_)?[a-f0-9]{40}"),
    token("supabase_secret_key", r"sb_secret_[\w-]{31,40}"),
    token("planetscale_token", r"pscale_(?:tkn|oauth)_[\w.=-]{32,64}"),
    token("planetscale_password", r"pscale_pw_[\w.=-]{32,64}"),
    token("neon_key", r"napi_[a-z0-9]{60,68}"),
    token("neon_password", r"npg_[A-Za-z0-9]{12,24}", unlike_words),
    token("convex_key", r"(?:prod|dev|preview|project):[a-z0-9:-]{3,60}\|eyJ[A-Za-z0-9+/=_-]{40,200}"),
    token("databricks_token", r"dapi[a-f0-9]{32}(?:-\d)?"),
    token("databricks_secret", r"dose[a-f0-9]{32}"),
    token("mongodb_atlas_secret", r"mdb_sa_sk_[\w-]{40}"),
    keyed("mongodb_atlas_key", r"(?:mongodb?[_ -]?)?atlas", UUID, nouns="private|key|secret"),
    token("cockroach_key", r"CCDB1_[A-Za-z0-9]{22}_[A-Za-z0-9]{40}"),
    token("astra_token", r"AstraCS:[A-Za-z]{24}:[a-f0-9]{64}"),
    token("clickhouse_key", r"4b1d[A-Za-z0-9]{38}"),
    token("fauna_key", r"fnA[A-Za-z0-9_-]{37,40}", unlike_words),
    token("xata_key", r"xau_[A-Za-z0-9]{32,48}"),
    token("aiven_token", r"AVNS_[A-Za-z0-9_-]{19,24}", unlike_words),
    keyed("confluent_secret", "confluent|kafka", r"[A-Za-z0-9+/]{64}", nouns="secret", valid=unlike_words),
    keyed("snowflake_token", "snowflake", r"[A-Za-z0-9+/=_.-]{60,300}", nouns="token|key|secret", valid=unlike_words),
    keyed("algolia_key", r"algolia", r"[a-f0-9]{32}"),
    token("dbt_token", r"dbt[cu]_[A-Za-z0-9_-]{40,48}"),
    token("retool_token", r"retool_[A-Za-z0-9]{26,40}"),
)

_BUSINESS = (
    token("figma_token", r"fig[dour]_[\w-]{40,44}"),
    token("notion_token", r"ntn_\d{11}[A-Za-z0-9]{35}"),
    token("notion_token", r"secret_[A-Za-z0-9]{43}", unlike_words),
    token("linear_key", r"lin_api_[A-Za-z0-9]{40}"),
    token("linear_oauth_token", r"lin_oauth_[a-f0-9]{64}"),
    token("airtable_token", r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}"),
    keyed("airtable_key", "airtable", r"key[A-Za-z0-9]{14}", valid=unlike_words),
    token("asana_token", r"[12]/\d{13,18}(?:/\d{13,18})?:[a-f0-9]{32}"),
    token("trello_token", r"ATTA[a-f0-9]{64}[A-F0-9]{8}"),
    keyed("trello_key", "trello", r"[a-f0-9]{32}(?:[a-f0-9]{32})?"),
    token("clickup_token", r"pk_\d{6,9}_[A-Z0-9]{32}"),
    token("typeform_token", r"tfp_[A-Za-z0-9_.=-]{40,64}"),
    token("contentful_token", r"CFPAT-[\w-]{43}"),
    token("mapbox_secret_token", r"sk\.eyJ[\w-]{50,110}\.[\w-]{20,24}"),
    keyed("okta_token", r"okta|ssws", r"00[\w-]{40}", nouns="token|key|ssws", valid=unlike_words),
    Row("secret/okta_token", r"SSWS\s{1,2}(?P<v>00[\w-]{40})(?:$|[^\w-])", issued),
    token("stytch_secret", r"secret-(?:live|test)-[\w-]{36}=?"),
    token("statsig_key", r"secret-[A-Za-z0-9]{43}", unlike_words),
    keyed("auth0_secret", "auth0", r"[\w-]{64}", nouns="secret", valid=unlike_words),
    token("frameio_token", r"fio-u-[\w=-]{64}"),
    token("adobe_secret", r"p8e-[A-Za-z0-9_-]{32}"),
    token("intercom_token", r"dG9rO[A-Za-z0-9+/]{50,60}={0,2}"),
    keyed("zendesk_token", "zendesk", r"[A-Za-z0-9]{40}", valid=unlike_words),
    token("hubspot_token", rf"pat-(?:na|eu)\d-{UUID}"),
    Row("secret/salesforce_token", rf"{LEFT}(?P<v>00D[A-Za-z0-9]{{12,15}}![\w.]{{80,120}})(?:$|[^\w.])", issued),
    token("canva_secret", r"cnvca[\w-]{48,56}"),
    token("sanity_token", r"sk[A-Za-z0-9]{80,200}", unlike_words),
    token("calcom_key", r"cal_live_[a-f0-9]{32}"),
)

ROWS = (*_DATA, *_BUSINESS)
