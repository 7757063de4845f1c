-- Once doubled rows are resolved, an id stands once in a file.
select
    file_id,
    count(*) as ids_too_many
from (
    select file_id
    from {{ ref('int_police_uk_crimes') }}
    where crime_id is not null
    group by file_id, crime_id
    having count(*) > 1
) as doubled
group by file_id
