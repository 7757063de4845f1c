-- The newest version of each crime: that with the latest update, then of the latest
-- delivery, then the last in its file. A time of ten characters is a day without an
-- hour; a flag of restriction that could not be read restricts. So does a later row in
-- quarantine that does not say that its crime is open, of a force that has the flag.
{{ config(materialized='table', post_hook="{{ gather_statistics() }}") }}

with

crimes as (
    select * from {{ source('raw', 'incidents') }}
),

files as (
    select * from {{ source('ops', 'delivery_files') }}
),

deliveries as (
    select * from {{ source('ops', 'deliveries') }}
),

mappings as (
    select * from {{ source('incidents_ops', 'incident_mappings') }}
),

flagging_forces as (
    select distinct files.force
    from crimes
    inner join files on crimes.file_id = files.file_id
    where crimes.is_restricted is not null
),

quarantined as (
    select
        load_id,
        file_id,
        is_restricted,
        -- Of a row whose fields nobody could tell apart, each may be the reference.
        btrim(
            regexp_split_to_table(
                coalesce(record_id, original),
                case when record_id is null then '[",]' else '$^' end
            )
        ) as reference
    from {{ source('quarantine', 'incidents') }}
),

closed as (
    select
        files.force,
        quarantined.reference,
        max(quarantined.load_id) as load_id
    from quarantined
    inner join files on quarantined.file_id = files.file_id
    inner join flagging_forces on files.force = flagging_forces.force
    where coalesce(btrim(quarantined.is_restricted) not in ('', 'false'), true)
    group by files.force, quarantined.reference
),

versions as (
    select
        crimes.*,
        files.force,
        mappings.clock,
        mappings.crs,
        deliveries.extracted_at,
        {{ incident_instant('crimes.updated_at') }} as updated_on,
        coalesce(
            crimes.x between mappings.west and mappings.east
            and crimes.y between mappings.south and mappings.north,
            false
        ) as is_position,
        count(*) over (
            partition by crimes.file_id, crimes.reference
        ) as rows_of_reference
    from crimes
    inner join files on crimes.file_id = files.file_id
    inner join deliveries on crimes.load_id = deliveries.load_id
    inner join mappings on files.force = mappings.force
),

newest as (
    select distinct on (force, reference) *
    from versions
    order by
        force, reference, updated_on desc nulls last, load_id desc, row_number desc
),

judged as (
    select
        newest.*,
        closed.load_id is not null as is_closed_by_quarantine
    from newest
    left join closed
        on newest.force = closed.force
        and newest.reference = closed.reference
        and newest.load_id <= closed.load_id
),

final as (
    select
        reference,
        file_id,
        force,
        clock,
        crime_type,
        ops.code_key(crime_type) as crime_type_code,
        place,
        location_type,
        ops.code_key(location_type) as location_type_code,
        beat,
        outcome,
        rows_of_reference,
        is_domestic,
        coalesce(is_restricted, false)
        or coalesce('is_restricted' = any(string_to_array(emptied_fields, ',')), false)
        or is_closed_by_quarantine
            as is_restricted,
        is_closed_by_quarantine,
        nullif(
            concat_ws(
                '; ',
                {%- for column in ['occurred_from', 'occurred_to', 'reported_at'] %}
                '{{ column }}: ' || {{ incident_clock_fault(column) }}
                {{- '' if loop.last else ',' }}
                {%- endfor %}
            ),
            ''
        ) as clock_faults,
        length(occurred_from) = 10 as is_day_only,
        {{ incident_instant('occurred_from') }} as occurred_from,
        {{ incident_instant('occurred_to') }} as occurred_to,
        {{ incident_instant('reported_at') }} as reported_at,
        extracted_at,
        case
            when not is_position then null
            when crs = {{ var('grid_srid') }}
                then st_setsrid(st_makepoint(x, y), {{ var('grid_srid') }})
            when crs = 4326 then {{ grid_point('x', 'y') }}
            else
                st_transform(
                    st_setsrid(st_makepoint(x, y), crs), {{ var('grid_srid') }}
                )
        end as geom
    from judged
)

select * from final
