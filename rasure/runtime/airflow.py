"""Airflow in a private home: its configuration and its first-time set-up.

The metadata are in PostgreSQL; tasks run on this machine (LocalExecutor). The FAB
provider keeps the users, with hashed passwords in the metadata database, because
Airflow's own simple manager is meant for development only.
"""

from __future__ import annotations

import configparser
import io
import os
import sys
from importlib.metadata import version
from pathlib import Path

from rasure.runtime.environment import base_environment
from rasure.runtime.home import write_private
from rasure.runtime.steps import Step
from rasure.settings import CHECKOUT, Settings


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


def metadata_url(settings: Settings, port: int) -> str:
    """The metadata database of this home, in SQLAlchemy's form."""
    password = settings.secrets["postgres"]["airflow"]
    return f"postgresql+psycopg2://airflow:{password}@127.0.0.1:{port}/airflow"


def configure(settings: Settings, ports: dict[str, int]) -> None:
    """Write `airflow.cfg`, with the options that differ from Airflow's defaults."""
    keys = settings.secrets["airflow"]
    web = f"http://127.0.0.1:{ports['airflow']}"
    metadata = metadata_url(settings, ports["postgres"])
    sections = {
        "core": {
            "dags_folder": CHECKOUT / "dags",
            "plugins_folder": settings.home / "airflow" / "plugins",
            "executor": "LocalExecutor",
            "parallelism": (os.cpu_count() or 2) + 1,
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
            "sql_alchemy_conn": metadata,
            "sql_alchemy_conn_async": metadata.replace("+psycopg2", "+psycopg"),
            "sql_alchemy_pool_size": 3,
        },
        "logging": {
            "base_log_folder": settings.logs / "airflow",
            "dag_processor_child_process_log_directory": settings.logs
            / "airflow"
            / "dag_processor",
            "colored_console_log": False,
            "worker_log_server_port": 0,
            "trigger_log_server_port": 0,
        },
        "api": {
            "host": "127.0.0.1",
            "port": ports["airflow"],
            "base_url": web,
            "workers": 1,
            "secret_key": keys["secret_key"],
            "instance_name": "Rasure",
        },
        "api_auth": {"jwt_secret": keys["jwt_secret"], "jwt_issuer": "rasure"},
        "fab": {"update_fab_perms": True, "enable_proxy_fix": False},
        "scheduler": {
            "task_instance_heartbeat_timeout": 120,
            # seconds of rest with nothing to do; a delivery waits for it six times
            "scheduler_idle_sleep_time": 0.3,
        },
        "dag_processor": {"refresh_interval": 60, "parsing_processes": 1},
        "triggerer": {"capacity": 50},
        "usage_data_collection": {"enabled": False},
    }
    parser = configparser.ConfigParser(interpolation=None)
    for section, options in sections.items():
        parser[section] = {
            name: str(value).replace("%", "%%") for name, value in options.items()
        }
    text = io.StringIO()
    parser.write(text)
    path = settings.home / "airflow" / "airflow.cfg"
    if not path.exists() or path.read_text() != text.getvalue():
        write_private(path, text.getvalue())


def setup_steps(settings: Settings) -> list[Step]:
    """The steps that set up a new metadata database."""
    script = str(Path(__file__).with_name("setup_airflow.py"))
    return [
        Step(
            f"airflow {version('apache-airflow')}",
            [sys.executable, "-P", script],
            environment(settings),
            settings.secrets["airflow"]["admin"],
        )
    ]
