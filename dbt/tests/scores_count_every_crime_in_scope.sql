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
        crimes.force,
        count(*) as crimes
    from {{ ref('fct_crime') }} as crimes
    where {{ is_place_scope('crimes') }}
    group by crimes.force
)

select
    in_scope.force,
    in_scope.crimes,
    scores.crimes as crimes_scored
from in_scope
full join scores on in_scope.force = scores.force
where in_scope.crimes is distinct from scores.crimes
