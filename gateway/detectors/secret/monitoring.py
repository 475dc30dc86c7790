"""Keys of observability, incident and analytics services. Browser and client-side keys are public."""

from __future__ import annotations

from gateway.detectors.base import Row
from gateway.detectors.secret.entropy import issued, unlike_words
from gateway.detectors.secret.shapes import UUID, keyed, token

__all__ = ["ROWS"]


ROWS = (
    keyed("datadog_key", r"datadog|\bdd[_-]", r"[a-f0-9]{32}(?:[a-f0-9]{8})?"),
    token("newrelic_user_key", r"NRAK-[A-Z0-9]{27}"),
    token("newrelic_insert_key", r"NRI[IQ]-[\w-]{32}"),
    token("newrelic_license_key", r"[a-f0-9]{36}(?:NRAL|FFFF)"),
    token("grafana_service_token", r"glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}"),
    token("grafana_cloud_token", r"glc_[A-Za-z0-9+/]{40,400}={0,2}"),
    token("grafana_key", r"eyJrIjoi[A-Za-z0-9]{60,120}={0,2}"),
    token("sentry_org_token", r"sntrys_eyJ[A-Za-z0-9+/=_]{80,360}"),
    token("sentry_user_token", r"sntryu_[a-f0-9]{64}"),
    token("dynatrace_token", r"dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    keyed("pagerduty_key", r"pager ?duty|\bpd[_-]", r"(?:u\+[\w-]{18}|[\w-]{20})", valid=unlike_words),
    keyed("splunk_token", "splunk", UUID),
    Row(
        "secret/splunk_token",
        rf"(?i:Authorization\s{{0,2}}[:=]\s{{0,2}}[\"']?Splunk )(?P<v>{UUID})(?:$|[^\w-])",
        issued,
    ),
    token("elastic_key", r"essu_[A-Za-z0-9+/]{40,120}={0,2}"),
    Row(
        "secret/elastic_key",
        r"(?i:Authorization[\"']?\s{0,2}[:=,]\s{0,2}[\"']?ApiKey )(?P<v>[A-Za-z0-9+/_-]{40,120}={0,2})",
        issued,
    ),
    token("honeycomb_key", r"hc[abx][il][kc]_[a-z0-9]{32,64}"),
    keyed("honeycomb_key", "honeycomb", r"(?:[a-f0-9]{32}|[A-Za-z0-9]{22})", valid=unlike_words),
    keyed("sumologic_key", r"sumo(?:logic)?", r"[A-Za-z0-9]{64}", valid=unlike_words),
    keyed("opsgenie_key", r"ops ?genie", UUID),
    keyed("rollbar_token", "rollbar", r"[a-f0-9]{32}"),
    token("axiom_token", rf"xa[ap]t-{UUID}"),
    token("checkly_key", r"cu_[a-f0-9]{32}"),
    token("uptimerobot_key", r"u\d{6,8}-[a-f0-9]{24}"),
    keyed("influxdb_token", "influx(?:db)?", r"[\w-]{86}==", valid=unlike_words),
    token("segment_key", r"sgp_[A-Za-z0-9]{64}"),
    token("posthog_key", r"phx_[A-Za-z0-9]{40,48}"),
    keyed("mixpanel_secret", "mixpanel", r"[a-f0-9]{32}", nouns="secret"),
    keyed("amplitude_secret", "amplitude", r"[a-f0-9]{32}", nouns="secret"),
    token("logfire_token", r"pylf_v\d_(?:us|eu)_[A-Za-z0-9]{40,50}"),
)
