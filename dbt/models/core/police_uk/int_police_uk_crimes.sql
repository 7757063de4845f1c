{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook=['{{ delete_stale_force_months() }}', '{{ share_among_workers() }}'],
        indexes=[
            {'columns': ['file_id', 'row_number'], 'unique': true},
            {'columns': ['hexagon_id']},
        ],
        meta={'statistics': ['file_id', 'place_id', 'hexagon_id', 'month', 'force']},
    )
}}

with

street as (
    select * from {{ ref('stg_police_uk__street') }}
    {%- if is_incremental() %}
    where force_month not in (select built.force_month from {{ this }} as built)
    {%- endif %}
),

doubled_rows as (
    select * from {{ ref('doubled_rows') }}
),

places as (
    select * from {{ ref('int_police_uk_places') }}
),

crime_types as (
    select * from {{ ref('dim_crime_type') }}
),

latest_outcomes as (
    select * from {{ ref('latest_outcomes') }}
),

final as (
    select
        street.crime_id,
        places.place_id,
        places.hexagon_id,
        places.area_id,
        places.area_ids,
        places.lsoa_code,
        places.institution_id,
        street.load_id,
        street.file_id,
        street.row_number,
        street.force,
        street.force_month,
        street.crime_type,
        coalesce(latest_outcomes.outcome, street.last_outcome_category) as outcome,
        places.geocode_quality,
        vintages.lsoa_vintage,
        coalesce(doubled_rows.rows_published, 1::smallint) as rows_published,
        outcome_files.outcome_files_version,
        coalesce(crime_types.harm_days, 0) as harm_days,
        coalesce(crime_types.is_serious_violence, false) as is_serious_violence,
        coalesce(crime_types.is_police_generated, false) as is_police_generated,
        places.is_at_institution,
        places.is_located,
        street.month
    from street
    inner join places on {{ place_id('street') }} = places.place_id
    inner join {{ ref('int_file_vintages') }} as vintages
        on street.file_id = vintages.file_id
    inner join {{ ref('int_outcome_files') }} as outcome_files
        on street.force = outcome_files.force
    left join crime_types on street.crime_type = crime_types.crime_type
    left join latest_outcomes
        on street.crime_id = latest_outcomes.crime_id
        and street.force = latest_outcomes.force
    left join doubled_rows
        on street.file_id = doubled_rows.file_id
        and street.row_number = doubled_rows.row_number
    where doubled_rows.is_kept is not false
)

select * from final
