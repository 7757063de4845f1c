"""What Rasure takes from a records-management system: entities and their columns.

Forces name the same thing differently (one system, many builds), so these names are
ours; a force's own file and column names, codes, scales and formats are in its mapping
under `config/niche_rms/`, and nowhere else. Every entity is keyed by one id, carries
`modified_at`, and comes either whole (a full extract) or as the rows that changed (a
delta). What was deleted comes as rows of `deletions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# id: digits, up to 25, never a number; text: as written; code: one of a choice list,
# mapped to a term; codes: several codes in one string; instant: date and time;
# day: a date; flag: yes or no; whole: an integer; metres: a scaled grid coordinate.
Form = Literal[
    "id", "text", "code", "codes", "instant", "day", "flag", "whole", "metres"
]


@dataclass(frozen=True)
class Field:
    """A column of an entity: its name, the form of its values, whether it may be empty.

    `terms` names the mapping's table of codes for a `code` or `codes` field.
    """

    name: str
    form: Form
    is_required: bool = False
    terms: str | None = None


@dataclass(frozen=True)
class Entity:
    """One table of the extract: its name and fields; the first field is its key."""

    name: str
    fields: tuple[Field, ...]

    @property
    def key(self) -> str:
        """The name of the column that identifies a record."""
        return self.fields[0].name


def _entity(name: str, key: str, *fields: str) -> Entity:
    """Build an entity from words of the form `name:form[:terms]`, `!` if required."""
    built = [Field(key, "id", is_required=True)]
    for word in fields:
        field, form, *terms = word.rstrip("!").split(":")
        built.append(
            Field(field, form, word.endswith("!"), terms[0] if terms else None)
        )
    built.append(Field("modified_at", "instant", is_required=True))
    return Entity(name, tuple(built))


_ALL = (
    _entity(
        "occurrences",
        "occurrence_id",
        "occurrence_number:text!",
        "occurrence_type:text",
        "incident_number:text",
        "summary:text",
        "mo_text:text",
        "reported_at:instant!",
        "recorded_at:instant",
        "occurred_from:instant",
        "occurred_to:instant",
        "is_crime:flag!",
        "cancelled_at:instant",
        "transferred_to:text",
        "location_type:code:location_types",
        "officer_id:id",
        "unit_id:id",
        "access_domain:text",
    ),
    _entity(
        "classifications",
        "classification_id",
        "occurrence_id:id!",
        "sequence:whole!",
        "reported_class:text",
        "reported_subclass:text",
        "recorded_class:text!",
        "recorded_subclass:text",
        "is_attempt:flag",
        "detection_mode:code:detection_modes",
        "effective_from:instant!",
        "effective_to:instant",
    ),
    _entity(
        "outcomes",
        "outcome_id",
        "classification_id:id!",
        "person_id:id",
        "outcome_code:text!",
        "outcome_on:day!",
    ),
    _entity(
        "court_results",
        "court_result_id",
        "classification_id:id!",
        "person_id:id!",
        "result:code:court_results!",
        "result_on:day!",
    ),
    _entity(
        "persons",
        "person_id",
        "national_id:text",
        "cro_number:text",
        "date_of_birth:day",
        "is_birth_date_estimated:flag",
        "sex:code:sexes",
        "ethnicity:code:ethnicities",
        "deceased_on:day",
        "person_type:code:person_types",
        "access_domain:text",
    ),
    _entity(
        "person_names",
        "person_name_id",
        "person_id:id!",
        "name_type:code:name_types",
        "forename:text",
        "middle_names:text",
        "surname:text",
    ),
    _entity(
        "person_addresses",
        "person_address_id",
        "person_id:id!",
        "address_id:id!",
        "address_role:code:address_roles",
        "effective_from:day",
        "effective_to:day",
    ),
    _entity(
        "person_contacts",
        "person_contact_id",
        "person_id:id!",
        "contact_type:code:contact_types",
        "contact:text!",
    ),
    _entity(
        "person_merges",
        "person_merge_id",
        "surviving_person_id:id!",
        "merged_person_id:id!",
        "merged_at:instant!",
        "unmerged_at:instant",
    ),
    _entity(
        "involvements",
        "involvement_id",
        "occurrence_id:id!",
        "person_id:id!",
        "roles:codes:roles!",
        "created_at:instant!",
        "eliminated_at:instant",
        "effective_to:instant",
    ),
    _entity(
        "addresses",
        "address_id",
        "x:metres",
        "y:metres",
        "is_verified:flag",
        "premise_name:text",
        "premise_type:code:location_types",
        "street_number:text",
        "street:text",
        "town:text",
        "postcode:text",
        "uprn:text",
    ),
    _entity(
        "occurrence_addresses",
        "occurrence_address_id",
        "occurrence_id:id!",
        "address_id:id",
        "roles:codes:place_roles!",
        "is_area_source:flag",
        "entered_x:metres",
        "entered_y:metres",
        "entered_address:text",
    ),
    _entity(
        "weapons",
        "weapon_id",
        "occurrence_id:id!",
        "person_id:id",
        "weapon:code:weapons!",
        "weapon_use:code:weapon_uses",
    ),
    _entity(
        "flags",
        "flag_id",
        "occurrence_id:id!",
        "flag:code:flags!",
        "flagged_at:instant!",
        "ended_at:instant",
    ),
    _entity(
        "warnings",
        "warning_id",
        "person_id:id!",
        "warning:code:warnings!",
        "started_on:day!",
        "ended_on:day",
    ),
    _entity(
        "orders",
        "order_id",
        "person_id:id!",
        "order_type:code:order_types!",
        "conditions:text",
        "started_on:day!",
        "ended_on:day",
    ),
    _entity(
        "bails",
        "bail_id",
        "person_id:id!",
        "occurrence_id:id!",
        "bail_type:code:bail_types!",
        "conditions:text",
        "started_at:instant!",
        "ended_at:instant",
    ),
    _entity(
        "stop_searches",
        "stop_search_id",
        "person_id:id",
        "occurrence_id:id",
        "searched_at:instant!",
        "x:metres",
        "y:metres",
        "power:text",
        "object_of_search:code:search_objects",
        "found:code:search_finds",
        "outcome:text",
        "officer_id:id",
    ),
    _entity(
        "intelligence",
        "intelligence_id",
        "person_id:id!",
        "topic:code:intelligence_topics!",
        "source_reference:text!",
        "source_grade:text",
        "information_grade:text",
        "reported_at:instant!",
    ),
    _entity("officers", "officer_id", "collar_number:text", "rank:text", "unit_id:id"),
    _entity("units", "unit_id", "unit:text!", "area:text"),
)

CHOICES = Entity(
    "choices",
    (
        Field("choice_list", "text", True),
        Field("database_value", "text", True),
        Field("gui_value", "text", True),
    ),
)
DELETIONS = Entity(
    "deletions",
    (
        Field("record_id", "id", True),
        Field("entity", "text", True),
        Field("deleted_at", "instant", True),
    ),
)

ENTITIES: dict[str, Entity] = {
    entity.name: entity for entity in (*_ALL, CHOICES, DELETIONS)
}
