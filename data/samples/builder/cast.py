"""Who the samples are about: invented organisations and persons, each with a valid code and a story.

The same subjects recur in the files of several departments, so that an assessment as of 30 September 2026 has
something to find. Division codes 9901xx and 999999 do not exist in GB/T 2260; every name contains 测试.
"""

from __future__ import annotations

from dataclasses import dataclass

from credit_service.domain.identifier import org_code_check, person_id_check, registration_check, uscc_check


@dataclass(frozen=True)
class Organisation:
    """One invented organisation."""

    name: str
    code: str
    principal: str
    registration: str
    is_business: bool = False

    @property
    def org_code(self) -> str:
        """The organisation code inside the credit code."""
        return self.code[8:17]


@dataclass(frozen=True)
class Person:
    """One invented person."""

    name: str
    number: str


def _organisation(serial: int, brand: str, trade: str) -> Organisation:
    is_business = not trade.endswith(("公司", "合作社", "中心", "医院", "协会"))
    division = 990101 + serial % 20
    body = f"{serial * 48271 % 10**8:08d}"
    code = f"{'92' if is_business else '91'}{division}{body}{org_code_check(body)}"
    registration = f"{division}{body}"
    return Organisation(
        name=f"示范区测试{brand}{serial:04d}{trade}",
        code=code + uscc_check(code),
        principal=f"{'赵钱孙李周吴郑王冯陈'[serial % 10]}测试{'甲乙丙丁戊己庚辛'[serial % 8]}",
        registration=registration + registration_check(registration),
        is_business=is_business,
    )


def _person(name: str, born: str, serial: int) -> Person:
    body = f"999999{born}{serial:03d}"
    return Person(name, body + person_id_check(body))


ORGANISATIONS: dict[str, Organisation] = {
    # 拖欠农民工工资：多次严重处罚，应降至D级。
    "wage_worst": _organisation(9001, "宏图", "建筑工程有限公司"),
    "wage_second": _organisation(9002, "大展", "装饰有限公司"),
    "wage_listed": _organisation(9003, "顺通", "劳务有限公司"),
    "wage_listed_two": _organisation(9004, "永固", "建筑工程有限公司"),
    # 市场监管：假药、假冒伪劣。
    "market_drugs": _organisation(9011, "福满", "医药有限公司"),
    "market_goods": _organisation(9012, "万里", "商贸有限公司"),
    "market_food": _organisation(9013, "嘉禾", "食品有限公司"),
    "market_listed": _organisation(9014, "鸿运", "商贸有限公司"),
    # 税务：虚开、偷税。
    "tax_worst": _organisation(9021, "瑞丰", "商贸有限公司"),
    "tax_second": _organisation(9022, "恒达", "建材有限公司"),
    "tax_listed": _organisation(9023, "长风", "物流有限公司"),
    # 失信被执行人。
    "court_one": _organisation(9031, "海川", "机械有限公司"),
    "court_two": _organisation(9032, "天成", "纺织有限公司"),
    "court_three": _organisation(9033, "北斗", "科技有限公司"),
    # 医保领域严重失信。
    "insurance_listed": _organisation(9041, "安泰", "门诊中心"),
    # 列入经营异常名录。
    "abnormal_only": _organisation(9042, "银桥", "信息咨询有限公司"),
    # 守信：荣誉或A级纳税人，无不良记录，可进红名单。
    "red_one": _organisation(9051, "晨光", "食品有限公司"),
    "red_two": _organisation(9052, "远航", "物流有限公司"),
    "red_three": _organisation(9053, "青禾", "农业发展有限公司"),
    "red_four": _organisation(9054, "立信", "科技有限公司"),
    "red_five": _organisation(9055, "绿源", "环保有限公司"),
    "red_six": _organisation(9056, "同心", "家政服务有限公司"),
    "red_seven": _organisation(9057, "盛景", "文化传媒有限公司"),
    "red_eight": _organisation(9058, "利民", "专业合作社"),
    # 有荣誉，但近期有严重处罚或被列入名单：不得进红名单。
    "fallen_honour": _organisation(9061, "卓越", "化工有限公司"),
    "fallen_tax_a": _organisation(9062, "金穗", "餐饮管理有限公司"),
    "fallen_court": _organisation(9063, "星河", "电子有限公司"),
    # 重点关注：两次严重或多次一般处罚、经营异常。
    "watch_environment": _organisation(9071, "黑土", "化工有限公司"),
    "watch_market": _organisation(9072, "三和", "食品有限公司"),
    "watch_medical": _organisation(9073, "寿康", "口腔门诊中心"),
    "watch_transport": _organisation(9074, "四海", "物流有限公司"),
    "watch_wage": _organisation(9075, "九鼎", "建筑工程有限公司"),
    # 处罚已过公示期。
    "expired_one": _organisation(9081, "白石", "商贸有限公司"),
    "expired_two": _organisation(9082, "紫荆", "餐饮管理有限公司"),
    # 同一处罚报送两次。
    "reported_twice": _organisation(9091, "百川", "汽车服务有限公司"),
    # 无统一社会信用代码的个体工商户。
    "no_code": _organisation(9092, "喜临", "小吃店"),
}

_BRANDS = (
    "朝阳",
    "锦程",
    "云帆",
    "红叶",
    "蓝天",
    "南湖",
    "西岭",
    "东升",
    "六合",
    "七彩",
    "八方",
    "千秋",
    "合众",
    "宁和",
    "平川",
    "禄源",
    "财源",
    "兴邦",
    "旺达",
    "茂林",
    "昌明",
    "隆基",
    "康庄",
    "五岳",
)
_TRADES = (
    "商贸有限公司",
    "食品有限公司",
    "机械有限公司",
    "小吃店",
    "物流有限公司",
    "装饰有限公司",
    "便利店",
    "餐饮管理有限公司",
    "五金店",
    "科技有限公司",
    "建材有限公司",
    "水果店",
)

FILLERS: tuple[Organisation, ...] = tuple(
    _organisation(9101 + number, _BRANDS[number % len(_BRANDS)], _TRADES[number * 5 % len(_TRADES)])
    for number in range(160)
)
"""Ordinary organisations with a minor record or a licence each."""

PERSONS: dict[str, Person] = {
    "star_one": _person("张测试", "19780312", 101),
    "star_two": _person("李测试甲", "19850620", 202),
    "star_three": _person("欧阳测试", "19690908", 303),
    "star_four": _person("王测试乙", "19911117", 404),
    "star_five": _person("赵测试丙", "19740225", 505),
    "star_refused": _person("孙测试丁", "19820430", 606),
    "star_refused_two": _person("周测试戊", "19960714", 707),
    "star_minor": _person("吴测试己", "20110501", 808),
    "star_was_minor": _person("郑测试庚", "20080815", 909),
    "defaulter": _person("冯测试辛", "19751203", 111),
    "defaulter_two": _person("陈测试壬", "19880119", 222),
    "punished": _person("褚测试癸", "19930527", 333),
    "honoured_defaulter": _person("卫测试子", "19801010", 444),
}

NEIGHBOURS: tuple[Person, ...] = tuple(
    _person(
        f"{'蒋沈韩杨朱秦尤许何吕施张孔曹严华'[number % 16]}测试{'甲乙丙丁戊己庚辛'[number // 2 % 8]}",
        f"{1958 + number}{number % 12 + 1:02d}{number % 28 + 1:02d}",
        500 + number,
    )
    for number in range(40)
)
"""Ordinary adults."""
