"""What there is stands in the documents, and what stands in them is there."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel
from starlette.routing import Route

from gateway.cli import build_parser
from gateway.cli.example import settings
from gateway.engine import Guard
from gateway.policy import ACTIONS, BY_MODELS, load_policies, parse_policy
from gateway.policy.model import Allow, Custom, Messages, PlainRule, Policy, Rule, ToolArgument, Tools
from gateway.settings import Settings
from gateway.types import Kind, Role
from gateway.web.app import create_app
from gateway.web.endpoints import ENDPOINTS
from gateway.web.events import Event, Side
from gateway.web.metrics import Metrics

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
README = (ROOT / "README.md").read_text("utf-8")
POLICIES = (ROOT / "docs" / "policies.md").read_text("utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
EXAMPLE = (ROOT / "config.example.yaml").read_text("utf-8")
EVERYTHING = "\n".join(path.read_text("utf-8") for path in PAGES)


def commands() -> list[str]:
    (choices,) = (action.choices for action in build_parser()._actions if action.dest == "==SUPPRESS==")
    assert choices is not None
    return list(choices)


def test_there_are_commands() -> None:
    assert set(commands()) == {"serve", "demo", "scan", "eval", "check", "list", "models", "keys", "store", "redteam"}


@pytest.mark.parametrize("command", commands())
def test_every_command(command: str) -> None:
    assert f"portcullis {command}" in EVERYTHING


@pytest.mark.parametrize("setting", [s.name for s in settings()])
def test_every_setting(setting: str) -> None:
    """The example file is the reference of settings."""
    assert re.search(rf"^[# -]*{setting.rpartition('.')[2]}:", EXAMPLE, re.MULTILINE)


def test_the_reference_of_settings_is_linked() -> None:
    assert "(config.example.yaml)" in README


@pytest.mark.parametrize("model", [Policy, Rule, Allow, Custom, PlainRule, Tools, ToolArgument, Messages])
def test_every_key_of_a_policy(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        assert f"`{field.alias or name}`" in POLICIES, name


@pytest.mark.parametrize("model", [Policy, Rule, Custom, PlainRule])
def test_defaults_of_policy_keys(model: type[BaseModel]) -> None:
    """A default in a table is the default in force."""
    for name, field in model.model_fields.items():
        found = re.findall(rf"^\| `{field.alias or name}` \| `([^`]*)` \|", POLICIES, re.MULTILINE)
        if field.is_required() or not isinstance(field.default, int | float | str) or field.default in ("", None):
            continue
        assert str(field.default).lower().replace("_", "") in [text.replace("_", "") for text in found], name


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action(action: str) -> None:
    assert re.search(rf"^\| `{action}` \|", POLICIES, re.MULTILINE)


@pytest.mark.parametrize("word", [*Role, *Kind])
def test_every_role_and_kind(word: str) -> None:
    assert f"`{word}`" in POLICIES


def families() -> list[str]:
    return sorted({category.partition("/")[0] for category in Guard().categories | BY_MODELS} | {"custom"})


@pytest.mark.parametrize("family", families())
def test_every_family_of_categories(family: str) -> None:
    assert re.search(rf"^\| `{family}/\*` \|", POLICIES, re.MULTILINE)


def test_no_family_that_is_not() -> None:
    documented = re.findall(r"^\| `(\w+)/\*` \|", POLICIES, re.MULTILINE)
    assert sorted(documented) == families()


@pytest.mark.parametrize("policy", [path.stem for path in sorted((ROOT / "policies").glob("*.yaml"))])
def test_every_policy(policy: str) -> None:
    assert re.search(rf"^\| `{policy}` \|", POLICIES, re.MULTILINE)


def metrics() -> list[str]:
    kinds = {"counter": "_total"}
    return [metric.name + kinds.get(metric.type, "") for metric in Metrics().registry.collect()]


@pytest.mark.parametrize("metric", metrics())
def test_every_metric(metric: str) -> None:
    assert re.search(rf"^\| `{metric}` \|", OPERATIONS, re.MULTILINE)


def test_no_metric_that_is_not() -> None:
    assert set(re.findall(r"^\| `(guard_\w+)` \|", OPERATIONS, re.MULTILINE)) == set(metrics())


@pytest.mark.parametrize("record", [Event, Side])
def test_every_field_of_an_event(record: type) -> None:
    for field in dataclasses.fields(record):
        assert field.name.startswith("_") or f"`{field.name}`" in OPERATIONS, field.name


def test_every_route() -> None:
    routes = [route for route in create_app(Settings.model_construct()).routes if isinstance(route, Route)]
    for route in routes:
        if not route.path.startswith("/dialects/"):  # each dialect's paths once more
            assert route.path.partition("/{")[0] in EVERYTHING, route.path
    for spec in ENDPOINTS:
        assert spec.path.removeprefix("/v1").partition("/{")[0] in EVERYTHING, spec.path


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target


YAML_BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_policies_in_the_documents_are_policies() -> None:
    blocks = YAML_BLOCK.findall(POLICIES)
    assert blocks
    for block in blocks:
        parse_policy(block, "docs/policies.md", Guard().categories)


def test_settings_in_the_readme_are_settings() -> None:
    blocks = YAML_BLOCK.findall(README)
    assert blocks
    for block in blocks:
        Settings(**yaml.safe_load(block))


def test_settings_about_limits_are_settings() -> None:
    blocks = YAML_BLOCK.findall((ROOT / "docs" / "limits.md").read_text("utf-8"))
    assert blocks
    for block in blocks:
        Settings(**yaml.safe_load(block))


def test_recipes_hold_settings_and_policies_that_load() -> None:
    blocks = YAML_BLOCK.findall((ROOT / "docs" / "recipes.md").read_text("utf-8"))
    rules = Guard()
    policies = {p.name for p in (parse_policy(b, "recipes", rules.categories) for b in blocks if "\nname: " in b)}
    settings = [Settings(**yaml.safe_load(block)) for block in blocks if "\nname: " not in block]
    assert {s.policy for s in settings} | {"hospital"} == policies


def test_deployments_hold_settings_and_policies_that_load() -> None:
    documents = list(yaml.safe_load_all((ROOT / "deploy" / "kubernetes.yaml").read_text("utf-8")))
    files = {name: text for d in documents if d["kind"] == "ConfigMap" for name, text in d["data"].items()}
    settings = Settings(**yaml.safe_load(files.pop("config.yaml")))
    policies = [parse_policy(text, name, Guard().categories) for name, text in files.items()]
    assert settings.policy in [policy.name for policy in policies]
    (deployment,) = (d for d in documents if d["kind"] == "Deployment")
    pod = deployment["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] > settings.server.pre_drain + settings.server.drain + 3
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
    assert compose["services"]["gateway"]["environment"]["PORTCULLIS_POLICY"] in load_policies([ROOT / "policies"])


def test_alerts_ask_for_metrics_that_are_there() -> None:
    (group,) = yaml.safe_load((ROOT / "deploy" / "prometheus-rules.yaml").read_text("utf-8"))["groups"]
    told = {name.removesuffix("_bucket") for rule in group["rules"] for name in re.findall(r"guard_\w+", rule["expr"])}
    assert told
    assert told <= set(metrics())
    names = [rule["alert"] for rule in group["rules"]]
    assert len(set(names)) == len(names)


def test_the_changelog_names_this_version() -> None:
    (version,) = re.findall(r'^__version__ = "(.+)"$', (ROOT / "gateway/__init__.py").read_text(), re.MULTILINE)
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text()


def test_every_case_of_the_threat_model_has_its_tests() -> None:
    """Its tests are where the page says, and no number is left out."""
    rows = re.findall(
        r"^\| ([PUS]-\d\d) \|.*\| (.+) \|$", (ROOT / "docs" / "cases.md").read_text("utf-8"), re.MULTILINE
    )
    numbers = {"P": range(1, 23), "U": range(1, 20), "S": range(1, 20)}
    assert [name for name, _ in rows] == [f"{group}-{n:02}" for group, each in numbers.items() for n in each]
    for _, tests in rows:
        named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", tests)
        assert named
        for file, test in named:
            assert f"def {test}(" in (ROOT / "tests" / file).read_text("utf-8"), (file, test)
