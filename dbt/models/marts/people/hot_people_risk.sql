-- Adults at risk of causing serious violence, each with the rule that put them here.

{{ risk_list("'adult'") }}
