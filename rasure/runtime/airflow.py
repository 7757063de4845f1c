"""Airflow: its configuration and its first-time set-up, in a home and in a deployment.

The metadata are in PostgreSQL. In a private home tasks run on this machine
(LocalExecutor); in a deployment they wait in Redis for workers on any number of hosts
(CeleryExecutor), or each gets a pod of Kubernetes (KubernetesExecutor). The FAB
provider keeps the users, with hashed passwords in the metadata database, because
Airflow's own simple manager is meant for development only. Or an identity provider
lets people in (`rasure.runtime.airflow_log_in`).
"""

from __future__ import annotations

import configparser
import io
import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

from rasure.runtime import identity
from rasure.runtime.environment import base_environment
from rasure.runtime.home import write_private
from rasure.runtime.setup_airflow import ACCOUNTS
from rasure.runtime.steps import Step
from rasure.settings import CHECKOUT, Settings

# What the role `identity.VIEWER` may do: see DAGs, runs, graphs and logs. It has no
# right to create, edit or delete, and sees no variables, connections, values that tasks
# hand on (XCom), configuration or accounts.
VIEWER_READS = (
    *("DAGs", "DAG Code", "DAG Dependencies", "DAG Runs", "DAG Versions"),
    *("DAG Warnings", "Task Instances", "Task Logs", "Assets", "Asset Aliases"),
    *("Backfills", "HITL Detail", "ImportError", "Jobs", "Website"),
)
VIEWER_MENUS = ("DAGs", "DAG Runs", "Task Instances", "Assets", "Jobs", "Browse")
# Where the chart of Airflow puts the file that says what the pod of a task is.
POD_TEMPLATE = "/opt/airflow/pod_templates/pod_template_file.yaml"
SESSION_HOURS = 12
PROVIDER_SESSION_MINUTES = 5  # then the identity provider is asked again


def program() -> str:
    """The path of the `airflow` command in this Python environment."""
    return str(Path(sys.prefix) / "bin" / "airflow")


def environment(settings: Settings) -> dict[str, str]:
    """The environment variables of every Airflow process, and so of every task."""
    return {
        **base_environment(settings),
        "AIRFLOW_HOME": str(settings.home / "airflow"),
        "AIRFLOW_CONFIG": str(settings.home / "airflow" / "airflow.cfg"),
    }


def metadata_url(settings: Settings, driver: str = "psycopg2") -> str:
    """The metadata database of this home, in SQLAlchemy's form."""
    return settings.role_url("airflow", "airflow", scheme=f"postgresql+{driver}")


def configure(settings: Settings) -> None:
    """Write `airflow.cfg`, with the options that differ from Airflow's defaults."""
    text = io.StringIO()
    parser = configparser.ConfigParser(interpolation=None)
    for section, values in options(settings).items():
        parser[section] = {
            name: str(value).replace("%", "%%") for name, value in values.items()
        }
    parser.write(text)
    path = settings.home / "airflow" / "airflow.cfg"
    if not path.exists() or path.read_text() != text.getvalue():
        write_private(path, text.getvalue())


def options(settings: Settings) -> dict[str, dict[str, object]]:
    """The options that differ from Airflow's defaults, by section."""
    keys = settings.secrets["airflow"]
    web = f"http://{settings.address('airflow')}"
    cores = os.cpu_count() or 2
    sections = {
        "core": {
            "dags_folder": CHECKOUT / "dags",
            "plugins_folder": settings.home / "airflow" / "plugins",
            "executor": "LocalExecutor",
            "parallelism": cores + 1,
            "max_active_tasks_per_dag": 2,
            "load_examples": False,
            "dags_are_paused_at_creation": False,
            "auth_manager": "airflow.providers.fab.auth_manager.fab_auth_manager"
            ".FabAuthManager",
            "fernet_key": keys["fernet_key"],
            "execution_api_server_url": f"{web}/execution/",
            "hostname_callable": "socket.gethostname",
        },
        "database": {
            "sql_alchemy_conn": metadata_url(settings),
            "sql_alchemy_conn_async": metadata_url(settings, "psycopg"),
            "sql_alchemy_pool_size": 3,
        },
        "logging": {
            "base_log_folder": settings.logs / "airflow",
            "dag_processor_child_process_log_directory": settings.logs
            / "airflow"
            / "dag_processor",
            "colored_console_log": False,
            "json_logs": settings.json_logs,
            "worker_log_server_port": 0,
            "trigger_log_server_port": 0,
        },
        "api": {
            "host": settings.listen,
            "port": web.rpartition(":")[2],
            "base_url": settings.stored.get("airflow_url", web),
            "workers": 1,
            "secret_key": keys["secret_key"],
            "instance_name": "Rasure",
        },
        "api_auth": {"jwt_secret": keys["jwt_secret"], "jwt_issuer": "rasure"},
        # A deployment's proxy says which scheme and host the browser asked for.
        "fab": {
            "update_fab_perms": True,
            "enable_proxy_fix": settings.is_deployment,
            "custom_roles": json.dumps({identity.VIEWER: viewer_permissions()}),
            **_log_in(settings),
        },
        "scheduler": {
            "task_instance_heartbeat_timeout": 120,
            # seconds of rest with nothing to do; a delivery waits for it six times
            "scheduler_idle_sleep_time": 0.3,
        },
        "dag_processor": {"refresh_interval": 60, "parsing_processes": 1},
        "triggerer": {"capacity": 50},
        "usage_data_collection": {"enabled": False},
    }
    if settings.is_deployment:
        for section, values in _of_a_deployment(settings).items():
            sections[section] = {**sections.get(section, {}), **values}
    return sections


