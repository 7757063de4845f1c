"""deploy/kubernetes: what the charts get is what the entry point of the image needs."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
import tomllib

import pytest
import yaml

from rasure.runtime import airflow, containers, home, secret_files
from rasure.settings import CHECKOUT, Settings

FOLDER = CHECKOUT / "deploy" / "kubernetes"
VALUES = {
    name: yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    for name in ("airflow", "superset", "init")
}
AIRFLOW, SUPERSET = VALUES["airflow"], VALUES["superset"]
INIT = VALUES["init"]["spec"]["template"]["spec"]
JOB = INIT["containers"][0]
ENTRY = ["python3", "-P", "-m", "rasure.runtime.containers"]
WORKERS = AIRFLOW["workers"]["kubernetes"]
# The part of the values that describes each service.
PARTS = {
    "airflow-api-server": AIRFLOW["apiServer"],
    "airflow-scheduler": AIRFLOW["scheduler"],
    "airflow-dag-processor": AIRFLOW["dagProcessor"],
    "airflow-triggerer": AIRFLOW["triggerer"],
    "airflow-worker": WORKERS,
    "superset": SUPERSET,
    "init": {"extraVolumes": INIT["volumes"], "extraVolumeMounts": JOB["volumeMounts"]},
}
VARIABLES = dict(
    line.split("=", 1)
    for line in (FOLDER / "rasure.env").read_text().splitlines()
    if line and not line.startswith("#")
)
TASK = ("python", "-m", "airflow.sdk.execution_time.execute_workload", "--json-string")
LOAD = """
from airflow.executors.executor_loader import ExecutorLoader
from airflow.providers.cncf.kubernetes.kube_config import KubeConfig

executor, _ = ExecutorLoader.import_default_executor_cls()
kube = KubeConfig()
print("LOADED", executor.__name__, kube.parallelism, kube.executor_namespace,
      kube.kube_image, kube.pod_template_file)
"""


def volumes(service: str) -> dict[str, dict]:
    """The volumes of a service by name, with those of every container of its chart."""
    own = PARTS[service]["extraVolumes"]
    common = AIRFLOW["volumes"] if service.startswith("airflow") else []
    return {volume["name"]: volume for volume in (*common, *own)}


def mounts(service: str) -> dict[str, dict]:
    """What a service mounts, by the path."""
    own = PARTS[service]["extraVolumeMounts"]
    common = AIRFLOW["volumeMounts"] if service.startswith("airflow") else []
    return {mount["mountPath"]: mount for mount in (*common, *own)}


def secret_sources(service: str) -> list[dict]:
    volume = volumes(service)["secrets"]
    if "projected" in volume:
        return [source["secret"] for source in volume["projected"]["sources"]]
    return [{"name": volume["secret"]["secretName"], **volume["secret"]}]


def environment(service: str) -> dict[str, str]:
    given = {"superset": SUPERSET["extraEnvRaw"], "init": JOB["env"]}
    variables = given.get(service, AIRFLOW["env"])
    return {one["name"]: one["value"] for one in variables if "value" in one}


@pytest.fixture
def pod(monkeypatch, tmp_path):
    """The environment of a pod of Airflow, in folders of the test."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name, value in secret_files.new_values().items():
        (secrets / name).write_text(value)
    for name in home.STORED_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    settings = tmp_path / "settings.toml"
    settings.write_text((CHECKOUT / "deploy" / "settings.toml").read_text())
    for name, value in {
        **VARIABLES,
        **environment("airflow-worker"),
        "RASURE_TASK_NAMESPACE": "police",
        "RASURE_SECRETS": str(secrets),
        "RASURE_SETTINGS": str(settings),
        "RASURE_HOME": str(tmp_path / "home"),
    }.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.parametrize("service", PARTS)
def test_each_service_sees_the_secrets_that_it_checks_and_no_others(service):
    needed, *more = secret_sources(service)
    keys = [item["key"] for item in needed["items"]]
    assert keys == list(containers.services()[service].secrets)
    folder = environment(service)["RASURE_SECRETS"]
    assert mounts(service)[folder]["name"] == "secrets"
    # Kubernetes mounts the token of an account below /run/secrets.
    assert not folder.startswith(("/run/secrets", "/var/run/secrets"))
    of_provider = {"airflow-api-server": "airflow", "superset": "superset"}
    if service in of_provider:
        (client,) = more
        name = f"{of_provider[service]}_client_secret"
        assert [item["key"] for item in client["items"]] == [name]
        assert client["optional"] is True
    else:
        assert not more
    for source in (needed, *more):
        assert source["name"] == "rasure"
        assert all(item["key"] == item["path"] for item in source["items"])


