-- A code as it is compared: without the blanks around it, and without case. People type
-- codes, and a column of fixed length pads them.
create function ops.code_key(code text) returns text
language sql immutable parallel safe as
$$ select upper(btrim(code, E' \t\r\n\u00a0')) $$;

-- Days that a force's system writes where there is no date, beside those of the seed
-- `date_stand_ins`: an array of dates as text.
alter table ops.niche_mappings
    add column stand_in_days text not null default '{}';

-- The codes of mappings are kept as `ops.code_key` gives them; each is written again.
update ops.niche_mappings set digest = '';
