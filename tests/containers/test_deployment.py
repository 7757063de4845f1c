"""docker-compose.yml comes up, workers share a backlog, and its parts may break.

The tests follow each other in one deployment. A fault is made in a state that the test
waits for: a step of a transform has begun, a third of a backlog has landed.
"""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from rasure.errors import RasureError
from rasure.instruments.demo.follow import follow_line
from rasure.instruments.demo.steps import SHIPPED
from rasure.runtime import backlog, secret_files
from rasure_superset.charts_api import ChartClient
from tests import police_uk_files
from tests.containers.deployment import (
    IN_CONTAINER,
    WORKERS,
    Deployment,
    deployed,
    wait_until,
)
from tests.mailed_reports import blank_page, check_week, serve_mail

SLUG = "serious-violence"
DELIVERIES = 12
ROWS = 3_000  # of a delivery
SHIPPED_ROWS = 87_348
UNREADABLE = "Kx7pQ2mWzR9tLb4vVx8pQ3mWyR1tLc5v"  # a good one that nobody may read
LINE = ("transform", "designate", "publish")
PATIENCE = 600  # seconds for a state on a busy machine
CUT_OFF_SECONDS = 60
SEND_THE_WEEK = ("rasure", "reports", "send", "weekly_overview")
SENT = "weekly_overview: Success\n"
LEEDS = {
    "Reported_by": "West Yorkshire Police",
    "Falls_within": "West Yorkshire Police",
    "Latitude": "53.800000",
    "LSOA_code": "E01033010",
    "LSOA_name": "Leeds 111A",
}


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    began = time.monotonic()
    with deployed() as made:
        built = time.monotonic()
        made.compose("up", "--detach", "--no-build")
        seconds = made.wait_until_healthy(PATIENCE)
        print(f"images built in {built - began:.0f} s, healthy after {seconds:.0f} s")
        yield made


def pause(deployment: Deployment, is_paused: bool) -> None:
    with deployment.airflow() as airflow:
        for dag in LINE:
            airflow.call("PATCH", f"/dags/{dag}", json={"is_paused": is_paused})


def delivery(folder: Path, year: int, month: int) -> Path:
    """The archive of a month; no two of them have a row in common."""
    name = f"{year}-{month:02}"
    first = (12 * year + month) * ROWS
    rows = [
        police_uk_files.street_row(
            number, name, Longitude=f"{-1.5 - number % 97 / 1000:.6f}", **LEEDS
        )
        for number in range(first, first + ROWS)
    ]
    member = police_uk_files.member(name, "west-yorkshire")
    text = police_uk_files.street_text(rows)
    return police_uk_files.archive(folder / f"{name}.zip", {member: text})


def deliveries(folder: Path, year: int) -> list[Path]:
    """Twelve archives of one month each."""
    return [delivery(folder, year, month) for month in range(1, DELIVERIES + 1)]


def landed_rows(deployment: Deployment, batch: list[Path]) -> dict[str, list[int]]:
    """The rows of each landing of a delivery, by its name."""
    names = ", ".join(f"'{path.name}'" for path in batch)
    rows = deployment.query(
        "select delivery, (select count(*) from raw.police_uk_street as street"
        " where street.load_id = deliveries.load_id) from ops.deliveries"
        f" where state = 'landed' and delivery in ({names})"
    )
    by_name: dict[str, list[int]] = {}
    for name, count in rows:
        by_name.setdefault(name, []).append(count)
    return by_name


def landed(deployment: Deployment, batch: list[Path]) -> int:
    """How many deliveries of a batch have become `.landed`; none may be refused."""
    present = deployment.landing()
    refused = {f"{path.name}.rejected" for path in batch} & present
    assert not refused, refused
    return sum(f"{path.name}.landed" in present for path in batch)


def wait_until_landed(deployment: Deployment, batch: list[Path], at_least: int = 0):
    wanted = at_least or len(batch)
    wait_until(
        lambda: landed(deployment, batch) >= wanted,
        PATIENCE,
        lambda: f"{sorted(deployment.landing())}, ill: {deployment.ill()}",
    )


def who_landed(deployment: Deployment, since: str) -> Counter:
    """How many deliveries each worker landed, in the runs since an instant."""
    hosts: Counter = Counter()
    with deployment.airflow() as airflow:
        for run in airflow.runs("ingest_police_uk", since):
            for task in airflow.tasks("ingest_police_uk", run["dag_run_id"]):
                if task["task_id"] == "land_delivery" and task["state"] == "success":
                    hosts[task["hostname"]] += 1
    return hosts


