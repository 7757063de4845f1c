{#- The share of an hour in the profile of a subject with few events, drawn towards the
    force's: (k f + w) / (k + n). k is the number of events that the force's profile
    counts for, f the hour's share in that profile, w the subject's own weight in the
    hour and n its number of events. -#}
{% macro shrunk_share(own_weight, own_events, force_share, shrinkage_events) -%}
    coalesce(
        ({{ shrinkage_events }} * ({{ force_share }}) + {{ own_weight }})
        / ({{ shrinkage_events }} + {{ own_events }}),
        0
    )
{%- endmacro %}
