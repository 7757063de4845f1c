{#- The registry of sources is `vars: sources:` in dbt_project.yml. A source gives a
    thing to core by a model `<source>_<thing>` in its own folder; one model of core puts
    together what all sources give of that thing, and its columns in
    models/core/contracts.yml are the contract. -#}


{#- What all sources give of a thing, as one select: the columns of the contract and the
    name of the source. A column that a source leaves out is null. A source that has
    never landed has no model in the warehouse and adds nothing.
    thing: as in `gives` of the registry, for instance `crimes`. -#}
{% macro given(thing) -%}
    {%- set models = [] -%}
    {%- for inbound in var('sources') if thing in inbound.gives -%}
        {%- do models.append((inbound, ref(inbound.name ~ '_' ~ thing))) -%}
    {%- endfor -%}
    {%- if execute -%}
        {%- set contract = contract_of_model() -%}
        {%- set selects = [] -%}
        {%- for inbound, relation in models if is_built(relation) -%}
            {%- set columns = columns_of(relation) -%}
            {%- do check_contract(inbound, relation, contract, columns) -%}
            {%- do selects.append(given_by(inbound, relation, contract, columns)) -%}
        {%- endfor -%}
        {{ selects | join('\nunion all\n') or given_by_nobody(contract) }}
    {%- else -%}
    select null as source
    {%- endif -%}
{%- endmacro %}


{#- What one source gives. -#}
{% macro given_by(inbound, relation, contract, columns) -%}
select
    '{{ inbound.name }}' as source
    {%- for column, expected in contract.items() -%}
    ,
    {% if column in columns -%}
    given.{{ column }}
    {%- else -%}
    null::{{ expected.data_type }} as {{ column }}
    {%- endif -%}
    {%- endfor %}
from {{ relation }} as given
{%- endmacro %}


{#- What a relation has of a contract, as one select: for a source's model
    `<source>_<thing>` whose columns have the names of the contract already.
    model_name: the model of core with the contract, for instance `all_crimes`.
    instead: expressions for columns, where the column itself is not what is given.
    name: of the relation in these expressions. -#}
{% macro what_is_given(relation, model_name, instead={}, name='given') -%}
    {%- set given = [] -%}
    {%- if execute -%}
        {%- set contract = graph.nodes['model.rasure.' ~ model_name].columns -%}
        {%- for column in columns_of(relation) if column in contract -%}
            {%- if column in instead -%}
                {%- do given.append(instead[column] ~ ' as ' ~ column) -%}
            {%- else -%}
                {%- do given.append(name ~ '.' ~ column) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
select {{ given | join(', ') or '*' }}
from {{ relation }} as {{ name }}
{%- endmacro %}


{#- The columns of `core.fct_crime`: those of the contract of crimes, and what core adds to
    them. -#}
{% macro crime_columns() -%}
    {%- set columns = ['is_patrol_relevant', 'is_place_event', 'score_weight'] -%}
    {%- if execute -%}
        {%- set contract = graph.nodes['model.rasure.all_crimes'].columns -%}
        {{ return((contract | list) + columns) }}
    {%- endif -%}
    {{ return(columns) }}
{%- endmacro %}


{#- No row, with the columns of the contract. -#}
{% macro given_by_nobody(contract) -%}
select
    null::text as source
    {%- for column, expected in contract.items() -%}
    ,
    null::{{ expected.data_type }} as {{ column }}
    {%- endfor %}
where false
{%- endmacro %}


{#- The columns of the contract that the current model stands for: name to `data_type`
    and `required`, which is `always`, `instants` (of a source that knows instants) or
    empty. `source` is no part of it: the registry gives that. -#}
{% macro contract_of_model() -%}
    {%- set contract = {} -%}
    {%- for name, column in model.get('columns', {}).items() if name != 'source' -%}
        {%- do contract.update({name: {
            'data_type': column.data_type,
            'required': column.meta.get('required', ''),
        }}) -%}
    {%- endfor -%}
    {{ return(contract) }}
{%- endmacro %}


{#- The columns of a relation in the warehouse, name to type. -#}
{% macro columns_of(relation) -%}
    {%- set columns = {} -%}
    {%- for name, type in run_query(
        "select attname, format_type(atttypid, null) from pg_attribute"
        " where attrelid = '" ~ relation ~ "'::regclass and attnum > 0"
        " and not attisdropped order by attnum"
    ).rows -%}
        {%- do columns.update({name: type}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}


{#- Stop unless a model that gives something keeps the contract: it has each column that
    is required of its source, no column that the contract does not know, and each of
    the type that the contract states. -#}
{% macro check_contract(inbound, relation, contract, columns) -%}
    {%- set faults = [] -%}
    {%- for column, expected in contract.items() -%}
        {%- set required = expected.required in ('always', inbound.knows) -%}
        {%- if column not in columns and required -%}
            {%- do faults.append((column, expected.data_type, 'none')) -%}
        {%- elif columns.get(column, expected.data_type) != expected.data_type -%}
            {%- do faults.append((column, expected.data_type, columns[column])) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for column, type in columns.items() if column not in contract -%}
        {%- do faults.append((column, 'no such column', type)) -%}
    {%- endfor -%}
    {%- if faults -%}
        {%- set sentences = [] -%}
        {%- for column, expected, actual in faults -%}
            {%- do sentences.append(
                'column ' ~ column ~ ': expected ' ~ expected ~ ', found ' ~ actual
            ) -%}
        {%- endfor -%}
        {%- do exceptions.raise_compiler_error(
            'Source ' ~ inbound.name ~ ', model ' ~ relation.identifier ~ ': '
            ~ sentences | join('; ') ~ '. The contract is models/core/contracts.yml.'
        ) -%}
    {%- endif -%}
{%- endmacro %}


{#- True if a crime's force is counted by the source that the crime is of. As constants:
    what reads crimes of one force, or of one cell, must not join to find out. -#}
{% macro is_counted(crimes) -%}
    {%- set counted = counted_forces() if execute else [] -%}
    {%- if counted | length -%}
    case {{ crimes }}.source
        {%- for source_name, forces in counted %}
        when '{{ source_name }}' then {{ crimes }}.force in ({{ forces }})
        {%- endfor %}
        else false
    end
    {%- else -%}
    false
    {%- endif -%}
{%- endmacro %}


{#- Each source with the forces that it counts, as they are now: (source, forces as a list
    of literals). -#}
{% macro counted_forces() -%}
    {%- set forces = ref('dim_force') -%}
    {%- if is_built(forces) -%}
        {{ return(run_query(
            "select source, string_agg(quote_literal(force), ', ' order by force)"
            " from " ~ forces ~ " group by source order by source"
        ).rows) }}
    {%- endif -%}
    {{ return([]) }}
{%- endmacro %}


{#- True if a crime happened in a month that its force observes, neither before its data
    begin nor after they end. A source that knows only months gives no others. As
    constants, for the same reason. -#}
{% macro is_observed(crimes) -%}
    {%- set observed = observed_since() if execute else [] -%}
    {%- if observed | length -%}
    (
        not {{ knows_instants(crimes) }}
        or case {{ crimes }}.force
            {%- for force, first, last in observed %}
            when '{{ force }}'
                then {{ crimes }}.month between date '{{ first }}' and date '{{ last }}'
            {%- endfor %}
            else false
        end
    )
    {%- else -%}
    not {{ knows_instants(crimes) }}
    {%- endif -%}
{%- endmacro %}


{#- The forces whose crimes have instants, each with the first day of the first and of the
    last month that it observes. -#}
{% macro observed_since() -%}
    {%- set forces = ref('dim_force') -%}
    {%- if is_built(forces) -%}
        {{ return(run_query(
            "select force, data_from, latest_month from " ~ forces
            ~ " where is_day_dated and data_from is not null order by force"
        ).rows) }}
    {%- endif -%}
    {{ return([]) }}
{%- endmacro %}


{#- True if a row is of a source that knows at which instant something happened. -#}
{% macro knows_instants(relation) -%}
    {%- set names = var('sources')
        | selectattr('knows', 'equalto', 'instants') | map(attribute='name') -%}
    {{ relation }}.source in ('{{ names | join("', '") }}')
{%- endmacro %}


{#- True if a row is of a source that gives a thing. -#}
{% macro gives(thing, relation) -%}
    {%- set names = [] -%}
    {%- for inbound in var('sources') if thing in inbound.gives -%}
        {%- do names.append(inbound.name) -%}
    {%- endfor -%}
    {{ relation }}.source in ('{{ names | join("', '") }}')
{%- endmacro %}


{#- True if a model, seed or table is in the warehouse. -#}
{% macro is_built(relation) -%}
    {%- if execute -%}
        {{ return(load_relation(relation) is not none) }}
    {%- endif -%}
    {{ return(false) }}
{%- endmacro %}


{#- What the contract `places` asks of the ground, for a source whose crimes have points:
    areas, cell, institution and quality of each.
    points: a relation with place_id, force and geom (of the grid; null where the source
    gives no point); each row comes back as one. -#}
{% macro on_the_ground(points) -%}
    (
        select
            placed.*,
            placed.geocode_quality in {{ usable_qualities() }} as is_located
        from (
            select
                points.place_id,
                points.force,
                in_areas.area_id,
                in_areas.area_ids,
                hexagons.hexagon_id,
                institutions.institution_id,
                institutions.kind as institution_kind,
                institutions.name as institution_name,
                case
                    when points.geom is null then 'missing'
                    when hexagons.hexagon_id is null
                        and forces.geom is not null
                        and not st_dwithin(
                            forces.geom, points.geom, {{ var('outside_force_m') }}
                        )
                        then 'outside the force'
                    else 'good'
                end as geocode_quality,
                institutions.institution_id is not null as is_at_institution,
                institutions.institution_id is not null as is_listed_institution,
                points.geom
            from {{ points }} as points
            left join {{ source('geo', 'forces') }} as forces
                on points.force = forces.force
            left join lateral {{ nearest_cell('points.geom') }} as cell on true
            left join {{ source('geo', 'hexagons') }} as hexagons
                on points.force = hexagons.force
                and cell.i = hexagons.i
                and cell.j = hexagons.j
            left join lateral (
                select
                    max(areas.area_id) filter (
                        where areas.area_set
                        = coalesce(settings.default_area_set, 'district')
                    ) as area_id,
                    string_agg(areas.area_id, '|' order by areas.area_id) as area_ids
                from (
                    select distinct on (area_set)
                        area_set,
                        area_id
                    from {{ source('geo', 'areas') }}
                    where areas.force = points.force
                        and st_intersects(areas.geom, points.geom)
                    order by area_set, area_id
                ) as areas
                left join {{ source('geo', 'force_settings') }} as settings
                    on settings.force = points.force
            ) as in_areas on true
            left join lateral (
                select
                    listed.institution_id,
                    listed.kind,
                    listed.name
                from {{ source('geo', 'institutions') }} as listed
                where listed.force = points.force
                    and st_intersects(listed.geom, points.geom)
                order by
                    st_distance(st_centroid(listed.geom), points.geom),
                    listed.institution_id
                limit 1
            ) as institutions on true
        ) as placed
    )
{%- endmacro %}


{#- The tables of rows that landing set aside: of each source those that its sources.yml
    lists under `quarantine`. -#}
{% macro quarantine_tables() -%}
    {%- set tables = [] -%}
    {%- if execute -%}
        {%- for table in graph.sources.values() if table.source_name == 'quarantine' -%}
            {%- do tables.append(table.identifier) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(tables | sort) }}
{%- endmacro %}
