"""A client of Airflow's REST API, as the administrator of this home."""

from __future__ import annotations

from types import TracebackType

import httpx

from rasure.errors import SetupError
from rasure.settings import Settings

# A machine that is busy with a full refresh answers late.
TIMEOUT_SECONDS = 120


class Airflow:
    """A client of the API; use it as a context manager."""

    def __init__(self, url: str, password: str) -> None:
        self._client = httpx.Client(
            base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False
        )
        try:
            answer = self._client.post(
                "/auth/token", json={"username": "admin", "password": password}
            )
            answer.raise_for_status()
        except httpx.HTTPError as error:
            self._client.close()
            raise SetupError(
                f"Airflow at {url} does not answer or does not know this home's "
                f"password ({error}). Start it with `rasure up`."
            ) from error
        token = answer.json()["access_token"]
        self._client.headers["Authorization"] = f"Bearer {token}"

    @classmethod
    def of_home(cls) -> Airflow:
        """The Airflow of the home that the environment names."""
        settings = Settings.load()
        return cls(
            f"http://{settings.address('airflow')}",
            settings.secrets["airflow"]["admin"],
        )

    def __enter__(self) -> Airflow:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def call(self, method: str, path: str, **options) -> dict:
        """The JSON answer to one request below `/api/v2`.

        Raises `SetupError` where none comes, and `httpx.HTTPStatusError`.
        """
        try:
            answer = self._client.request(method, f"/api/v2{path}", **options)
        except httpx.TransportError as error:
            raise SetupError(
                f"Airflow at {self._client.base_url} does not answer ({error}). See "
                "`rasure status`, and run the command again."
            ) from error
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    def dags(self) -> dict[str, dict]:
        """The DAGs of this Airflow, by id."""
        return {dag["dag_id"]: dag for dag in self.call("GET", "/dags")["dags"]}

    def runs(self, dag_id: str, since: str | None = None) -> list[dict]:
        """The runs of a DAG queued at or after `since` (ISO), the newest first."""
        options = {"order_by": "-run_after", "limit": 50}
        if since:
            options["run_after_gte"] = since
        path = f"/dags/{dag_id}/dagRuns"
        return self.call("GET", path, params=options)["dag_runs"]

    def run(self, dag_id: str, run_id: str) -> dict:
        """One run of a DAG."""
        return self.call("GET", f"/dags/{dag_id}/dagRuns/{run_id}")

    def tasks(self, dag_id: str, run_id: str) -> list[dict]:
        """The task instances of a run."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        return self.call("GET", path)["task_instances"]

    def log(self, task: dict) -> str:
        """The text of the log of a task instance's last try."""
        path = (
            f"/dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}/taskInstances/"
            f"{task['task_id']}/logs/{max(task['try_number'], 1)}"
        )
        answer = self.call("GET", path, params={"map_index": task["map_index"]})
        return "\n".join(
            str(line.get("event", line)) if isinstance(line, dict) else str(line)
            for line in answer["content"]
        )

    def trigger(self, dag_id: str, **parameters) -> str:
        """Start a run by hand; returns its id."""
        body = {"logical_date": None, "conf": parameters}
        return self.call("POST", f"/dags/{dag_id}/dagRuns", json=body)["dag_run_id"]

    def note(self, dag_id: str, run_id: str, text: str) -> None:
        """Set the note of a run, cut to 1,000 characters."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}"
        self.call("PATCH", path, json={"note": text[:1000]})
