-- Records management says of every crime whether it was in public, domestic abuse or
-- with a knife. The contract leaves that open, for sources that do not know.
{{ config(tags=['niche_rms']) }}

select crime_key
from {{ ref('niche_rms_crimes') }}
where is_public_place is null
    or is_domestic_abuse is null
    or is_knife_enabled is null