def landing_now(deployment: Deployment, worker: str) -> int:
    """How many deliveries a worker is landing."""
    ((count,),) = deployment.query(
        "select count(*) from task_instance where task_id = 'land_delivery'"
        f" and state = 'running' and hostname = '{worker}'",
        database="airflow",
    )
    return count


def wait_for_step(deployment: Deployment, step: str) -> None:
    """Wait until a step of the newest transform is at work."""

    def is_at_work() -> bool:
        try:
            ((state, begun, done),) = deployment.query(
                "select state, steps_begun, steps_done from ops.transform_runs"
                " order by run_id desc limit 1"
            )
        except psycopg.OperationalError:
            return False  # the database is being started again
        return state == "running" and step in begun and step not in done

    wait_until(is_at_work, PATIENCE, lambda: f"{step} was not begun", every=0.2)


def figures(deployment: Deployment) -> dict[tuple, float]:
    """What the operator's monitoring sees: each figure by its name and labels."""
    page = deployment.execute(WORKERS[0], "rasure", "metrics")
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def wait_until_through(deployment: Deployment) -> None:
    """Wait until no DAG runs, all that landed is on the dashboards, and nothing is
    failed."""
    active = "select count(*) from dag_run where state in ('queued', 'running')"

    def is_through() -> bool:
        if deployment.query(active, database="airflow") != [(0,)]:
            return False
        values = figures(deployment)
        behind = [values.get(("rasure_behind_seconds", p)) for p in backlog.PARTS]
        failed = [v for key, v in values.items() if key[0] == "rasure_dag_failed"]
        return (
            behind == [0, 0, 0]
            and values["rasure_run_failed",] == 0
            and failed
            and not any(failed)
        )

    wait_until(is_through, PATIENCE, lambda: f"{figures(deployment)}", every=5)


def contents(deployment: Deployment) -> dict[str, tuple]:
    """The number of rows and a checksum of each table of core and of the marts."""
    tables = deployment.query(
        "select format('%I.%I', schemaname, tablename) from pg_tables"
        " where schemaname in ('core', 'marts', 'marts_people', 'marts_private')"
    )
    return {
        name: deployment.query(
            "select count(*), sum(hashtextextended(each_row::text, 0))"
            f" from {name} as each_row"
        )[0]
        for (name,) in tables
    }


def test_every_service_is_healthy_and_nobody_is_root(deployment):
    states = deployment.states()
    assert states.pop("init") == "exited 0"
    assert set(states.values()) == {"healthy"}
    for service in states:
        assert deployment.execute(service, "id", "-u").strip() != "0", service
        writing = "touch /opt/rasure/mine 2>/dev/null || echo refused"
        answer = deployment.execute(service, "sh", "-c", writing)
        assert answer.strip() == "refused", service
        environment = deployment.inspect(service, "{{json .}}")
        for file in (deployment.folder / "secrets").iterdir():
            assert file.read_text().strip() not in environment, (service, file.name)


def test_each_image_refuses_a_secret_that_is_missing_or_weak(deployment):
    spoiled = deployment.folder / "spoiled"
    for service, name, content in (
        ("database", "postgres_postgres", "postgres"),
        ("redis", "redis_password", None),
        ("proxy", "tls_key", "not a key"),
        ("superset", "superset_secret_key", "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET"),
        ("airflow-scheduler", "airflow_fernet_key", ""),
        ("airflow-worker", "redis_password", UNREADABLE),
    ):
        shutil.copytree(deployment.folder / "secrets", spoiled)
        spoiled.chmod(0o700 if content == UNREADABLE else 0o755)
        (spoiled / name).unlink()
        if content is not None:
            (spoiled / name).write_text(content)
        running = WORKERS[0] if service == "airflow-worker" else service
        image = deployment.inspect(running, "{{.Config.Image}}")
        answer = deployment.run(
            *("docker", "run", "--rm", "--network", "none"),
            *("--volume", f"{spoiled}:/run/secrets:ro", image, service),
            may_fail=True,
        )
        shutil.rmtree(spoiled)
        assert answer.returncode == 3, service
        assert f"rasure: {service}: The secret" in answer.stderr
        assert name in answer.stderr


