{#- Crimes of so many days, ended so many days ago; `days_ago` counts operational days
    back from the day the data are of, which is 0. -#}
{% macro crimes_of_days(days, ended_ago=0) -%}
    (count(*) filter (
            where days_ago >= {{ ended_ago }} and days_ago < {{ ended_ago + days }}
        ))::integer
{%- endmacro %}


{#- Whether an hour of the week lies in the peak hours that begin at a local hour. -#}
{% macro is_in_peak(hour_of_week, hour_from) -%}
    ({{ hour_of_week }} - {{ hour_from }} + 168) % 24 < {{ var('peak_hours') }}
{%- endmacro %}


{#- The day, 0 for Monday, on which the peak that an hour of the week lies in began: the
    hours after midnight belong to the night before. -#}
{% macro day_of_peak(hour_of_week, hour_from) -%}
    (({{ hour_of_week }} - {{ hour_from }} + 168) % 168 / 24)::integer
{%- endmacro %}


{#- 22:00 of the hour 22, 01:00 of the hour 25. -#}
{% macro clock_time(hour) -%}
    lpad((({{ hour }}) % 24)::text, 2, '0') || ':00'
{%- endmacro %}


{#- What a place's profile says, from `places`, `counts`, `peaks`, `zones`,
    `institutions` and `forces`. -#}
{% macro profile_columns() -%}
    places.force,
        places.force_name,
        places.hexagon_id,
        places.place_name,
        places.area,
        places.hot_spot_name,
        places.designation_id,
        places.main_reason,
        counts.main_crime_types,
        coalesce(peaks.peak_hours, 'too few with a known hour') as peak_hours,
        institutions.institution_near,
        zones.patrol_zones,
        places.trend,
        places.definition_version,
        places.rank,
        places.rank_in_area,
        counts.crimes_28_days,
        counts.crimes_28_days_before,
        counts.crimes_28_days_year_before,
        counts.crimes_12_months,
        counts.crimes_12_months_before,
        counts.crimes_six_years,
        counts.knife_share,
        peaks.unknown_time_share,
        places.score,
        places.is_designated,
        counts.counted_to,
        forces.data_as_at
{%- endmacro %}
