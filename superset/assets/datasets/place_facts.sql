-- The facts of each ranked place for its briefing, by its name in the ranked list.
select
    force_name,
    area,
    rank || '. ' || place_name as place,
    hot_spot_name,
    main_crime_types,
    peak_hours,
    institution_near,
    patrol_zones,
    trend,
    rank,
    crimes_28_days,
    crimes_28_days_before,
    crimes_28_days_year_before,
    crimes_12_months,
    crimes_12_months_before,
    crimes_six_years,
    round(100 * knife_share::numeric) || '%' as knife,
    round(100 * unknown_time_share::numeric) || '%' as unknown
from marts.place_profile
