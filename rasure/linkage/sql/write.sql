-- PostgreSQL, in the transaction of a run: close the golden ids that no longer hold and
-- open those that do. $among(…) is true, or, in a run on a few, that the record is one
-- of these. Records that were erased while the run was under way are not in
-- linkage.persons: nothing of them is written.
delete from changes where not exists (
    select from linkage.persons
    where persons.force = changes.force and persons.person_id = changes.person_id
);

update linkage.golden_ids set effective_to = clock.instant
from changes, clock
where golden_ids.effective_to is null
    and golden_ids.force = changes.force
    and golden_ids.person_id = changes.person_id;

insert into linkage.golden_ids (force, person_id, golden_id, effective_from, reason)
select
    changes.force,
    changes.person_id,
    changes.golden_id,
    clock.instant,
    changes.reason
from changes cross join clock;

delete from linkage.pairs where $among(pairs.force_l, pairs.person_l) and not exists (
    select from linkage.persons
    where persons.force = pairs.force_l and persons.person_id = pairs.person_l
);

delete from linkage.pairs where $among(pairs.force_r, pairs.person_r) and not exists (
    select from linkage.persons
    where persons.force = pairs.force_r and persons.person_id = pairs.person_r
);

-- Delete open questions that no longer arise; one that still does keeps its number.
delete from linkage.reviews
where status = 'open' and $among(reviews.force_l, reviews.person_l) and not exists (
    select from questions
    where (questions.force_l, questions.person_l, questions.force_r, questions.person_r)
        = (reviews.force_l, reviews.person_l, reviews.force_r, reviews.person_r)
);

insert into linkage.reviews (force_l, person_l, force_r, person_r, probability)
select force_l, person_l, force_r, person_r, probability
from questions
where exists (
    select from linkage.persons
    where persons.force = force_l and persons.person_id = person_l
) and exists (
    select from linkage.persons
    where persons.force = force_r and persons.person_id = person_r
)
on conflict (force_l, person_l, force_r, person_r)
do update set probability = excluded.probability
where reviews.status = 'open';
