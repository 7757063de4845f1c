{#- What free text says of a knife, by the grammar of the seed `knife_grammar`: a query
    of (force, occurrence_id, knife_text, is_knife_denied), one row for each text that
    says something. `knife_text` is 'stated', 'doubtful' or 'denied'.

    texts: relation of (force, occurrence_id, words), `words` in lower case
    grammar: relation of (part, pattern), regular expressions of PostgreSQL

    A knife is stated or denied only where the text is sure. Everything else is in doubt,
    and a person reads it.

    1. Words for a knife become <knife>, words for stabbing <act>.
    2. What means something else (a stab vest, a name, a kitchen) is taken out.
    3. The text is cut into clauses, at stops and at words such as `but`.
    4. A clause is evidence if somebody uses or holds a knife in it (part `use`), is hurt
       by one (`hurt`), or if one is found on somebody (`found`). A clause whose words
       deny it (`no <knife>`) or doubt it (`may have had a <knife>`) is no evidence, and
       a <knife> with which nobody does anything is in doubt.
    5. Evidence states a knife, unless a clause denies one, or the text gives another
       account (part `account`: hearsay, taken back, another time) or tells of another
       setting (`setting`: a game, an accident, work). A knife that was only found states
       none where the text tells of an attack, since it may have had no part in it.
    6. Without evidence, a denial decides; else a doubt does. That none was seen is a
       denial only where nothing else is said. If what is left is a denial or nothing,
       and the text holds a trace of a knife (`pointed it at`), it is in doubt. -#}
{% macro knife_texts(texts, grammar) -%}
    with

    parts as (
        select
            part,
            string_agg('(?:' || pattern || ')', '|') as pattern
        from {{ grammar }}
        group by part
    ),

    -- <person> and <body> in a pattern stand for the words of those parts.
    whole_patterns as (
        select
            parts.part,
            replace(
                replace(parts.pattern, '<person>', person.pattern),
                '<body>',
                body.pattern
            ) as pattern
        from parts
        inner join parts as person on person.part = 'person'
        inner join parts as body on body.part = 'body'
    ),

    patterns as (
        select
            {%- for part in [
                'stem', 'knife', 'act', 'other sense', 'break', 'denial', 'not seen',
                'doubt', 'hint', 'use', 'hurt', 'found', 'attack', 'account', 'setting',
                'trace',
            ] %}
            max(pattern) filter (where part = '{{ part }}')
                as {{ part | replace(' ', '_') }}{{ ',' if not loop.last }}
            {%- endfor %}
        from whole_patterns
    ),

    -- Each step is materialized, so that an expression is matched once however often its
    -- result is asked for. The first reads every text; it names its expression by a
    -- query and not by a join, so that PostgreSQL shares the texts between its workers.
    -- From there on each wording is read once, however many crimes have it.
    with_stem as materialized (
        select
            texts.force,
            texts.occurrence_id,
            regexp_replace(
                translate(texts.words, '’"“”', ''''), '\?(?=\w)', 'query ', 'g'
            ) as words
        from {{ texts }} as texts
        where texts.words ~ (select patterns.stem from patterns)
    ),

    marked as materialized (
        select
            wordings.words as wording,
            regexp_replace(
                regexp_replace(
                    regexp_replace(wordings.words, patterns.knife, '<knife>', 'g'),
                    patterns.act,
                    '<act>',
                    'g'
                ),
                '[ \t]+',
                ' ',
                'g'
            ) as words
        from (select distinct words from with_stem) as wordings
        cross join patterns
    ),

    clauses as materialized (
        select
            marked.wording,
            marked.words as whole_text,
            clause.words,
            clause.words ~ '<(knife|act)>' as is_named
        from marked
        cross join patterns
        cross join lateral regexp_split_to_table(
            case
                when marked.words like '%<%'
                    then regexp_replace(marked.words, patterns.other_sense, ' ', 'g')
                else marked.words
            end,
            patterns.break
        ) as clause (words)
    ),

    -- A clause is read only until it is decided, since each expression takes time.
    verdicts as materialized (
        select
            clauses.wording,
            clauses.whole_text,
            clauses.is_named,
            case
                when clauses.words ~ patterns.denial
                    then case
                        when clauses.is_named and clauses.words ~ patterns.not_seen
                            then 'not seen'
                        else 'denied'
                    end
                when not clauses.is_named and clauses.words ~ patterns.not_seen
                    then 'not seen'
                when clauses.words ~ patterns.hint then 'doubtful'
                when clauses.is_named and clauses.words ~ patterns.doubt then 'doubtful'
                when clauses.words like '%<knife>%' and clauses.words ~ patterns.use
                    then 'stated'
                when clauses.words like '%<act>%' and clauses.words ~ patterns.hurt
                    then 'stated'
                when clauses.words like '%<knife>%' and clauses.words ~ patterns.found
                    then 'found'
                when clauses.is_named then 'doubtful'
            end as verdict
        from clauses
        cross join patterns
    ),

    texts_judged as (
        select
            wording,
            whole_text,
            bool_or(is_named) as is_named,
            coalesce(bool_or(verdict = 'stated'), false) as is_stated,
            coalesce(bool_or(verdict = 'found'), false) as is_found,
            coalesce(bool_or(verdict = 'denied'), false) as is_denied,
            coalesce(bool_or(verdict = 'doubtful'), false) as is_doubtful,
            coalesce(bool_or(verdict = 'not seen'), false) as is_not_seen
        from verdicts
        group by wording, whole_text
    ),

    decided as materialized (
        select
            texts_judged.wording,
            case
                when texts_judged.is_stated or texts_judged.is_found
                    then case
                        when texts_judged.is_denied then 'doubtful'
                        when texts_judged.whole_text ~ patterns.account then 'doubtful'
                        when texts_judged.whole_text ~ patterns.setting then 'doubtful'
                        when texts_judged.is_stated then 'stated'
                        when texts_judged.whole_text ~ patterns.attack then 'doubtful'
                        else 'stated'
                    end
                when texts_judged.is_doubtful and not texts_judged.is_denied
                    then 'doubtful'
                when texts_judged.whole_text ~ patterns.trace then 'doubtful'
                when texts_judged.is_named then 'denied'
            end as knife_text,
            texts_judged.is_named
            and (texts_judged.is_denied or texts_judged.is_not_seen)
                as is_knife_denied
        from texts_judged
        cross join patterns
    ),

    final as (
        select
            with_stem.occurrence_id,
            with_stem.force,
            decided.knife_text,
            decided.is_knife_denied
        from with_stem
        inner join decided on with_stem.words = decided.wording
        where decided.knife_text is not null
    )

    select * from final
{%- endmacro %}
