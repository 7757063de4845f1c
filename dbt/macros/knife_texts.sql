{#- What free text says of a knife, by the grammar of the seed `knife_grammar`: a query
    of (force, occurrence_id, knife_text, is_knife_denied), one row for each text that
    says something. `knife_text` is 'stated', 'doubtful' or 'denied'.

    texts: relation of (force, occurrence_id, words), `words` in lower case
    grammar: relation of (part, pattern), regular expressions of PostgreSQL

    1. Words for a knife become <knife>, words for stabbing <act>.
    2. What means something else (a stab vest, a name, a kitchen) is taken out.
    3. The text is cut into clauses, at stops and at words such as `but`.
    4. A clause that holds <act>, or a <knife> in use (`pulled out a <knife>`), states a
       knife, unless its words deny it (`no <knife>`) or leave it in doubt (`may have had
       a <knife>`). A <knife> that nobody uses is in doubt. A clause may also deny or doubt
       without naming one (`turned out to be a comb`).
    5. A clause that states a knife decides, unless another denies it, which leaves it in
       doubt; else a denial decides; else a doubt does. That none was seen is a denial
       only where nothing else is said. -#}
{% macro knife_texts(texts, grammar) -%}
    with

    patterns as (
        select
            {%- for part in [
                'stem', 'knife', 'act', 'other sense', 'break', 'denial', 'not seen',
                'doubt', 'use',
            ] %}
            string_agg('(?:' || pattern || ')', '|') filter (where part = '{{ part }}')
                as {{ part | replace(' ', '_') }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ grammar }}
    ),

    -- Materialized: one cheap look at every text comes before the dear ones, and each
    -- expression is matched once, however often it is asked for below.
    with_stem as materialized (
        select
            texts.force,
            texts.occurrence_id,
            regexp_replace(
                translate(texts.words, '’"“”', ''''), '\?(?=\w)', 'query ', 'g'
            ) as words
        from {{ texts }} as texts
        cross join patterns
        where texts.words ~ patterns.stem
    ),

    marked as materialized (
        select
            with_stem.force,
            with_stem.occurrence_id,
            regexp_replace(
                regexp_replace(
                    regexp_replace(with_stem.words, patterns.knife, '<knife>', 'g'),
                    patterns.act,
                    '<act>',
                    'g'
                ),
                '[ \t]+',
                ' ',
                'g'
            ) as words
        from with_stem
        cross join patterns
    ),

    clauses as materialized (
        select
            marked.force,
            marked.occurrence_id,
            clause.words
        from marked
        cross join patterns
        cross join lateral regexp_split_to_table(
            regexp_replace(marked.words, patterns.other_sense, ' ', 'g'),
            patterns.break
        ) as clause (words)
    ),

    signs as materialized (
        select
            clauses.force,
            clauses.occurrence_id,
            clauses.words ~ '<(knife|act)>' as is_named,
            clauses.words ~ '<act>' or clauses.words ~ patterns.use as is_in_use,
            clauses.words ~ patterns.denial as is_denied,
            clauses.words ~ patterns.not_seen as is_not_seen,
            clauses.words ~ patterns.doubt as is_doubted
        from clauses
        cross join patterns
    ),

    verdicts as (
        select
            force,
            occurrence_id,
            is_named,
            case
                when is_not_seen and is_denied and is_named then 'not seen'
                when is_denied then 'denied'
                when is_not_seen and not is_named then 'not seen'
                when is_doubted then 'doubtful'
                when is_named and is_in_use then 'stated'
                when is_named then 'doubtful'
            end as verdict
        from signs
    ),

    texts_judged as (
        select
            force,
            occurrence_id,
            bool_or(is_named) as is_named,
            coalesce(bool_or(verdict = 'stated'), false) as is_stated,
            coalesce(bool_or(verdict = 'denied'), false) as is_denied,
            coalesce(bool_or(verdict = 'doubtful'), false) as is_doubtful,
            coalesce(bool_or(verdict = 'not seen'), false) as is_not_seen
        from verdicts
        group by force, occurrence_id
    ),

    final as (
        select
            occurrence_id,
            force,
            case
                when is_stated and not is_denied then 'stated'
                when is_stated then 'doubtful'
                when is_denied then 'denied'
                when is_doubtful then 'doubtful'
                else 'denied'
            end as knife_text,
            is_named and (is_denied or is_not_seen) as is_knife_denied
        from texts_judged
        where is_named or is_doubtful
    )

    select * from final
{%- endmacro %}
