"""One run at a time works on the models, whoever began it and wherever it works."""

from __future__ import annotations

import psycopg
import pytest

from rasure import runs


@pytest.fixture
def sessions(database: str):
    """A function that opens one more session, as another process would."""
    opened: list[psycopg.Connection] = []

    def session() -> psycopg.Connection:
        opened.append(psycopg.connect(database, autocommit=True))
        return opened[-1]

    yield session
    for connection in opened:
        connection.close()


def states(connection) -> list[str]:
    return [
        state
        for (state,) in connection.execute(
            "select state from ops.transform_runs order by run_id"
        )
    ]


def test_a_second_run_waits_and_gives_up_when_asked_to(sessions) -> None:
    said: list[str] = []
    with (
        runs.exclusive(sessions(), "first"),
        pytest.raises(runs.RunBusy, match="has worked on this warehouse for 1 s"),
    ):
        runs.begin(sessions(), "second", wait_seconds=1, say=said.append)
    assert said == ["Another run is working on the models; waiting for it to end."]
    with runs.exclusive(sessions(), "second", wait_seconds=0):
        pass
    assert states(sessions()) == ["succeeded", "succeeded"]


def test_a_run_whose_process_died_is_taken_over_at_once(sessions) -> None:
    killed = sessions()
    runs.begin(killed, "killed")
    killed.close()
    with runs.exclusive(sessions(), "next", wait_seconds=5):
        assert states(sessions()) == ["abandoned", "running"]


def test_between_two_tasks_a_run_is_left_alone_until_it_has_been_idle(sessions) -> None:
    task = sessions()
    run_id = runs.begin(task, "transform 1", idle_seconds=2)
    with runs.step(task, run_id, "staging"):
        pass
    task.close()
    with pytest.raises(runs.RunBusy):
        runs.begin(sessions(), "next", wait_seconds=0)
    runs.begin(sessions(), "next", wait_seconds=10)
    late = sessions()
    with (
        pytest.raises(runs.RunSuperseded, match=f"run {run_id}, and a newer run"),
        runs.step(late, run_id, "places"),
    ):
        pytest.fail("a step of an older run was done")


def test_a_failed_step_is_done_again_unless_a_newer_run_has_begun(sessions) -> None:
    connection = sessions()
    run_id = runs.begin(connection, "transform 1", idle_seconds=600)
    with pytest.raises(ZeroDivisionError), runs.step(connection, run_id, "places"):
        _ = 1 / 0
    assert states(connection) == ["failed"]
    assert runs.newest(connection).steps_done == []
    with runs.step(connection, run_id, "places"):
        assert states(connection) == ["running"]
    assert runs.newest(connection).steps_done == ["places"]

    with pytest.raises(ZeroDivisionError), runs.step(connection, run_id, "people"):
        _ = 1 / 0
    runs.release(connection, run_id)
    with runs.exclusive(sessions(), "next", wait_seconds=0):
        pass
    with pytest.raises(runs.RunSuperseded), runs.step(connection, run_id, "people"):
        pytest.fail("a step of an older run was done")


def test_a_run_that_failed_is_waited_for_while_a_step_of_it_still_works(
    sessions,
) -> None:
    first, parallel = sessions(), sessions()
    run_id = runs.begin(first, "transform 1", idle_seconds=600)
    runs.release(first, run_id)
    with runs.step(parallel, run_id, "places"):
        with pytest.raises(ZeroDivisionError), runs.step(first, run_id, "link"):
            _ = 1 / 0
        assert states(first) == ["failed"]
        with pytest.raises(runs.RunBusy):
            runs.begin(sessions(), "next", wait_seconds=0)
    runs.begin(sessions(), "next", wait_seconds=0)


def test_two_tries_of_a_step_never_work_at_the_same_time(sessions) -> None:
    """A worker was cut off, and comes back after its step was given to another."""
    cut_off, other = sessions(), sessions()
    run_id = runs.begin(cut_off, "transform 1", idle_seconds=600)
    with (
        runs.step(cut_off, run_id, "places"),
        pytest.raises(runs.RunBusy, match="An earlier try of the step places still"),
        runs.step(other, run_id, "places", wait_seconds=0),
    ):
        pytest.fail("both tries worked")
    # Another step of the run is another matter.
    with runs.step(cut_off, run_id, "places"), runs.step(other, run_id, "link"):
        pass


def test_a_step_is_tried_again_once_the_earlier_try_is_gone(sessions) -> None:
    killed, other = sessions(), sessions()
    run_id = runs.begin(killed, "transform 1", idle_seconds=600)
    earlier = runs.step(killed, run_id, "places")
    earlier.__enter__()
    killed.close()
    with runs.step(other, run_id, "places", wait_seconds=30) as run:
        assert run.run_id == run_id
    assert runs.newest(other).steps_done == ["places"]
