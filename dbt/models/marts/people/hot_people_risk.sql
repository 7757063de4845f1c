-- Adults at risk of causing serious violence, each with the rule that put them here.
{{ config(tags=['confirmation']) }}

{{ risk_list("'adult'") }}
