-- Of a row in quarantine whose fields could be told apart, its reference and what it says
-- about who may see it. Null where nobody read it, as in every row from before.
alter table quarantine.incidents
    add column record_id text,
    add column is_restricted text;
