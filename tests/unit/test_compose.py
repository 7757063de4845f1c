"""docker-compose.yml, Dockerfile and .env.example say one thing, and a safe one."""

from __future__ import annotations

import re

import pytest
import yaml

from rasure.runtime import airflow, containers, home, secret_files
from rasure.settings import CHECKOUT, Settings

TEXT = (CHECKOUT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
DOCKERFILE = (CHECKOUT / "Dockerfile").read_text()
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?(?::\?[^}]*)?\}")
# Left out where docker-compose 1.29 or Compose v2 does not read them.
KEYS_OF_BOTH = {
    *("image", "build", "command", "depends_on", "environment", "healthcheck", "init"),
    *("mem_limit", "cpus", "shm_size", "pids_limit", "networks", "volumes", "tmpfs"),
    *("secrets", "ports", "restart", "read_only", "cap_drop", "security_opt"),
    *("logging", "stop_signal", "stop_grace_period", "profiles"),
}


@pytest.fixture
def deployment(monkeypatch, tmp_path) -> Settings:
    """The home of a container, as the entry point writes it."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    for name, value in secret_files.new_values().items():
        (folder / name).write_text(value)
    (folder / "redis_password").write_text("a%b/c@d:e")
    for name in home.STORED_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RASURE_SECRETS", str(folder))
    monkeypatch.setenv("RASURE_HOME", str(tmp_path / "home"))
    addresses = SERVICES["airflow-worker"]["environment"]["RASURE_ADDRESSES"]
    monkeypatch.setenv("RASURE_ADDRESSES", VARIABLE.sub(r"\2", addresses))
    monkeypatch.setenv("RASURE_WORKER_TASKS", "7")
    monkeypatch.setenv("RASURE_AIRFLOW_URL", "https://rasure.example:8443")
    monkeypatch.setenv("RASURE_SETTINGS", str(tmp_path / "settings.toml"))
    (tmp_path / "settings.toml").write_text("[places]\nneeds_review = true\n")
    return containers.prepare_home()


def test_each_service_sees_the_secrets_that_it_checks_and_no_others():
    assert sorted(SERVICES) == sorted(containers.services())
    for name, service in containers.services().items():
        assert SERVICES[name]["secrets"] == list(service.secrets), name
        assert SERVICES[name]["command"] == [name]
    files = {name: secret["file"] for name, secret in COMPOSE["secrets"].items()}
    assert files == {
        name: f"${{RASURE_SECRETS_FOLDER:-./secrets}}/{name}"
        for name in secret_files.all_names()
    }
    seen = {name for service in SERVICES.values() for name in service["secrets"]}
    assert seen == set(secret_files.all_names())


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_confined_limited_and_checked(name):
    service = SERVICES[name]
    assert set(service) <= KEYS_OF_BOTH
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["cpus"]
    if name != "init":
        check = service["healthcheck"]["test"]
        assert check[-3:] == ["rasure.runtime.containers", "health", name]
        assert service["restart"] == "unless-stopped"


def test_only_the_proxy_can_be_reached_from_outside():
    for name, service in SERVICES.items():
        outside = "outside" in service["networks"]
        assert outside == (name in ("proxy", "airflow-worker", "reports")), name
        assert ("ports" in service) == (name == "proxy"), name
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for port in SERVICES["proxy"]["ports"]:
        assert "BIND:-127.0.0.1}" in port


def test_the_environment_holds_no_secret():
    for service in SERVICES.values():
        for variable in service["environment"]:
            assert not re.search("PASSWORD|KEY|TOKEN|URL$", variable) or variable in (
                "RASURE_AIRFLOW_URL",
                "RASURE_TILE_URL",
            )


def test_env_example_explains_each_variable_with_its_default():
    used = dict(VARIABLE.findall(TEXT))
    lines = (CHECKOUT / ".env.example").read_text().splitlines()
    explained = dict(
        match.groups()
        for line in lines
        if (match := re.fullmatch(r"#?(RASURE_\w+)=(.*)", line))
    )
    assert explained == used
    previous = ""
    for line in lines:
        if re.match("#?RASURE_", line):
            assert previous, f"nothing explains {line}"
        previous = line


def test_no_image_runs_as_root_or_installs_what_is_not_locked():
    stages = re.split(r"(?m)^FROM ", DOCKERFILE)[1:]
    targets = {re.search(r" AS (\w+)", stage)[1]: stage for stage in stages}
    for name in {service["build"]["target"] for service in SERVICES.values()}:
        user = re.findall(r"(?m)^USER (\w+)", targets[name])
        assert user and user[-1] != "root", name
    for line in re.findall(r"(?:pip|uv pip) install[^&]*", DOCKERFILE):
        assert "--require-hashes" in line or "--no-deps -e" in line, line
    for lock in ("bootstrap", "pipeline", "superset", "reference"):
        assert f"-r requirements/{lock}.txt" in DOCKERFILE
    assert "ARG BASE=python:3.11-slim-bookworm" in DOCKERFILE


def test_a_deployment_differs_from_a_home_where_it_must(deployment, tmp_path):
    of_deployment = airflow.options(deployment)
    private = Settings(tmp_path / "private")
    private.home.mkdir()
    home.store_settings(private, ports=home.USUAL_PORTS)
    of_home = airflow.options(Settings(private.home))
    assert of_home["core"]["executor"] == "LocalExecutor"
    assert "celery" not in of_home
    assert of_home["api"]["host"] == "127.0.0.1"
    assert of_home["api"]["base_url"] == "http://127.0.0.1:8080"

    assert of_deployment["core"]["executor"] == "CeleryExecutor"
    assert of_deployment["celery"]["worker_concurrency"] == 7
    assert of_deployment["celery"]["broker_url"] == (
        "redis://:a%25b%2Fc%40d%3Ae@redis:6379/0"
    )
    assert "@database:5432/airflow" in of_deployment["database"]["sql_alchemy_conn"]
    assert of_deployment["core"]["execution_api_server_url"] == (
        "http://airflow-api-server:8080/execution/"
    )
    assert of_deployment["api"]["base_url"] == "https://rasure.example:8443"
    assert of_deployment["api"]["host"] == "0.0.0.0"
    assert of_deployment["fab"]["enable_proxy_fix"] is True
    same = ("dag_processor", "api_auth", "triggerer")
    for section in same:
        assert of_deployment[section] == of_home[section]
    # A task that a killed worker took is sent again, and a backlog may wait for hours.
    assert of_deployment["scheduler"].items() > of_home["scheduler"].items()
    scheduler = of_deployment["scheduler"]
    patience = (
        scheduler["task_queued_timeout"] * scheduler["num_stuck_in_queued_retries"]
    )
    assert patience >= 7200


def test_the_settings_of_the_force_and_the_addresses_reach_every_command(deployment):
    assert deployment.stored["places"] == {"needs_review": True}
    password = deployment.secrets["postgres"]["rasure"]
    assert deployment.database_url == (
        f"postgresql://rasure:{password}@database:5432/rasure"
    )
    assert deployment.address("reader") == "database:5432"


def test_the_dashboards_read_a_replica_by_one_setting(deployment):
    from rasure.runtime import superset

    addresses = {**deployment.stored["addresses"], "reader": "replica:5433"}
    home.store_settings(deployment, addresses=addresses)
    changed = superset.environment(Settings(deployment.home))
    assert "@replica:5433/rasure" in changed["RASURE_READER_URL"]
    assert "@replica:5433/rasure" in changed["RASURE_PEOPLE_READER_URL"]
    assert "@database:5432/superset" in changed["SQLALCHEMY_DATABASE_URI"]


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("RASURE_ADDRESSES", "postgres", "postgres= is not of the form"),
        ("RASURE_ADDRESSES", "postgres=database:", "is not of the form service=host"),
        ("RASURE_WORKER_TASKS", "many", "RASURE_WORKER_TASKS is 'many'; it must be"),
        ("RASURE_SETTINGS", "/nowhere/settings.toml", "cannot be read: "),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    deployment, monkeypatch, variable, value, sentence
):
    monkeypatch.setenv(variable, value)
    with pytest.raises(containers.SetupError, match=re.escape(sentence)):
        containers.prepare_home()


@pytest.mark.parametrize("size", ["", "4", "g", "-1g", "0m", "4 g", "4gb", "1.5g"])
def test_a_size_that_cannot_be_used_is_named(size):
    with pytest.raises(containers.SetupError, match="Write it as 4g or 512m"):
        containers.server_settings.bytes_of(size)
    assert containers.server_settings.bytes_of("512m") == 2**29
