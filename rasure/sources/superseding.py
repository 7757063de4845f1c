"""The query of the files that a later delivery supersedes, which sources share."""

from __future__ import annotations


def superseded_files(source: str, newer: str, condition: str) -> str:
    """The query of the files of a source that a newer file supersedes, each with the
    load that does (see `Source.superseded_files`).

    `newer` is a query of the newer files on the relation `landed`, with the columns
    `force`, `kind` and `load_id`. `condition` says when a file of `newer` supersedes
    one of `landed`, of the same force and kind.
    """
    return f"""
        with
        landed as (
            select
                files.file_id,
                files.load_id,
                files.force,
                files.kind,
                files.month,
                files.rows_landed,
                deliveries.kind as delivery_kind,
                deliveries.extracted_at,
                deliveries.landed_at
            from ops.delivery_files as files
            inner join ops.deliveries as deliveries
                on files.load_id = deliveries.load_id
            where deliveries.source = '{source}' and deliveries.state = 'landed'
        ),
        newer as ({newer})

        select landed.file_id, newer.load_id as superseded_by
        from landed
        inner join newer
            on landed.force = newer.force
            and landed.kind = newer.kind
            and {condition}
    """
