-- What records management gives to core (contract `crimes`): every notifiable crime.
-- One that starts at a minute that the force's system writes for "not known" has no
-- known hour, and keeps the day that the source wrote.
{{ config(materialized='view') }}
-- depends_on: {{ ref('int_niche_default_minutes') }}

{{ what_is_given(
    ref('int_niche_crimes'),
    'all_crimes',
    instead={
        'is_time_known': 'is_time_known and not ' ~ is_default_start('crimes'),
        'operational_date': day_of_crime(),
        'month': "date_trunc('month', " ~ day_of_crime() ~ ")::date",
    },
    name='crimes',
) }}
