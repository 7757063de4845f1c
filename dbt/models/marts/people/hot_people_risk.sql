-- Adults at risk of causing serious violence, each with the rules that they meet.

{{ risk_list("'adult'") }}
