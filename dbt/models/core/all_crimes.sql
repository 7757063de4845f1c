-- Every crime, of whatever source, each force by the one source that counts it. A view:
-- what is costly was done for each source before.
{{ config(materialized='view', post_hook=[]) }}
-- depends_on: {{ ref('dim_force') }}

select crimes.*
from (
    {{ given('crimes') }}
) as crimes
where {{ is_counted('crimes') }}
