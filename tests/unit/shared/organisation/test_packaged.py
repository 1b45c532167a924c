"""The organisation files that come with Throughline."""

from typing import Any

import pytest

from shared.organisation import Organisation, from_path, packaged_names
from shared.organisation.phrases import find

RETAILER, MARKETPLACE, CITY = from_path("parcel-retailer"), from_path("marketplace"), from_path("city")
ALL = pytest.mark.parametrize("organisation", [RETAILER, MARKETPLACE, CITY], ids=lambda organisation: organisation.id)


def departments(organisation: Organisation, **facts: str) -> list[str]:
    rule = organisation.rule_for(facts)
    return [department.id for department in organisation.owners(organisation.steps_by(rule))] if rule else []


class TestEachOfThem:
    def test_these_three_are_packaged(self) -> None:
        assert packaged_names() == ("city", "marketplace", "parcel-retailer")

    @ALL
    def test_every_department_owns_a_step(self, organisation: Organisation) -> None:
        assert [found.id for found in organisation.departments if not organisation.steps_of(found.id)] == []

    @ALL
    def test_every_step_is_reached_by_a_category_or_a_rule(self, organisation: Organisation) -> None:
        reached = {step for category in organisation.categories for step in category.steps}
        reached |= {step for rule in organisation.rules for step in organisation.steps_by(rule)}
        reached |= {step for promise in organisation.promises for step in promise.steps}
        assert [step.id for step in organisation.steps if step.id not in reached] == []

    @ALL
    def test_blame_is_known_in_english_and_russian(self, organisation: Organisation) -> None:
        assert min(len(organisation.lexicon.blame[language]) for language in ("en", "ru")) >= 20
        assert organisation.blame_in("The carrier is incompetent", "en")
        assert organisation.blame_in("Снова виноваты водители", "ru")


class TestTheRetailer:
    @pytest.mark.parametrize("language", ["en", "ru"])
    def test_everything_people_read_is_in_both_languages(self, language: str) -> None:
        playbook = RETAILER.playbook
        named: list[Any] = [*RETAILER.departments, *RETAILER.steps, *RETAILER.categories, *RETAILER.promises]
        named += [*playbook.remedies, *playbook.declines, *playbook.learnings, *playbook.preventions]
        assert [item.id for item in named if language not in item.name.languages] == []
        assert [item.id for item in RETAILER.categories if item.id != "other" and not item.words.get(language)] == []

    @pytest.mark.parametrize(
        ("language", "text", "category"),
        [
            ("en", "My parcel still has not arrived.", "late-delivery"),
            ("ru", "Посылка опоздала на неделю", "late-delivery"),
            ("en", "The vase came smashed", "damaged"),
            ("ru", "Ваза пришла разбитой", "damaged"),
            ("en", "You charged my card twice", "payment-error"),
            ("ru", "Деньги списали дважды", "payment-error"),
            ("ru", "Прислали не тот товар", "wrong-item"),
            ("en", "Where is my refund?", "refund-delay"),
            ("ru", "Курьер нагрубил: грубый разговор", "courier-conduct"),
        ],
    )
    def test_its_words_find_the_category(self, language: str, text: str, category: str) -> None:
        assert find(RETAILER.category(category).words[language], text)

    def test_it_keeps_time_in_more_than_one_zone(self) -> None:
        assert len({calendar.timezone for calendar in RETAILER.calendars}) >= 3


class TestTheMarketplace:
    def test_limits_are_per_order_except_for_payment(self) -> None:
        standards = {step.id: step.standard for step in MARKETPLACE.steps}
        assert standards["payment"] is not None
        assert standards["payment"].total_seconds() == 24 * 3600
        assert standards["seller"] is None
        assert standards["carrier"] is None

    @pytest.mark.parametrize(
        ("text", "category"),
        [
            ("Ainda não recebi o produto", "not-delivered"),
            ("Veio com defeito", "defective"),
            ("Comprei dois e só recebi um", "missing-item"),
            ("Quero meu dinheiro de volta", "return-refund"),
        ],
    )
    def test_its_portuguese_words_find_the_category(self, text: str, category: str) -> None:
        assert find(MARKETPLACE.category(category).words["pt"], text)

    def test_a_delivered_order_is_left_to_its_times_and_words(self) -> None:
        assert departments(MARKETPLACE, order_status="delivered") == []

    def test_an_order_that_never_left_the_seller_is_the_sellers(self) -> None:
        assert departments(MARKETPLACE, order_status="processing") == ["seller"]


class TestTheCity:
    @pytest.mark.parametrize(
        ("complaint_type", "descriptor", "location_type", "agency"),
        [
            ("Noise", "Noise, Barking Dog (NR5)", "", "dep"),
            ("Noise - Helicopter", "Other", "Above Address", "edc"),
            ("Noise - House of Worship", "Loud Music/Party", "House of Worship", "nypd"),
            ("PLUMBING", "TOILET", "RESIDENTIAL BUILDING", "hpd"),
            ("Plumbing", "Illegal Work/No Permit/Change In Use", "", "dob"),
            ("ELEVATOR", "ELEVATOR", "RESIDENTIAL BUILDING", "hpd"),
            ("Elevator", "Elevator - Defective/Not Working", "", "dob"),
            ("Asbestos", "Asbestos Complaint (B1)", "", "dep"),
            ("Asbestos", "N/A", "3+ Family Apartment Building", "dohmh"),
            ("Graffiti", "Police Report Requested", "Street", "nypd"),
            ("Graffiti", "Graffiti", "Mixed Use", "dsny"),
            ("Street Sign - Dangling", "Stop", "Street", "dot"),
            ("Damaged Tree", "Branch or Limb Has Fallen Down", "Street", "dpr"),
            ("Taxi Complaint", "Driver Complaint", "Street", "tlc"),
            ("Smoking or Vaping", "Allowed in Smoke Free Area", "Restaurant/Bar/Deli/Bakery", "dohmh"),
            ("DOF Property - Payment Issue", "Misapplied Payment", "Property Address", "dof"),
            ("Home Delivered Meal - Missed Delivery", "1 Missed Meal", "Senior Address", "dfta"),
            ("LinkNYC", "Broken Screen", "Street", "oti"),
            ("School Maintenance", "Other School Condition", "School", "doe"),
            ("MOLD AND MILDEW", "WALL", "RESIDENTIAL BUILDING", "hpd"),
        ],
    )
    def test_what_a_request_says_decides_who_answers(
        self, complaint_type: str, descriptor: str, location_type: str, agency: str
    ) -> None:
        facts = {"complaint_type": complaint_type, "descriptor": descriptor, "location_type": location_type}
        assert departments(CITY, **facts) == [agency]

    def test_an_unknown_type_is_left_to_a_person(self) -> None:
        assert departments(CITY, complaint_type="Something New", location_type="Street") == []

    def test_the_recorded_agency_decides_nothing(self) -> None:
        assert {fact for rule in CITY.rules for fact in rule.when} <= {"complaint_type", "descriptor", "location_type"}
