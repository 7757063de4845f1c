-- PostgreSQL. Replace what `linkage` holds of the records that were scored again.
delete from linkage.pairs using to_score
where pairs.force_l = to_score.force and pairs.person_l = to_score.person_id;

delete from linkage.pairs using to_score
where pairs.force_r = to_score.force and pairs.person_r = to_score.person_id;

delete from linkage.persons using to_score
where persons.force = to_score.force and persons.person_id = to_score.person_id;

insert into linkage.persons (force, person_id, fingerprint, keys)
select force, person_id, fingerprint, keys from to_score;

delete from linkage.crowded_blocks;
