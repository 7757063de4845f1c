"""Land the deliveries in a source's watched folder; one DAG for each source.

A DAG starts when a delivery arrives, or by hand with the path of one in the watched
folder. Each delivery is a task of its own: a rejected delivery fails alone, at once and
with its reason; those that land start the transform.
"""

from airflow.sdk import Asset, AssetWatcher, Param, dag, task

from rasure.runtime import inbox
from rasure.runtime.arrivals import DeliveryArrived
from rasure.runtime.orchestration import DEFAULTS, deadline, land_offered
from rasure.sources import NAMES

RAW = Asset("rasure://raw")
PATH = Param(
    None,
    type=["null", "string"],
    description="A ZIP, folder or file in the source's watched folder; empty: every "
    "waiting delivery",
)


def ingest(source: str):
    """The DAG that lands the deliveries of `source`."""
    folder = DeliveryArrived(str(inbox.folder(source)))
    arrival = Asset(
        f"rasure://landing/{source}",
        watchers=[AssetWatcher(name=f"{source} deliveries", trigger=folder)],
    )

    @dag(
        dag_id=f"ingest_{source}",
        schedule=[arrival],
        max_active_runs=1,
        deadline=deadline(minutes=60),
        default_args=DEFAULTS,
        doc_md=__doc__,
        tags=["landing"],
        params={"path": PATH},
    )
    def land():
        @task
        def find_deliveries(params: dict) -> list[str]:
            return [params["path"]] if params["path"] else inbox.waiting(source)

        @task(outlets=[RAW])
        def land_delivery(path: str) -> dict:
            return land_offered(source, path)

        land_delivery.expand(path=find_deliveries())

    return land()


for source in NAMES:
    globals()[f"ingest_{source}"] = ingest(source)
