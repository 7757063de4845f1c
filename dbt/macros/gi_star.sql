{#- Local Getis-Ord Gi* (Getis and Ord 1992, Ord and Getis 1995) with binary weights and
    each cell among its own neighbours:
    Gi* = (sum x - xbar W) / (S sqrt((n W - W^2) / (n - 1))), S = sqrt(mean(x^2) - xbar^2),
    W the number of neighbours; about standard normal.
    Selects (force, cell_id, value, value_around, gi_star); none where all cells of a
    force are alike.
    cells: a relation with force, cell_id and value (integer), every cell of a force;
    neighbours: a relation with cell_id and neighbour_id, each cell also its own. -#}
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
                neighbours.cell_id,
                count(*)::double precision as w,
                sum(cells.value)::double precision as value_around
            from {{ neighbours }} as neighbours
            inner join {{ cells }} as cells on neighbours.neighbour_id = cells.cell_id
            group by neighbours.cell_id
        )

        select
            cells.force,
            cells.cell_id,
            cells.value,
            around.value_around,
            (around.value_around - totals.mean * around.w)
            / (
                totals.deviation
                * sqrt((totals.n * around.w - around.w * around.w) / (totals.n - 1))
            ) as gi_star
        from {{ cells }} as cells
        inner join totals on cells.force = totals.force and totals.deviation > 0
        inner join around on cells.cell_id = around.cell_id and around.w < totals.n
    )
{%- endmacro %}
