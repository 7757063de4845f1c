-- Which method suits a force, by `rasure places method`: one row for each force, window
-- and definition, kept until the definition changes. `definition_id` is a digest of it.
create table places.method_choices (
    force         text not null,
    patrol_window text not null check (patrol_window in ('all', 'day', 'night')),
    definition_id text not null,
    method        text not null check (method in ('grid', 'free')),
    choice        jsonb not null,
    chosen_at     timestamptz not null default now(),
    primary key (force, patrol_window, definition_id)
);