@pytest.mark.parametrize("service", PARTS)
def test_what_a_service_mounts_is_there_and_what_it_writes_can_be_written(service):
    there = volumes(service)
    for path, mount in mounts(service).items():
        assert mount["name"] in there, path
    writable = {
        path for path, one in mounts(service).items() if not one.get("readOnly")
    }
    assert writable >= {"/var/lib/rasure", "/tmp"}
    claims = {
        mounts(service)[path]["name"]: volume["persistentVolumeClaim"]["claimName"]
        for path in writable
        if "persistentVolumeClaim" in (volume := there[mounts(service)[path]["name"]])
    }
    expected = {}
    if service.startswith("airflow"):
        expected["rasure-logs"] = "rasure-logs"
        memory = there[mounts(service)["/var/lib/rasure/airflow"]["name"]]
        assert memory["emptyDir"]["medium"] == "Memory"
    if service in ("airflow-triggerer", "airflow-worker"):
        expected["landing"] = "rasure-landing"
    assert claims == expected


def test_the_commands_and_the_health_checks_are_those_of_the_entry_point():
    for service, part in PARTS.items():
        if service.startswith("airflow") and service != "airflow-worker":
            assert part["args"] == [service]
            assert "command" not in part
            assert part["waitForMigrations"] == {"enabled": False}
        for check in ("startupProbe", "livenessProbe"):
            if command := part.get(check, {}).get("command"):
                assert command == [*ENTRY, "health", service]
    for name in ("scheduler", "dagProcessor", "triggerer"):
        assert "command" in AIRFLOW[name]["livenessProbe"], name
    assert WORKERS["command"] == [*ENTRY, "airflow-worker"]
    assert JOB["args"] == ["init"]
    assert "command" not in JOB
    node = SUPERSET["supersetNode"]
    assert node["command"] == [*ENTRY, "superset"]
    for check in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert node[check]["exec"]["command"] == [*ENTRY, "health", "superset"]
        assert node[check]["httpGet"] is None


def test_every_pod_runs_the_image_that_compose_builds():
    compose = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
    built = compose["services"]["airflow-worker"]["image"]
    image = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", built)
    repository, tag = AIRFLOW["defaultAirflowRepository"], AIRFLOW["defaultAirflowTag"]
    assert f"{repository}:{tag}" == image
    assert "{repository}:{tag}".format(**SUPERSET["image"]) == image
    assert JOB["image"] == image
    requirements = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    assert (
        f"apache-airflow=={AIRFLOW['airflowVersion']}" in requirements["dependencies"]
    )


def test_no_value_is_a_password_and_nothing_is_set_up_by_the_charts():
    def leaves(value, path=""):
        if isinstance(value, dict):
            for key, one in value.items():
                yield from leaves(one, f"{path}.{key}")
        elif isinstance(value, list):
            for one in value:
                yield from leaves(one, path)
        else:
            yield path, value

    about_secrets = re.compile(
        r"pass|password|token|connection|secret(?!Name)|key$", re.I
    )
    known = {*secret_files.all_names(), *secret_files.CLIENT_SECRETS, *VARIABLES}
    for path, value in leaves(VALUES):
        name = path.rpartition(".")[2]
        if isinstance(value, str) and about_secrets.search(name):
            assert value in ("", "rasure") or value in known, path
    for chart in (AIRFLOW, SUPERSET):
        assert chart["postgresql"] == chart["redis"] == {"enabled": False}
    assert AIRFLOW["createUserJob"] == AIRFLOW["migrateDatabaseJob"]
    assert AIRFLOW["createUserJob"] == {"enabled": False}
    assert SUPERSET["init"]["enabled"] is SUPERSET["init"]["createAdmin"] is False
    # Without a name the chart makes a secret; without this it is in the environment.
    assert not any(AIRFLOW["enableBuiltInSecretEnvVars"].values())
    assert set(AIRFLOW["data"].values()) == {"rasure"}
    for name in ("fernetKey", "apiSecretKey", "jwt", "webserverSecretKey"):
        assert AIRFLOW[f"{name}SecretName"] == "rasure"


def test_no_container_is_root_or_writes_its_own_file_system():
    node = SUPERSET["supersetNode"]
    user = SUPERSET["runAsUser"]
    dockerfile = (CHECKOUT / "Dockerfile").read_text()
    assert f"useradd --uid {user} --gid {user} " in dockerfile
    of_superset = {**node["podSecurityContext"], "runAsUser": user}
    for context in (
        AIRFLOW["securityContexts"]["pod"],
        of_superset,
        INIT["securityContext"],
    ):
        assert context["runAsNonRoot"] is True
        assert (
            context["runAsUser"] == context["runAsGroup"] == context["fsGroup"] == user
        )
    for context in (
        AIRFLOW["securityContexts"]["containers"],
        node["containerSecurityContext"],
        JOB["securityContext"],
    ):
        assert context == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
    for service, part in PARTS.items():
        resources = {"superset": node, "init": JOB}.get(service, part)["resources"]
        assert set(resources["limits"]) == {"cpu", "memory"}, service


