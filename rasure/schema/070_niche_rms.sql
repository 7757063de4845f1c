-- Rows of records-management extracts in our column names and in the force's own words
-- (all text, only decoded), every version kept, and those that broke a row rule. Each
-- table's index costs a COPY next to nothing and finds a load, or a record by any id.
do $$
declare
    entity record;
begin
    for entity in
        select name, regexp_split_to_array(trim(words), '\s+') as columns
        from (values
            ('occurrences', 'occurrence_id occurrence_number occurrence_type
                incident_number summary mo_text reported_at recorded_at occurred_from
                occurred_to is_crime cancelled_at transferred_to location_type
                officer_id unit_id access_domain modified_at'),
            ('classifications', 'classification_id occurrence_id sequence
                reported_class reported_subclass recorded_class recorded_subclass
                is_attempt detection_mode effective_from effective_to modified_at'),
            ('outcomes', 'outcome_id classification_id person_id outcome_code
                outcome_on modified_at'),
            ('court_results', 'court_result_id classification_id person_id result
                result_on modified_at'),
            ('persons', 'person_id national_id cro_number date_of_birth
                is_birth_date_estimated sex ethnicity deceased_on person_type
                access_domain modified_at'),
            ('person_names', 'person_name_id person_id name_type forename middle_names
                surname modified_at'),
            ('person_addresses', 'person_address_id person_id address_id address_role
                effective_from effective_to modified_at'),
            ('person_contacts', 'person_contact_id person_id contact_type contact
                modified_at'),
            ('person_merges', 'person_merge_id surviving_person_id merged_person_id
                merged_at unmerged_at modified_at'),
            ('involvements', 'involvement_id occurrence_id person_id roles created_at
                eliminated_at effective_to modified_at'),
            ('addresses', 'address_id x y is_verified premise_name premise_type
                street_number street town postcode uprn modified_at'),
            ('occurrence_addresses', 'occurrence_address_id occurrence_id address_id
                roles is_area_source entered_x entered_y entered_address modified_at'),
            ('weapons', 'weapon_id occurrence_id person_id weapon weapon_use
                modified_at'),
            ('flags', 'flag_id occurrence_id flag flagged_at ended_at modified_at'),
            ('warnings', 'warning_id person_id warning started_on ended_on
                modified_at'),
            ('orders', 'order_id person_id order_type conditions started_on ended_on
                modified_at'),
            ('bails', 'bail_id person_id occurrence_id bail_type conditions started_at
                ended_at modified_at'),
            ('stop_searches', 'stop_search_id person_id occurrence_id searched_at x y
                power object_of_search found outcome officer_id modified_at'),
            ('intelligence', 'intelligence_id person_id topic source_reference
                source_grade information_grade reported_at modified_at'),
            ('officers', 'officer_id collar_number rank unit_id modified_at'),
            ('units', 'unit_id unit area modified_at'),
            ('choices', 'choice_list database_value gui_value'),
            ('deletions', 'record_id entity deleted_at')
        ) as entities (name, words)
    loop
        execute format(
            'create table raw.niche_%s (load_id integer not null'
            ' default raw.load_id(), file_id integer not null default raw.file_id(),'
            ' row_number integer not null default raw.next_row_number(), %s)',
            entity.name,
            (select string_agg(format('%I text', name), ', ' order by place)
             from unnest(entity.columns) with ordinality as listed (name, place))
        );
        execute format(
            'create index niche_%s_places on raw.niche_%s using brin (load_id%s)'
            ' with (pages_per_range = 16)',
            entity.name, entity.name,
            (select string_agg(
                format(', %I text_bloom_ops(n_distinct_per_range = 1000)', name), ''
             ) from unnest(entity.columns) as listed (name)
             where name like '%\_id' and name not in ('national_id', 'record_id'))
        );
        execute 'create table quarantine.niche_' || entity.name
            || ' (like quarantine.police_uk_street)';
    end loop;
end
$$;
