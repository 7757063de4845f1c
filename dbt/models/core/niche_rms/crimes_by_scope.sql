-- The crimes of each scope, a row for each scope and crime: scopes are counted apart,
-- and a crime can be in several. A crime that a knife alone would bring in, and whose
-- text leaves the knife in doubt, is here too, to be reviewed and not counted.
{{ config(materialized='view', post_hook=[]) }}

select
    scopes.scope,
    crimes.crime_key,
    crimes.occurrence_id,
    crimes.force,
    coalesce(scopes.offence, crimes.crime_type) as offence,
    crimes.recorded_class,
    scopes.definition_version,
    ({{ is_in_scope('scopes', 'crimes') }}) as is_counted,
    crimes.is_restricted,
    {{ recorded_month('crimes') }} as recorded_month
from {{ ref('int_niche_crimes') }} as crimes
inner join {{ ref('scope_offences') }} as scopes
    on coalesce(crimes.offence_id, '') = scopes.offence_id
where {{ is_in_scope('scopes', 'crimes') }}
    or {{ may_be_in_scope('scopes', 'crimes') }}
