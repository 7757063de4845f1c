{#- Local Getis-Ord Gi* (Getis and Ord 1992, Ord and Getis 1995) with binary weights and
    each cell among its own neighbours:
    Gi* = (sum x - xbar W) / (S sqrt((n W - W^2) / (n - 1))),
    S = sqrt(mean(x^2) - xbar^2), W the number of neighbours; about standard normal.
    Selects (force, cell_id, value, value_around, gi_star); no rows for a force whose
    cells are all alike.
    cells: a relation with force, cell_id and value (integer), every cell of a force;
    neighbours: a relation with cell_id and neighbour_ids (an array), every cell once. A
    cell is its own neighbour, and the relation is symmetric, so that the sums around
    the cells are computed from the few cells whose value is not 0. -#}
{% macro gi_star(cells, neighbours) -%}
    (
        with

        totals as (
            select
                force,
                count(*)::double precision as n,
                avg(value)::double precision as mean,
                sqrt(avg(value * value) - avg(value) * avg(value))::double precision
                    as deviation
            from {{ cells }}
            group by force
        ),

        around as (
            select
                neighbour.cell_id,
                sum(cells.value) as value_around
            from {{ cells }} as cells
            inner join {{ neighbours }} as neighbours
                on cells.cell_id = neighbours.cell_id
            cross join lateral unnest(neighbours.neighbour_ids) as neighbour (cell_id)
            where cells.value <> 0
            group by neighbour.cell_id
        ),

        weighted as (
            select
                cells.force,
                cells.cell_id,
                cells.value,
                cardinality(neighbours.neighbour_ids)::double precision as w,
                coalesce(around.value_around, 0)::double precision as value_around
            from {{ cells }} as cells
            inner join {{ neighbours }} as neighbours
                on cells.cell_id = neighbours.cell_id
            left join around on cells.cell_id = around.cell_id
        )

        select
            weighted.force,
            weighted.cell_id,
            weighted.value,
            weighted.value_around,
            (weighted.value_around - totals.mean * weighted.w)
            / (
                totals.deviation
                * sqrt(
                    (totals.n * weighted.w - weighted.w * weighted.w) / (totals.n - 1)
                )
            ) as gi_star
        from weighted
        inner join totals
            on weighted.force = totals.force
            and totals.deviation > 0
            and weighted.w < totals.n
    )
{%- endmacro %}
