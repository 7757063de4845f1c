-- The occurrences in which other parts may count, and not every model has taken: their
-- people changed, or what is known of a person in them, who may be an officer, a child
-- or behind restricted access now.
{{ config(materialized='table') }}

with

final as (
    select
        batch,
        force,
        occurrence_id
    from {{ ref('int_niche_changed_involvements') }}
    union
    select
        goldens.batch,
        goldens.force,
        involvements.occurrence_id
    from {{ ref('int_niche_changed_goldens') }} as goldens
    inner join {{ ref('fct_involvement') }} as involvements
        on goldens.force = involvements.force
        and goldens.golden_id = involvements.golden_id
)

select * from final
