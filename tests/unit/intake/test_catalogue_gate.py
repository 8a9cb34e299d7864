"""What legacy platforms carry without a legal basis is refused by the rules in force; lawful neighbours are not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from credit_service.errors import OutsideCatalogue
from credit_service.rulebook.load import load_rulebook

RULES = Path(__file__).parents[3] / "rules"


@pytest.fixture(scope="module")
def rulebook():
    return load_rulebook(RULES, date(2026, 11, 28))


@pytest.fixture
def gated(desk, rulebook):
    context = replace(
        desk.context,
        catalogue=rulebook.catalogue_classes,
        forbidden=tuple(rulebook.forbidden_topics),
        forbidden_columns=tuple(rulebook.forbidden_columns),
    )
    return replace(desk, context=context)


@pytest.mark.parametrize(
    "topic",
    [
        "电力用户失信黑名单(自然人)",
        "违法违规逃票信息",
        "恶意欠费的个人信息",
        "恶意拖欠物业管理费",
        "欠缴电费",
        "信访",
        "闯红灯",
        "不文明养犬",
        "未执行垃圾分类",
        "拒绝拆迁",
        "欠缴物业费",
    ],
)
def test_matters_without_a_legal_basis_are_refused(gated, topic):
    outcome = gated.read(gated.write_csv([gated.penalty(1, 违法行为类型=topic)]))
    assert outcome.places() == {(2, "违法行为类型", "outside-catalogue")}


@pytest.mark.parametrize("topic", ["恶意拖欠农民工工资", "恶意欠税", "未依法缴纳社会保险费", "违反电力设施保护规定"])
def test_lawful_matters_beside_them_are_accepted(gated, topic):
    assert gated.read(gated.write_csv([gated.penalty(1, 违法行为类型=topic)])).good_rows() == [2]


@pytest.mark.parametrize("template_id", ["black_org", "black_person", "procurement"])
def test_a_list_without_a_topic_is_searched_by_its_facts(gated, template_id):
    template = gated.template(template_id)
    fact = next(column.header for column in template.columns if column.field == "fact")
    row = dict.fromkeys((column.header for column in template.columns), "") | {fact: "电力用户失信"}
    assert (2, fact, "outside-catalogue") in gated.read(gated.write_csv([row])).places()


@pytest.mark.parametrize("column", ["宗教信仰", "血型", "指纹", "病史", "银行存款", "个人收入"])
def test_kinds_of_information_that_nobody_may_collect_refuse_the_file(gated, column):
    with pytest.raises(OutsideCatalogue):
        gated.open(gated.write_csv([gated.penalty(1) | {column: "有"}]))


def test_every_template_is_inside_the_catalogue(desk, rulebook):
    for template in desk.templates:
        assert template.catalogue_classes <= rulebook.catalogue_classes
