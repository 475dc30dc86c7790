"""Keys of clouds and hosting platforms. A public identifier (an AWS account, an Azure tenant) is no secret."""

from __future__ import annotations

from gateway.detectors.base import Row
from gateway.detectors.secret.entropy import issued, unlike_words
from gateway.detectors.secret.shapes import LEFT, UUID, keyed, token

__all__ = ["ROWS"]


ROWS = (
    # AWS: the access key id is half of a credential, and its prefix says which kind.
    token("aws_access_key", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}"),
    keyed("aws_secret_key", "aws|secret[_ -]?access", r"[A-Za-z0-9/+]{40}", nouns="secret|key", valid=unlike_words),
    token("aws_mws_token", rf"amzn\.mws\.{UUID}"),
    token("aws_bedrock_key", r"ABSK[A-Za-z0-9+/]{108,270}={0,2}"),
    # Google
    token("google_api_key", r"AIza[\w-]{35}"),
    token("google_api_key", r"AQ\.Ab[\w-]{40,60}"),
    token("google_oauth_secret", r"GOCSPX-[\w-]{28}"),
    token("google_oauth_token", r"ya29\.[\w-]{30,400}"),
    token("google_refresh_token", r"1//0[\w-]{40,120}"),
    token("google_hmac_key", r"GOOG1E[A-Z0-9]{55}"),
    token("firebase_server_key", r"AAAA[\w-]{7}:APA91b[\w-]{120,160}"),
    # Azure
    Row("secret/azure_storage_key", r"(?i:AccountKey\s{0,2}[=:]\s{0,2}[\"']?)(?P<v>[A-Za-z0-9+/]{86}==)", issued),
    Row(
        "secret/azure_shared_access_key",
        r"(?i:SharedAccessKey\s{0,2}[=:]\s{0,2}[\"']?)(?P<v>[A-Za-z0-9+/]{43}=)",
        issued,
    ),
    Row("secret/azure_sas_signature", r"[?&;](?:amp;)?sig=(?P<v>[A-Za-z0-9+/%]{40,64}(?:=|%3[dD]))", issued),
    Row(
        "secret/azure_client_secret",
        r"(?:^|[^\w~.-])(?P<v>[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34})(?:$|[^\w~.-])",
        issued,
    ),
    Row("secret/azure_devops_token", rf"{LEFT}(?P<v>[A-Za-z0-9]{{76}}AZDO[A-Za-z0-9]{{4}})(?:$|[^\w])", issued),
    keyed("azure_devops_token", "azure[_ -]?devops|vsts", r"[a-z2-7]{52}"),
    Row("secret/azure_function_key", rf"{LEFT}(?P<v>[\w-]{{44}}AzFu[\w-]{{4,6}}[AQgw]==)", issued),
    Row(
        "secret/azure_registry_password",
        rf"{LEFT}(?P<v>[A-Za-z0-9+/]{{42}}\+ACR[A-D][A-Za-z0-9]{{6}})(?:$|[^\w])",
        issued,
    ),
    keyed("azure_ai_key", "ocp-apim-subscription|azure[_ -]?(?:openai|ai|search|cognitive)", r"[a-f0-9]{32}"),
    Row("secret/azure_ai_key", rf"{LEFT}(?P<v>[A-Za-z0-9]{{52}}JQQJ9[9DH][A-Za-z0-9]{{26}})(?:$|[^\w])", issued),
    # Other clouds
    token("volcengine_access_key", r"AKLT[A-Za-z0-9]{40,44}"),
    token("alibaba_access_key", r"LTAI[A-Za-z0-9]{12,26}", unlike_words),
    keyed("alibaba_secret_key", "ali(?:baba|yun|cloud)", r"[A-Za-z0-9]{30}", valid=unlike_words),
    token("tencent_secret_id", r"AKID[A-Za-z0-9]{32}"),
    token("yandex_api_key", r"AQVN[\w-]{35,38}"),
    token("yandex_oauth_token", r"y[0-3]_[\w-]{55}"),
    token("yandex_static_key", r"YC[A-Za-z0-9_-]{38}", unlike_words),
    keyed("ibm_cloud_key", r"ibm|bluemix|watson", r"[\w-]{44}", valid=unlike_words),
    token("digitalocean_token", r"do[opr]_v1_[a-f0-9]{64}"),
    token("heroku_key", rf"HRKU-(?:AA[\w-]{{58}}|{UUID})"),
    keyed("heroku_key", "heroku", UUID),
    token("netlify_token", r"nf[pcoub]_[A-Za-z0-9]{36,40}"),
    token("vercel_blob_token", r"vercel_blob_rw_[A-Za-z0-9]{16}_[A-Za-z0-9]{30}"),
    keyed("vercel_token", "vercel", r"[A-Za-z0-9]{24}", valid=unlike_words),
    token("vercel_token", r"vc[pkair]_[A-Za-z0-9]{24,60}", unlike_words),
    token("cloudflare_key", r"cf(?:k|ut|at)_[A-Za-z0-9]{40,56}", unlike_words),
    token("netbird_token", r"nbp_[A-Za-z0-9]{36}"),
    token("adafruit_key", r"aio_[A-Za-z0-9]{28}", unlike_words),
    token("fly_token", r"fo1_[\w-]{43}"),
    token("render_key", r"rnd_[A-Za-z0-9]{28,36}"),
    keyed("railway_token", "railway", UUID),
    token("cloudflare_origin_key", r"v1\.0-[a-f0-9]{24}-[a-f0-9]{146}"),
    keyed("cloudflare_key", "cloudflare|cf[_-]api|x-auth-key", r"(?:[\w-]{40}|[a-f0-9]{37})", valid=unlike_words),
    keyed("fastly_key", "fastly", r"[\w-]{32}", valid=unlike_words),
    keyed("linode_token", "linode", r"[a-f0-9]{64}"),
    keyed("hetzner_token", "hetzner|hcloud", r"[A-Za-z0-9]{64}", valid=unlike_words),
    token("scaleway_access_key", r"SCW[A-Z0-9]{17}", unlike_words),
    keyed("scaleway_secret_key", "scaleway|scw", UUID),
    keyed("vultr_key", "vultr", r"[A-Z0-9]{36}"),
    Row("secret/cloudinary_secret", r"cloudinary://\d{12,18}:(?P<v>[\w-]{24,32})@", issued),
    token("tailscale_key", r"tskey-(?:auth|api|client|scim|webhook)-[A-Za-z0-9]{8,24}-[A-Za-z0-9]{16,48}"),
    keyed("ngrok_token", "ngrok", r"[12][A-Za-z0-9]{26}_[A-Za-z0-9]{20,22}"),
    token("docker_token", r"dckr_(?:pat|oat)_[\w-]{24,36}"),
)
