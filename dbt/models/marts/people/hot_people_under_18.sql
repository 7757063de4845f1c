-- People under 18, and people without a date of birth, who meet a rule of risk. They
-- are a list of their own, for safeguarding, and never on a patrol list.

{{ risk_list("'under 18', 'age not known'") }}
