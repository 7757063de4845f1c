-- What reviewers said of candidates, append-only: the newest review of a hexagon that
-- has not expired is in force. `patrol_window` is null for a review of every window.
create table places.reviews (
    review_id     bigint generated always as identity primary key,
    force         text not null,
    patrol_window text check (patrol_window in ('all', 'day', 'night')),
    hexagon_id    text not null,
    hot_spot_id   text,
    decision      text not null check (decision in ('accepted', 'rejected')),
    reason        text,
    note          text,
    reviewer      text not null,
    decided_at    timestamptz not null default clock_timestamp(),
    expires_on    date not null,
    check (decision = 'accepted' or reason is not null)
);

create index reviews_hexagon on places.reviews (force, hexagon_id);

-- The reviews that a version was made under.
create table places.designation_reviews (
    designation_id text not null references places.designations on delete cascade,
    review_id      bigint not null references places.reviews,
    primary key (designation_id, review_id)
);