def viewer_permissions() -> list[dict[str, str]]:
    """What the role that looks may do, in the form of `[fab] custom_roles`."""
    pairs = [("can_read", resource) for resource in VIEWER_READS]
    pairs += [("menu_access", resource) for resource in VIEWER_MENUS]
    return [{"action": action, "resource": resource} for action, resource in pairs]


def _log_in(settings: Settings) -> dict[str, object]:
    """How long a session lasts, and the file with the identity provider, if any."""
    if not identity.is_set(settings, "airflow"):
        return {"session_max_lifetime_minutes": SESSION_HOURS * 60}
    return {
        "session_max_lifetime_minutes": PROVIDER_SESSION_MINUTES,
        "config_file": Path(__file__).with_name("airflow_log_in.py"),
    }


def _of_a_deployment(settings: Settings) -> dict[str, dict[str, object]]:
    """What differs when the services and the workers have hosts of their own."""
    changes = {
        "core": {
            "executor": "CeleryExecutor",
            # The workers' own number of tasks is what limits a deployment. More than
            # this many tasks of a backlog would only wait in Redis, with a token that
            # expires meanwhile.
            "parallelism": 256,
            "max_active_tasks_per_dag": 16,
        },
        "database": {"sql_alchemy_pool_size": 5},
        # A worker that is killed after it took a task and before it began it leaves the
        # task queued: send it again after five minutes, not ten. What waits its turn
        # may be sent again for hours; by default Airflow fails it at the third time.
        "scheduler": {
            "task_queued_timeout": 300,
            "task_queued_timeout_check_interval": 30,
            "num_stuck_in_queued_retries": 60,
        },
        "logging": {
            # The API server reads a task's log from the worker that ran it.
            "worker_log_server_port": settings.stored.get("worker_log_port", 8793),
            "trigger_log_server_port": settings.stored.get("trigger_log_port", 8794),
        },
    }
    if pods := settings.stored.get("task_pods"):
        changes["core"] |= {"executor": "KubernetesExecutor", "parallelism": pods}
        changes["kubernetes_executor"] = {
            "namespace": settings.stored["task_namespace"],
            "pod_template_file": POD_TEMPLATE,
            # By default one pod is made in each round of the scheduler.
            "worker_pods_creation_batch_size": pods,
            # The log of a task is in the claim of logs, so its pod may go.
            "delete_worker_pods_on_failure": True,
            # A namespace without room for a pod now has room later.
            "task_publish_max_retries": -1,
        }
    elif broker := settings.redis_url(0):
        changes["celery"] = {
            "broker_url": broker,
            "result_backend": "db+"
            + settings.role_url("airflow", "airflow", scheme="postgresql+psycopg2"),
            "worker_concurrency": settings.stored.get("worker_tasks", 2),
            # A task goes to a worker that has room for it now, not to one that will.
            "worker_prefetch_multiplier": 1,
        }
    return changes


def setup_steps(settings: Settings) -> list[Step]:
    """The steps that set up a new metadata database."""
    script = str(Path(__file__).with_name("setup_airflow.py"))
    return [
        Step(
            f"airflow {version('apache-airflow')} with a viewer",
            [sys.executable, "-P", script],
            environment(settings),
            "\n".join(settings.secrets["airflow"][name] for name in ACCOUNTS),
        )
    ]
