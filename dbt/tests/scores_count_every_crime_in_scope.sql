with

scores as (
    select
        force,
        sum(crimes) as crimes
    from {{ ref('place_scores') }}
    group by force
),

in_scope as (
    select
        force,
        count(*) as crimes
    from {{ ref('fct_crime') }}
    where is_place_event
        and not is_at_institution
    group by force
)

select
    in_scope.force,
    in_scope.crimes,
    scores.crimes as crimes_scored
from in_scope
full join scores on in_scope.force = scores.force
where in_scope.crimes is distinct from scores.crimes
