-- In homes made before, the erasure of a person divided the number of a block with too
-- few digits, which rounded every other one up. A block that the erasure took under its
-- limit was then not found, and its records were not compared.
do $$
begin
    execute replace(
        pg_get_functiondef('linkage.erase_persons(text, text[])'::regprocedure),
        'floor(crowded_blocks.block::numeric / 2)',
        'div(crowded_blocks.block::numeric, 2)'
    );
end
$$;
