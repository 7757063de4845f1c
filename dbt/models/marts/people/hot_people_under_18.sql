-- Under-18s, and people with no birthday on record, who meet a rule of risk: apart, for
-- safeguarding first, never on a patrol list.

{{ risk_list("'under 18', 'age not known'") }}
