from rasure.places.hot_spots import Recorded, hot_spot_names, share_at_one_location


def at(street, crimes, district="Slough", label=None):
    return Recorded(street, label, district, crimes)


def test_named_after_the_busiest_street_and_its_district():
    spot = [at("Mill Lane", 4), at("High Street", 3), at("High Street", 3)]
    assert hot_spot_names([("a", spot)]) == ["High Street, Slough"]


def test_a_street_comes_before_a_kind_of_place_with_more_crimes():
    spot = [at(None, 90, label="supermarket"), at("Mill Lane", 2)]
    assert hot_spot_names([("a", spot)]) == ["Mill Lane, Slough"]


def test_without_a_street_the_kind_of_place():
    assert hot_spot_names([("a", [at(None, 9, label="parking area")])]) == [
        "Parking area, Slough"
    ]


def test_without_any_location_the_hexagon():
    assert hot_spot_names([("kent:1:2", [])]) == ["Hexagon kent:1:2"]


def test_two_of_one_name_get_their_second_street():
    spots = [
        ("a", [at("High Street", 9), at("Mill Lane", 2)]),
        ("b", [at("High Street", 5), at("Church Street", 1)]),
        ("c", [at("High Street", 5, "Reading")]),
    ]
    assert hot_spot_names(spots) == [
        "High Street and Mill Lane, Slough",
        "High Street and Church Street, Slough",
        "High Street, Reading",
    ]


def test_what_is_still_alike_is_numbered():
    spots = [(name, [at("High Street", 5)]) for name in "abc"]
    assert hot_spot_names(spots) == [
        "High Street, Slough",
        "High Street, Slough (2)",
        "High Street, Slough (3)",
    ]


def test_ties_go_by_the_alphabet():
    spot = [at("Mill Lane", 4), at("Abbey Road", 4)]
    assert hot_spot_names([("a", spot)]) == ["Abbey Road, Slough"]


def test_the_publishers_capital_after_an_apostrophe_is_mended():
    assert hot_spot_names([("a", [at("Paul'S Row", 1)])]) == ["Paul's Row, Slough"]


def test_a_spot_that_one_location_makes_hot_can_be_told():
    spot = [at("Mill Lane", 5), at("Mill Lane", 4), at(None, 3, label="supermarket")]
    assert share_at_one_location(spot) == 9 / 12
    assert share_at_one_location([]) == 0
