"""Tokens of chat, mail, telephony and social platforms. An incoming webhook's address is itself a credential."""

from __future__ import annotations

from gateway.detectors.base import Row
from gateway.detectors.secret.entropy import issued, unlike_words
from gateway.detectors.secret.shapes import LEFT, UUID, keyed, token

__all__ = ["ROWS"]


_CHAT = (
    token("slack_token", r"xox[bpaso]-\d{8,14}-[A-Za-z0-9-]{16,100}"),
    token("slack_refresh_token", r"xox[er](?:\.xox[bp])?-\d-[A-Za-z0-9-]{60,180}"),
    token("slack_app_token", r"xapp-\d-[A-Z0-9]{8,14}-\d{8,16}-[a-f0-9]{40,80}"),
    token("slack_cookie", r"xox[cd]-[A-Za-z0-9%-]{40,200}"),
    Row(
        "secret/slack_webhook",
        r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/(?P<v>[TE]?[A-Z0-9]{8,12}/(?:[AB][A-Z0-9]{8,12}|\d{8,20})/[A-Za-z0-9]{18,48}(?:/[A-Za-z0-9]{18,40})?)(?:$|[^\w/])",
        issued,
    ),
    token("discord_bot_token", r"[MNO][A-Za-z0-9_-]{23,27}\.[\w-]{6}\.[\w-]{27,40}", unlike_words),
    Row(
        "secret/discord_webhook",
        r"discord(?:app)?\.com/api/(?:v\d{1,2}/)?webhooks/\d{17,20}/(?P<v>[\w-]{60,80})(?:$|[^\w-])",
        issued,
    ),
    Row(
        "secret/telegram_bot_token",
        r"(?:^|[^\w]|/bot|\\[nrt])(?P<v>\d{8,10}:A[A-Z][\w-]{33})(?:$|[^\w-])",
        issued,
    ),
    Row(
        "secret/teams_webhook",
        rf"\.webhook\.office\.com/webhookb2/(?P<v>{UUID}@{UUID}/IncomingWebhook/[a-f0-9]{{32}}/{UUID})",
        issued,
    ),
    Row(
        "secret/google_chat_webhook",
        r"chat\.googleapis\.com/v1/spaces/[\w-]{8,16}/messages\?key=[\w-]{20,60}&token=(?P<v>[\w-]{30,60})",
        issued,
    ),
    token("matrix_token", r"syt_[A-Za-z0-9+/=_-]{4,60}_[A-Za-z]{20}_[A-Za-z0-9]{6}"),
    keyed("mattermost_token", "mattermost", r"[a-z0-9]{26}", valid=unlike_words),
    keyed("line_channel_token", r"line[_ -]?(?:channel|bot|messaging)", r"[A-Za-z0-9+/]{100,170}={0,2}"),
    keyed("zoom_secret", "zoom", r"[A-Za-z0-9]{32}", valid=unlike_words),
)

_MAIL = (
    token("sendgrid_key", r"SG\.[\w-]{20,24}\.[\w-]{39,50}"),
    token("mailgun_key", r"key-[a-f0-9]{32}"),
    token("mailgun_key", r"[a-f0-9]{32}-[a-f0-9]{8}-[a-f0-9]{8}"),
    token("mailchimp_key", r"[a-f0-9]{32}-us\d{1,2}"),
    token("mandrill_key", r"md-[\w-]{22}", unlike_words),
    token("brevo_key", r"(?:xkeysib|xsmtpsib)-[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    token("resend_key", r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}", unlike_words),
    keyed("postmark_token", "postmark", UUID),
    keyed("sparkpost_key", "sparkpost", r"[a-f0-9]{40}"),
    token("klaviyo_key", r"pk_[a-f0-9]{34}"),
)

_PHONE = (
    token("twilio_key", r"SK[a-f0-9]{32}"),
    keyed("twilio_auth_token", "twilio", r"[a-f0-9]{32}", nouns="token|secret|password|auth"),
    keyed("vonage_secret", "vonage|nexmo", r"[A-Za-z0-9]{16}", nouns="secret", valid=unlike_words),
    keyed("messagebird_key", "messagebird", r"[A-Za-z0-9]{25}", valid=unlike_words),
    keyed("pushover_token", "pushover", r"[ua][a-z0-9]{29}", valid=unlike_words),
)

_SOCIAL = (
    token("facebook_token", r"EAA[A-Za-z0-9]{80,300}"),
    keyed("facebook_secret", "facebook|fb|meta", r"[a-f0-9]{32}", nouns="app[_ ]?secret|client[_ ]?secret"),
    token("instagram_token", r"IG(?:QV|AA)[A-Za-z0-9_-]{80,240}"),
    token("twitter_bearer_token", r"AAAAAAAAAAAAAAAAAAAA[A-Za-z0-9%]{50,120}", lambda value: issued(value[20:])),
    keyed("twitter_secret", "twitter|x_api", r"[A-Za-z0-9]{35,50}", nouns="key|secret|token", valid=unlike_words),
    keyed("linkedin_secret", "linkedin", r"[A-Za-z0-9]{16}", nouns="secret", valid=unlike_words),
    keyed("reddit_secret", "reddit", r"[\w-]{27,30}", nouns="secret", valid=unlike_words),
    keyed("twitch_secret", "twitch", r"[a-z0-9]{30}", valid=unlike_words),
    keyed("spotify_secret", "spotify", r"[a-f0-9]{32}", nouns="secret"),
    keyed("github_oauth_secret", "github", r"[a-f0-9]{40}", nouns="client[_ ]?secret|oauth"),
    Row(
        "secret/vapid_key",
        r"(?i:vapid[\w .-]{0,12}private[\w .-]{0,6})[\"']?\s{0,2}[:=]\s{0,2}[\"']?(?P<v>[\w-]{43})(?:$|[^\w-])",
        issued,
    ),
    Row("secret/facebook_app_token", rf"{LEFT}access_token=(?P<v>\d{{14,17}}\|[\w-]{{27}})(?:$|[^\w-])", issued),
)

ROWS = (*_CHAT, *_MAIL, *_PHONE, *_SOCIAL)