def test_the_services_of_the_charts_have_the_addresses_of_the_settings(pod):
    addresses = containers.addresses()
    assert addresses["airflow"] == f"{AIRFLOW['fullnameOverride']}-api-server:8080"
    port = SUPERSET["service"]["port"]
    assert addresses["superset"] == f"{SUPERSET['fullnameOverride']}:{port}"
    assert set(addresses) == {"postgres", "redis", "airflow", "superset"}
    text = "".join(
        (CHECKOUT / "rasure" / "runtime" / name).read_text()
        for name in ("containers.py", "home.py", "environment.py")
    )
    for name in VARIABLES:
        assert f'"{name}"' in text
    of_map = [one["valueFrom"] for one in SUPERSET["extraEnvRaw"] if "valueFrom" in one]
    assert {one["configMapKeyRef"]["key"] for one in of_map} == VARIABLES.keys() - {
        "RASURE_AIRFLOW_URL",
        "RASURE_DBT_THREADS",
    }


def test_airflow_runs_each_task_in_a_pod_by_one_setting(pod, tmp_path):
    settings = containers.prepare_home()
    airflow.configure(settings)
    config = configparser.ConfigParser()
    config.read(tmp_path / "home" / "airflow" / "airflow.cfg")
    assert config["core"]["executor"] == AIRFLOW["executor"] == "KubernetesExecutor"
    assert "celery" not in config
    answer = subprocess.run(
        [sys.executable, "-c", LOAD],
        env={**os.environ, **airflow.environment(settings)},
        capture_output=True,
        text=True,
    )
    assert (
        "LOADED KubernetesExecutor 8 police None "
        "/opt/airflow/pod_templates/pod_template_file.yaml"
    ) in " ".join(answer.stdout.split()), answer.stderr[-2000:]

    pod.delenv("RASURE_TASK_PODS")
    of_workers = airflow.options(containers.prepare_home())
    assert of_workers["core"]["executor"] == "CeleryExecutor"
    assert "kubernetes_executor" not in of_workers


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        (
            "RASURE_TASK_PODS",
            "0",
            "RASURE_TASK_PODS is 0 and RASURE_TASK_NAMESPACE is ",
        ),
        ("RASURE_TASK_PODS", "many", "RASURE_TASK_PODS is 'many'; it must be a whole"),
        (
            "RASURE_TASK_NAMESPACE",
            "",
            "RASURE_TASK_NAMESPACE is not set. The first must",
        ),
    ],
)
def test_pods_without_a_number_or_a_place_are_refused(pod, variable, value, sentence):
    pod.setenv(variable, value)
    with pytest.raises(containers.SetupError, match=re.escape(sentence)):
        containers.prepare_home()


def test_the_pod_of_a_task_runs_that_task_with_the_settings_of_a_worker(pod, tmp_path):
    started = []
    pod.setattr(os, "execvpe", lambda *command: started.append(command))
    pod.setenv("AIRFLOW__CORE__EXECUTOR", "LocalExecutor")
    assert containers.main(["airflow-worker", *TASK, "{}"]) == 0
    ((program, command, variables),) = started
    assert program == sys.executable
    assert command == [sys.executable, "-P", *TASK[1:], "{}"]
    assert "AIRFLOW__CORE__EXECUTOR" not in variables
    assert variables["AIRFLOW_CONFIG"] == str(tmp_path / "home/airflow/airflow.cfg")
    assert Settings(tmp_path / "home").stored["task_pods"] == 8


def test_the_pod_of_a_task_starts_nothing_else_and_nothing_without_its_secrets(
    pod, tmp_path, capsys
):
    pod.setattr(os, "execvpe", lambda *command: pytest.fail(f"started {command}"))
    assert containers.main(["airflow-worker", "bash", "-c", "true"]) != 0
    assert (
        "rasure: airflow-worker: The pod of a task was started with 'bash -c', and it "
        "runs nothing but the `python -m` of Airflow's KubernetesExecutor."
    ) in capsys.readouterr().err
    (tmp_path / "secrets" / "superset_officer").unlink()
    assert containers.main(["airflow-worker", *TASK, "{}"]) != 0
    assert "The secret superset_officer is missing" in capsys.readouterr().err
