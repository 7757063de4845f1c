"""Land what arrives in the watched folder of data.police.uk deliveries.

Started by an arriving delivery, or by hand with the path of one. Each delivery is a
task of its own: a rejected one fails alone, at once and with its reason; the ones that
landed set off the rest of the line.
"""

from airflow.sdk import Asset, AssetWatcher, Param, dag, task

from rasure.runtime import inbox
from rasure.runtime.arrivals import DeliveryArrived
from rasure.runtime.orchestration import DEFAULTS, deadline, land_offered

SOURCE = "police_uk"
RAW = Asset("rasure://raw")
arrival = Asset(
    f"rasure://landing/{SOURCE}",
    watchers=[
        AssetWatcher(
            name="deliveries", trigger=DeliveryArrived(str(inbox.folder(SOURCE)))
        )
    ],
)


@dag(
    dag_id=f"ingest_{SOURCE}",
    schedule=[arrival],
    max_active_runs=1,
    deadline=deadline(minutes=60),
    default_args=DEFAULTS,
    doc_md=__doc__,
    tags=["landing"],
    params={
        "path": Param(
            None,
            type=["null", "string"],
            description="A ZIP, folder or CSV on this machine; empty: what waits",
        )
    },
)
def ingest():
    @task
    def find_deliveries(params: dict) -> list[str]:
        return [params["path"]] if params["path"] else inbox.waiting(SOURCE)

    @task(outlets=[RAW], max_active_tis_per_dagrun=2)
    def land_delivery(path: str) -> dict:
        return land_offered(SOURCE, path)

    land_delivery.expand(path=find_deliveries())


ingest()
