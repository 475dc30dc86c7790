"""Tokens of forges, package registries, build services and of the tools that keep secrets."""

from __future__ import annotations

from gateway.detectors.base import Row
from gateway.detectors.secret.entropy import issued, unlike_words
from gateway.detectors.secret.shapes import LEFT, UUID, keyed, token

__all__ = ["ROWS"]

# GitLab's older tokens have 20 characters, the routable ones name their cell after a point.
_GITLAB = r"(?:[\w-]{20}|[\w-]{27,300}\.[a-z0-9]{2}\.[a-z0-9]{7,9})"


_FORGES = (
    token("github_token", r"gh[pousr]_[A-Za-z0-9]{36,255}"),
    token("github_fine_grained_token", r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    token("gitlab_token", rf"glpat-{_GITLAB}"),
    token("gitlab_deploy_token", r"gldt-[\w-]{20}"),
    token("gitlab_runner_token", rf"glrtr?-{_GITLAB}"),
    token("gitlab_runner_token", r"GR1348941[\w-]{20}"),
    token("gitlab_job_token", r"glcbt-[A-Za-z0-9]{1,5}_[\w-]{20}"),
    token("gitlab_trigger_token", r"glptt-[a-f0-9]{40}"),
    token("gitlab_feed_token", r"glft-[\w-]{20}"),
    token("gitlab_mail_token", r"glimt-[\w-]{25}"),
    token("gitlab_agent_token", r"glagent-[\w-]{50}"),
    token("gitlab_oauth_secret", r"gloas-[a-f0-9]{64}"),
    token("gitlab_scim_token", r"glsoat-[\w-]{20}"),
    token("gitlab_feature_flag_token", r"glffct-[\w-]{20}"),
    Row("secret/gitlab_session", r"_gitlab_session=(?P<v>[a-f0-9]{32})(?:$|[^\w])", issued),
    token("bitbucket_app_password", r"ATBB[A-Za-z0-9]{32}"),
    token("bitbucket_access_token", r"ATCTT3[A-Za-z0-9_=-]{150,220}"),
    token("atlassian_token", r"ATATT3[A-Za-z0-9_=-]{150,220}"),
    keyed("gitea_token", "gitea|forgejo|codeberg", r"[a-f0-9]{40}"),
)

_REGISTRIES = (
    token("npm_token", r"npm_[A-Za-z0-9]{36}"),
    Row(
        "secret/npm_registry_auth",
        r"(?:^|[\s:\"'])_(?:authToken|auth|password)\s{0,2}=\s{0,2}\"?(?P<v>[A-Za-z0-9+/_=-]{20,200})(?:$|[^\w=+/-])",
        issued,
    ),
    token("pypi_token", r"pypi-AgE[\w-]{60,300}"),
    token("rubygems_key", r"rubygems_[a-f0-9]{48}"),
    token("crates_token", r"cio[A-Za-z0-9]{32}", unlike_words),
    token("nuget_key", r"oy2[a-z0-9]{43}"),
    token("clojars_token", r"CLOJARS_[a-z0-9]{60}"),
    token("artifactory_key", r"AKCp[A-Za-z0-9]{60,72}"),
    token("artifactory_reference_token", r"cmVmdGtu[A-Za-z0-9]{56}"),
)

_BUILD = (
    token("sonarqube_token", r"sq[upa]_[a-f0-9]{40}"),
    keyed("snyk_token", "snyk", UUID),
    token("snyk_token", r"snyk_[us]at\.[a-f0-9]{8}\.[\w-]{40,120}"),
    token("socket_key", r"sktsec_[A-Za-z0-9_-]{40,64}_api"),
    token("sourcegraph_token", r"sgp_(?:(?:[a-f0-9]{16}|local)_)?[a-f0-9]{40}"),
    token("depot_token", r"depot_(?:user|org|project)_[a-f0-9]{64}"),
    token("n8n_key", r"n8n_api_[a-f0-9]{64,100}"),
    token("buildkite_token", r"bkct_[A-Za-z0-9]{40,64}", unlike_words),
    keyed("codecov_token", "codecov", UUID),
    token("circleci_token", r"CCI(?:PAT|PRJ)_[A-Za-z0-9]{22}_[a-f0-9]{40}"),
    token("buildkite_token", r"bk(?:ua|ct|pt|pi)_[a-f0-9]{40}"),
    keyed("travis_token", "travis", r"[\w-]{22}", valid=unlike_words),
    keyed("codeclimate_token", r"code ?climate|cc_test_reporter", r"[a-f0-9]{64}", nouns="id|token|key"),
    token("infracost_key", r"ico-[A-Za-z0-9]{32}"),
    token("launchdarkly_key", rf"(?:api|sdk)-{UUID}"),
    token("postman_key", r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    token("readme_key", r"rdme_[a-z0-9]{70}"),
    token("prefect_key", r"pn[ub]_[A-Za-z0-9]{36}"),
    token("terraform_token", r"[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,70}"),
    token("pulumi_token", r"pul-[a-f0-9]{40}"),
    token("scalingo_token", r"tk-us-[\w-]{48}"),
)

_VAULTS = (
    token("vault_token", r"hv[sbr]\.[\w-]{24,300}"),
    keyed("vault_token", "vault", r"s\.[A-Za-z0-9]{24}", valid=unlike_words),
    token("doppler_token", r"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}"),
    token("onepassword_secret_key", r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}"),
    token("age_secret_key", r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"),
    token("dotenv_key", r"dotenv://:key_[a-f0-9]{64}@"),
    Row(
        "secret/wireguard_key",
        r"(?:^|[^\w])(?i:PrivateKey|PresharedKey)\s{0,2}=\s{0,2}(?P<v>[A-Za-z0-9+/]{43}=)",
        issued,
    ),
    Row(
        "secret/ansible_vault",
        rf"{LEFT}(?P<v>\$ANSIBLE_VAULT;1\.[12];AES256(?:;\w{{1,24}})?[\s\\n]{{1,12}}[0-9a-f]{{60,80}})",
        issued,
    ),
)

ROWS = (*_FORGES, *_REGISTRIES, *_BUILD, *_VAULTS)
