"""A private cluster: reachable with its password only, crash-safe, gone afterwards."""

from __future__ import annotations

import os

import psycopg
import pytest

from rasure.runtime import postgres
from rasure.runtime.cluster import Cluster, running_cluster


@pytest.fixture(scope="module")
def cluster():
    with running_cluster() as running:
        yield running


def test_every_new_database_has_postgis_and_no_telling_role(cluster):
    url = cluster.url("rasure", "rasure", cluster.password)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create database another")
        is_superuser = connection.execute(
            "select rolsuper from pg_roles where rolname = current_user"
        ).fetchone()
    assert is_superuser == (False,)
    url = cluster.url("another", "rasure", cluster.password)
    with psycopg.connect(url) as connection:
        version = connection.execute("select postgis_lib_version()").fetchone()
    assert version[0].startswith("3.")


def test_a_wrong_password_is_refused(cluster):
    with pytest.raises(psycopg.OperationalError, match="password authentication"):
        psycopg.connect(cluster.url("rasure", "rasure", "guess"))


def test_what_was_committed_survives_a_kill_and_what_was_not_is_gone(cluster):
    with cluster.admin("rasure") as connection:
        connection.execute("create table kept as select 1 as number")
    open_session = psycopg.connect(cluster.url("rasure"))
    open_session.execute("create table lost as select 1 as number")
    killed = cluster.postmaster()
    cluster.kill()
    with pytest.raises(psycopg.OperationalError):
        open_session.execute("select 1")
    cluster.start()
    assert cluster.postmaster() != killed
    with cluster.admin("rasure") as connection:
        tables = connection.execute("select to_regclass('kept'), to_regclass('lost')")
        assert tables.fetchone() == ("kept", None)


def test_an_unfinished_cluster_is_created_again(tmp_path_factory):
    with running_cluster() as running:
        folder = running.folder
        running.stop()
        postgres.run(["rm", folder / "complete", folder / "global/pg_control"])
        Cluster(folder, running.port, running.password).create()
        running.start()
        assert running.admin().execute("select 1").fetchone() == (1,)
    assert not folder.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders out of reach")
def test_a_folder_out_of_reach_is_named(tmp_path):
    (tmp_path / "shut").mkdir(mode=0o700)
    (tmp_path / "shut" / "home").mkdir()
    tmp_path.chmod(0o755)
    named = postgres.unreachable(tmp_path / "shut" / "home")
    assert named in (*tmp_path.parents, tmp_path / "shut")
