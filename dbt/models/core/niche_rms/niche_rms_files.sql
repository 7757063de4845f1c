-- What records management gives to core (contract `files`): the files since the newest
-- full extract of each entity. A later extract without a file of an entity says that
-- nothing of it has changed.
{{ config(materialized='view') }}

select files.file_id
from {{ ref('stg_niche__files') }} as files
where files.extracted_at >= coalesce(files.gone_before, '-infinity')
