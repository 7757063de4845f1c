-- Of a row in quarantine whose fields could be told apart, what it says about who may see
-- its record. Null where nobody read it, as in every row from before: it then protects.
alter table quarantine.niche_occurrences add column access_domain text;
alter table quarantine.niche_persons
    add column access_domain text,
    add column person_type text;
