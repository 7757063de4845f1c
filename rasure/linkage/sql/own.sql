-- DuckDB. Of the postcodes and contacts of each record, those that are its person's own:
-- not of premises that many share, and not of more records than the rules allow. Only
-- these are compared as personal. `districts` are of all postcodes but those of shared
-- premises: a crowded postcode is worth as much as its district.
create or replace table records as
with

own_postcodes as (
    select unique_id, list_sort(list(postcode)) as own_postcodes
    from (select unique_id, unnest(postcodes) as postcode from records)
    where block(14, postcode, 0, 0) not in (from crowded)
    group by unique_id
),

own_contacts as (
    select unique_id, list_sort(list(contact)) as own_contacts
    from (select unique_id, unnest(contacts) as contact from records)
    where block(15, contact, 0, 0) not in (from crowded)
    group by unique_id
)

select records.*, own_postcodes, own_contacts
from records
left join own_postcodes using (unique_id)
left join own_contacts using (unique_id);
