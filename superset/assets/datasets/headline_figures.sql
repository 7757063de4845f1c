-- The headline figures of a force, one in each row: the tiles of the overview.
select
    summary.force_name,
    figures.place,
    figures.figure,
    coalesce(figures.value, '–') as value,
    figures.meaning
from marts.force_summary as summary
cross join lateral (
    values
    (1, 'Data as at', to_char(data_as_at, 'DD Mon YYYY'), 'last day in the data'),
    (
        2,
        'Serious violence',
        to_char(serious_violence_latest_month, 'FM999,999,990'),
        'crimes in the latest month'
    ),
    (
        3,
        'Change',
        to_char(
            100.0 * serious_violence_latest_month
            / nullif(serious_violence_month_before, 0)
            - 100,
            'FMSG999,990.0'
        ) || '%',
        'in serious violence, on the month of data before'
    ),
    (
        4,
        'Hot spots',
        to_char(hot_spots, 'FM999,999,990'),
        'groups of designated places'
    ),
    (
        5,
        'Designated area',
        to_char(designated_percent, 'FM990.00') || '%',
        'of the force area'
    ),
    (
        6,
        'Violence captured',
        to_char(100 * designated_share_of_violence, 'FM990.0') || '%',
        'of it is in the designated area'
    )
) as figures (place, figure, value, meaning)