def test_the_image_makes_the_secrets_that_the_deployment_takes(deployment):
    image = deployment.inspect("init", "{{.Config.Image}}")
    folder = deployment.folder / "made"
    folder.mkdir(mode=0o700)
    mount = f"{folder}:/secrets"
    make = ("secrets", "make", "--out", "/secrets", "--host", "rasure.example")
    user = f"{os.getuid()}:{os.getgid()}"
    run = ("docker", "run", "--rm", "--network", "none", "--user", user)
    answer = deployment.run(*run, "--volume", mount, image, *make)
    assert "secrets made in /secrets" in answer.stdout
    assert secret_files.faults(folder, secret_files.all_names(), "rasure.example") == []


def test_a_landed_file_reaches_a_chart_through_the_proxy(deployment, monkeypatch):
    since = datetime.now(UTC).isoformat()
    began = time.monotonic()
    deployment.offer(SHIPPED)
    with deployment.airflow() as airflow:
        ended = follow_line(airflow, "ingest_police_uk", since, print, patience=600)
    assert {dag for dag, _ in ended} == {"ingest_police_uk", *LINE}
    print(f"from the file to the dashboards: {time.monotonic() - began:.0f} s")

    monkeypatch.setenv("SSL_CERT_FILE", str(deployment.certificate))
    url = f"https://localhost:{deployment.ports['superset_proxy']}"
    client = ChartClient(url, "officer", deployment.secret("superset_officer"))
    chart = client.charts(SLUG)[0]
    assert client.run(chart).is_cached  # warmed by a worker, in Redis
    assert client.run(chart, force=True).rows > 0
    cookie = next(iter(client.http.cookies.jar))
    assert cookie.secure and cookie.has_nonstandard_attr("HttpOnly")
    page = httpx.get(f"https://localhost:{deployment.ports['airflow_proxy']}/")
    assert "strict-transport-security" in page.headers
    # Any command of Rasure runs in a worker.
    assert "landed" in deployment.execute(WORKERS[0], "rasure", "deliveries")
    # The log of a task is read from the worker that ran it.
    with deployment.airflow() as airflow:
        tasks = [task for run in ended for task in airflow.tasks(*run)]
        assert {task["hostname"] for task in tasks} == set(WORKERS)
        of_first = next(task for task in tasks if task["hostname"] == WORKERS[0])
        assert "Could not read" not in (text := airflow.log(of_first)), text
        assert "Worker startup parse complete" in text


def test_the_week_is_sent_also_after_the_service_of_reports_has_died(deployment):
    with serve_mail(deployment.ports["mail"]) as mail, blank_page() as page:
        for is_killed in (False, True):
            if is_killed:
                deployment.crash("reports")
                deployment.wait_until_well("reports")
            # The service may be sending an alert of its own, and takes turns.
            wait_until(
                lambda: deployment.execute("reports", *SEND_THE_WEEK) == SENT,
                PATIENCE,
                lambda: deployment.log("reports")[-3000:],
            )
            of_the_week = [
                (recipients, message)
                for recipients, message in mail.taken
                if "the week" in message["Subject"]
            ]
            assert len(of_the_week) == 1 + is_killed
            check_week(page, *of_the_week[-1])


def test_two_workers_share_a_backlog(deployment, tmp_path):
    pause(deployment, True)
    worker = deployment.container(WORKERS[1])
    seconds = {}
    for workers, year in ((1, 2021), (2, 2022)):
        batch = deliveries(tmp_path, year)
        deployment.run("docker", "stop" if workers == 1 else "start", worker)
        if workers == 2:
            deployment.wait_until_well(WORKERS[1])
        since = datetime.now(UTC).isoformat()
        began = time.monotonic()
        deployment.offer(*batch)
        wait_until_landed(deployment, batch)
        seconds[workers] = time.monotonic() - began
        hosts = who_landed(deployment, since)
        print(f"{workers} worker(s): {seconds[workers]:.0f} s, {dict(hosts)}")
        assert len(hosts) == workers
    print(f"seconds for {DELIVERIES} deliveries by number of workers: {seconds}")


