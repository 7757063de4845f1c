-- What the readers of a warehouse may do beside reading: as little as PostgreSQL allows.
--
-- Run by a superuser in the warehouse's database; again changes nothing. `rasure up` does
-- so in the cluster of its own; on a server of yours it is the administrator's
-- (`psql -f`, docs/install.md).
do $$
declare
    owner constant text := (
        select datdba::regrole::text from pg_database where datname = current_database()
    );
    found text;
begin
    -- Everybody may call these until told otherwise. They run SQL out of sight of
    -- Superset's checks, say what a session is called, show or end what others ask, hold
    -- locks that a transform waits for, wait, or write.
    for found in
        select oid::regprocedure::text
        from pg_proc
        where
            pronamespace in (
                select 'pg_catalog'::regnamespace
                union all
                select extnamespace from pg_extension where extname = 'postgis'
            )
            and (
                proname ~ '^(query|table|schema|database|cursor)_to_xml'
                or proname ~ '^pg_(try_)?advisory_'
                or proname ~ '^pg_sleep'
                or proname ~ '^pg_stat_get_backend_'
                or proname in (
                    'set_config', 'ts_stat', 'ts_rewrite', 'pg_stat_get_activity',
                    'pg_cancel_backend', 'pg_terminate_backend',
                    'pg_logical_emit_message', 'lo_creat', 'lo_create',
                    'lo_from_bytea',
                    -- PostGIS answers these of tables that one may not read
                    'st_estimatedextent', '_postgis_stats', '_postgis_selectivity',
                    '_postgis_join_selectivity'
                )
            )
    loop
        execute format('revoke execute on function %s from public', found);
        execute format('grant execute on function %s to %s', found, owner);
    end loop;
    execute format('revoke temporary on database %I from public', current_database());

    for found in
        select format('alter role %I ', rolname)
        from pg_roles
        where rolname in ('rasure_reader', 'rasure_people_reader')
    loop
        execute found || 'set default_transaction_read_only = on';
        execute found || 'set statement_timeout = ''60s''';
        -- an open transaction keeps a transform from putting a new table in place
        execute found || 'set idle_in_transaction_session_timeout = ''60s''';
        execute found || 'set temp_file_limit = ''2GB''';
        execute found || 'connection limit 50';
    end loop;
end
$$;
