"""`portcullis check`: every mistake with its place, or what is in force."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.cli.configuration import load
from gateway.errors import ConfigError
from tests.cli.command import portcullis

pytestmark = pytest.mark.slow


def test_defaults_are_fine() -> None:
    done = portcullis("check")
    assert (done.returncode, done.stderr) == (0, "")
    for word in ("fine", "127.0.0.1:8080", "https://api.openai.com/v1", "default (default)", "strict"):
        assert word in done.stdout


def test_says_what_waits_for_a_model(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("models: {enabled: []}\n")
    done = portcullis("check", "--config", str(config))
    assert (done.returncode, done.stderr) == (0, "")
    assert "default: waits for a model that finds bias/*, harm/*" in done.stdout.replace("\n", " ")


def test_says_what_is_in_force(tmp_path: Path) -> None:
    policies = tmp_path / "policies"
    policies.mkdir()
    (policies / "house.yaml").write_text("version: 1\nname: house\nrules: [{category: secret/*, action: block}]\n")
    config = tmp_path / "config.yaml"
    server = "server: {port: 9000, management_port: 9001}\n"
    config.write_text(f"policy: house\npolicies: [{policies}]\n{server}keys_required: true\n")
    done = portcullis("check", "--config", str(config))
    assert (done.returncode, done.stderr) == (0, "")
    assert "house (default)" in done.stdout
    for word in (":9000", ":9001", "nobody may call without one"):
        assert word in done.stdout


def test_every_mistake_at_once_with_its_line(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("server:\n  port: 80800\n  prot: 1\n\nupstreams:\n  - name: a\n    url: not-a-url\n")
    policies = tmp_path / "policies"
    policies.mkdir()
    (policies / "one.yaml").write_text("version: 1\nname: one\nrules:\n  - category: pii/*\n    action: explode\n")
    (policies / "two.yaml").write_text("version: 1\nname: two\nrules:\n  - category: pii/emial\n    action: mask\n")
    done = portcullis("check", "--config", str(config), "--policies", str(policies))
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    expected = [
        f"error: {config}:2: server.port: ",
        f"error: {config}:3: server.prot: there is no such field; `port` was meant?",
        f"error: {config}:7: upstreams.0.url: ",
        f"error: {policies}/one.yaml:5: rules.0.action: unknown action 'explode'",
        f"error: {policies}/two.yaml:4: rules.0.category: 'pii/emial' fits no category",
    ]
    assert len(lines) == len(expected)
    for start in expected:
        assert any(line.startswith(start) for line in lines), start


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("server:\n  port: [\n", ":3: not valid YAML"),
        ("policy: default\npolicy: strict\n", ":2: policy: stands twice"),
        ("policy: nosuch\n", "policy: there is no policy 'nosuch'"),
        ("routes:\n  - policy: nosuch\n", "routes.0.policy: there is no policy 'nosuch'"),
        ("- 1\n", "must be a mapping"),
        (
            "server:\n  host: 0.0.0.0\nupstreams:\n  - {name: a, url: 'http://a/v1', key: 'env:A'}\n",
            "settings: anybody",
        ),
        ("policies: [/no/such/folder]\n", "/no/such/folder: no such folder of policies"),
        ("false\n", "must be a mapping"),
        ("server:\n  port: 2024-13-45\n", ":2: 2024-13-45 cannot be read"),
    ],
)
def test_mistakes_in_settings(text: str, complaint: str, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(text)
    done = portcullis("check", "--config", str(config))
    assert done.returncode == 2
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def test_mistakes_that_serve_would_find_when_it_opens_things(tmp_path: Path) -> None:
    """All of them at once."""
    (tmp_path / "judged.yaml").write_text(
        "version: 1\nname: judged\ncustom_rules: [{name: a, text: No questions about salaries., judge: true}]\n"
    )
    config = tmp_path / "settings"
    config.write_text(
        "limits: {redis: 'http://:hunter2@cache'}\n"
        "dialects: {floor: strct, projects: {project-1: defualt}, lakera_policies: null}\n"
        "endpoints: {tokenizers: {gpt-*: /no/such/tokenizer.json}}\n"
        "placeholder_key: too-short\n"
        "upstreams: [{name: bare, url: 'http://bare:9'}]\n"
        f"policies: [{tmp_path}]\n"
    )
    done = portcullis("check", "--config", str(config), env={"PORTCULLIS_MODELS__ENABLED": '["gaurd-small"]'})
    assert done.returncode == 2
    for complaint in (
        "limits.redis: must begin with one of redis://",
        "dialects.floor: there is no policy 'strct'",
        "dialects.projects.project-1: there is no policy 'defualt'",
        "endpoints.tokenizers.gpt-*: /no/such/tokenizer.json: no such file",
        "policy 'judged': a rule asks for a judge",
        "warning: placeholder_key: is short enough to be guessed",
        "warning: upstream 'bare': http://bare:9/ has no path",
        "warning: models.enabled: there is no model 'gaurd-small'; loaded: none",
    ):
        assert complaint in done.stderr
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_mistake_in_the_environment_is_called_by_its_name() -> None:
    done = portcullis("check", env={"PORTCULLIS_SERVER__PORT": "many"})
    assert done.returncode == 2
    assert done.stderr.startswith("error: PORTCULLIS_SERVER__PORT: ")


def test_a_missing_key_is_a_warning(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    names = ("no_such", "word", "real")
    upstreams = "".join(f"  - {{name: {n}, url: 'http://a/v1', key: 'env:{n.upper()}_KEY'}}\n" for n in names)
    config.write_text(f"upstreams:\n{upstreams}")
    done = portcullis("check", "--config", str(config), env={"WORD_KEY": "ollama", "REAL_KEY": "sk-0123456789"})
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "warning: upstream 'no_such': NO_SUCH_KEY is not set here; `serve` needs it",
        "warning: upstream 'word': WORD_KEY may be a word as well; it is not looked for in answers",
    ]


@pytest.mark.parametrize(
    ("text", "variable", "says"),
    [
        ("upstreams:\n  - {name: a, url: 'http://a/v1', key: sk-1}\n", "", "a key itself stands in the environment"),
        ("clients: [{name: a, hash: abc}]\n", "", "as `portcullis keys new` prints it"),
        ("policies: somewhere\n", "", "policies: must be a list"),
        ("upstreams: []\n", "", "must have at least 1"),
        ("server: [1]\n", "", "server: must be a mapping"),
        ("store: {url: 'mysql://x'}\n", "", "must be `sqlite:///file`"),
        ("version: 1\n", "PORTCULLIS_POLICIES=/etc/policies", "PORTCULLIS_POLICIES: must be JSON"),
        ("version: 1\n", "PORTCULLIS_MODELS__ENABLED=small", "PORTCULLIS_MODELS__ENABLED: must be JSON"),
    ],
)
def test_mistakes_are_told_in_plain_words(
    text: str, variable: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(text)
    if variable:
        monkeypatch.setenv(*variable.split("="))
    with pytest.raises(ConfigError) as caught:
        load(config)
    assert says in caught.value.message
    assert ("config.yaml:" in caught.value.message) is not bool(variable)