def test_a_worker_killed_and_one_cut_off_lose_nothing_and_land_nothing_twice(
    deployment, tmp_path
):
    batch = deliveries(tmp_path, 2023)
    since = datetime.now(UTC).isoformat()
    deployment.offer(*batch)
    wait_until_landed(deployment, batch, DELIVERIES // 3)
    with deployment.connect() as holder:
        # The next landings begin, and cannot end before this session does.
        holder.execute("lock table raw.police_uk_street in exclusive mode")
        for worker in WORKERS:
            wait_until(
                lambda worker=worker: landing_now(deployment, worker) == 2,
                PATIENCE,
                lambda worker=worker: f"{worker}: {deployment.log(worker)[-3000:]}",
            )
        deployment.crash(WORKERS[1])
        # Docker cannot freeze a container in which a process is just being made.
        cut_off = ("docker", "pause", deployment.container(WORKERS[0]))
        wait_until(
            lambda: deployment.run(*cut_off, may_fail=True).returncode == 0,
            60,
            lambda: f"{WORKERS[0]} could not be paused",
        )
    time.sleep(CUT_OFF_SECONDS)
    deployment.run("docker", "unpause", deployment.container(WORKERS[0]))
    wait_until_landed(deployment, batch)
    print(f"one killed, one cut off: {dict(who_landed(deployment, since))}")
    assert landed_rows(deployment, batch) == {path.name: [ROWS] for path in batch}
    ready = [name for name in deployment.landing() if name.endswith(".ready")]
    assert ready == []


def test_a_transform_goes_on_after_its_database_broker_and_scheduler_crashed(
    deployment,
):
    pause(deployment, False)
    began = time.monotonic()
    with deployment.airflow() as airflow:
        run_id = airflow.trigger("transform")
    for step, service in (
        ("staging", "database"),
        ("places", "redis"),
        ("marts", "airflow-scheduler"),
    ):
        wait_for_step(deployment, step)
        print(f"{time.monotonic() - began:.0f} s: {service} crashes in {step}")
        deployment.crash(service)

    def state() -> str:
        try:
            with deployment.airflow() as airflow:
                return airflow.run("transform", run_id)["state"]
        except (RasureError, httpx.HTTPError):
            return "Airflow does not answer"

    wait_until(lambda: state() in ("success", "failed"), PATIENCE, state, every=3)
    assert state() == "success"
    wait_until_through(deployment)
    print(f"{time.monotonic() - began:.0f} s: all is on the dashboards")


def test_a_full_landing_folder_is_said_and_nothing_of_it_is_half_loaded(
    deployment, tmp_path
):
    whole, half = (delivery(tmp_path, 2024, month) for month in (1, 2))
    filler = "/var/lib/rasure/landing/filler"
    deployment.put(whole)
    fill = f"cat /dev/zero > {filler} 2> /dev/null || echo full"
    assert "full" in deployment.execute(WORKERS[0], "sh", "-c", fill)
    answer = deployment.put(half, may_fail=True)
    assert "no space left" in answer.stderr
    deployment.flag(whole, half)
    wait_until(
        lambda: (
            {f"{whole.name}.landed", f"{half.name}.rejected"} <= deployment.landing()
        ),
        PATIENCE,
        lambda: str(sorted(deployment.landing())),
    )
    assert landed_rows(deployment, [whole, half]) == {whole.name: [ROWS]}
    ((reason,),) = deployment.query(
        f"select error from ops.deliveries where delivery = '{half.name}'"
    )
    assert "a damaged or truncated one" in reason
    values = figures(deployment)
    assert values["rasure_disk_free_bytes", "landing"] == 0
    assert values["rasure_deliveries_refused_last_day", "police_uk"] == 1

    deployment.execute(WORKERS[0], "rm", filler)
    deployment.execute(WORKERS[0], "rm", f"{IN_CONTAINER}/{half.name}.rejected")
    deployment.offer(half)
    wait_until_landed(deployment, [half])
    wait_until_through(deployment)


def test_after_all_faults_the_marts_are_what_a_full_rebuild_makes(deployment):
    twice = deployment.query(
        "select delivery from ops.deliveries where state = 'landed'"
        " group by delivery having count(*) > 1"
    )
    assert twice == []
    deployment.wait_until_healthy(PATIENCE)
    ((crimes,),) = deployment.query("select count(*) from core.fct_crime")
    assert crimes == SHIPPED_ROWS + (3 * DELIVERIES + 2) * ROWS
    before = contents(deployment)
    assert {"core.hexagon_months", "marts.data_freshness"} <= before.keys()
    deployment.execute(WORKERS[0], "rasure", "transform", "--full-refresh")
    after = contents(deployment)
    assert {name for name in before if before[name] != after.get(name)} == set()
    assert before.keys() == after.keys()
