-- Leave the readers of a warehouse no right but reading, as far as PostgreSQL allows.
--
-- A superuser runs this in the warehouse's database; running it again changes nothing.
-- `rasure up` runs it in the private cluster. On a server of your own, the administrator
-- runs it with `psql -f` (docs/install.md).
do $$
declare
    owner constant text := (
        select datdba::regrole::text from pg_database where datname = current_database()
    );
    function_name text;
    alter_role text;
begin
    -- PostgreSQL lets every role call these functions. They run SQL that Superset has not
    -- checked, change a connection's settings, show or cancel other users' queries, tell
    -- of tables that the caller may not read, hold locks that block a transform, sleep,
    -- or write.
    for function_name in
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
                -- how many rows a table has, how often it is read and written
                or proname ~ '^pg_stat_get_'
                or proname ~ '^pg_(relation|total_relation|table|indexes|database)_size'
                or proname ~ '^pg_relation_file'
                -- the definitions of views that the caller may not read
                or proname in (
                    'pg_get_viewdef', 'pg_get_ruledef', 'pg_get_functiondef',
                    'pg_get_triggerdef', 'pg_get_statisticsobjdef'
                )
                or proname in (
                    'set_config', 'ts_stat', 'ts_rewrite', 'pg_cancel_backend',
                    'pg_terminate_backend', 'pg_logical_emit_message', 'pg_notify',
                    'pg_export_snapshot', 'pg_lock_status', 'pg_prepared_xact',
                    'pg_sequence_last_value', 'pg_current_xact_id', 'txid_current',
                    'lo_creat', 'lo_create', 'lo_from_bytea', 'lo_get', 'loread'
                )
                -- PostGIS answers these for tables that the caller may not read, or
                -- reads and changes a table that it is given by name
                or proname ~ '^_postgis_'
                or proname ~ '^postgis_(constraint|extensions)'
                or proname in (
                    'st_estimatedextent', 'st_findextent', 'find_srid',
                    'populate_geometry_columns', 'addgeometrycolumn',
                    'dropgeometrycolumn', 'dropgeometrytable', 'updategeometrysrid',
                    'st_fromflatgeobuftotable', 'lockrow', 'unlockrows', 'addauth',
                    'checkauth', 'longtransactionsenabled', 'enablelongtransactions',
                    'disablelongtransactions'
                )
            )
    loop
        execute format('revoke execute on function %s from public', function_name);
        execute format('grant execute on function %s to %s', function_name, owner);
    end loop;
    execute format('revoke temporary on database %I from public', current_database());

    for alter_role in
        select format('alter role %I ', rolname)
        from pg_roles
        where rolname in ('rasure_reader', 'rasure_people_reader')
    loop
        execute alter_role || 'set default_transaction_read_only = on';
        execute alter_role || 'set statement_timeout = ''60s''';
        -- an open transaction keeps a transform from replacing a table
        execute alter_role || 'set idle_in_transaction_session_timeout = ''60s''';
        execute alter_role || 'set temp_file_limit = ''2GB''';
        execute alter_role || 'connection limit 50';
    end loop;
end
$$;
