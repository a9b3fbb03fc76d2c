"""The currencies amounts are written in, by the name that follows or the sign that precedes the number."""

from __future__ import annotations

from decimal import Decimal

#: Name after the number -> ISO 4217 code, "" where the name fixes none.
CURRENCIES: dict[str, str] = {
    "元": "CNY", "圆": "CNY", "块": "CNY", "块钱": "CNY", "元钱": "CNY", "人民币": "CNY", "元人民币": "CNY",
    "美元": "USD", "美圆": "USD", "美金": "USD", "欧元": "EUR", "英镑": "GBP", "日元": "JPY", "日圆": "JPY",
    "日币": "JPY", "日本元": "JPY", "港元": "HKD", "港币": "HKD", "港圆": "HKD", "澳门元": "MOP",
    "澳门币": "MOP", "台币": "TWD", "新台币": "TWD", "韩元": "KRW", "韩圆": "KRW", "瑞士法郎": "CHF",
    "澳元": "AUD", "澳大利亚元": "AUD", "加元": "CAD", "加拿大元": "CAD", "新西兰元": "NZD", "纽元": "NZD",
    "新加坡元": "SGD", "新元": "SGD", "卢布": "RUB", "俄罗斯卢布": "RUB", "俄国卢布": "RUB", "卢比": "",
    "印度卢比": "INR", "巴基斯坦卢比": "PKR", "尼泊尔卢比": "NPR", "斯里兰卡卢比": "LKR", "泰铢": "THB",
    "泰元": "THB", "越南盾": "VND", "印度尼西亚盾": "IDR", "印尼盾": "IDR", "马来西亚林吉特": "MYR",
    "林吉特": "MYR", "马币": "MYR", "奈拉": "NGN", "尼日利亚奈拉": "NGN", "比索": "", "菲律宾比索": "PHP",
    "墨西哥比索": "MXN", "阿根廷比索": "ARS", "智利比索": "CLP", "古巴比索": "CUP", "哥伦比亚比索": "COP",
    "法郎": "", "瑞典克朗": "SEK", "挪威克朗": "NOK", "丹麦克朗": "DKK", "冰岛克朗": "ISK",
    "捷克克朗": "CZK", "克朗": "", "南非兰特": "ZAR", "兰特": "ZAR", "巴西雷亚尔": "BRL", "雷亚尔": "BRL",
    "土耳其里拉": "TRY", "里拉": "", "迪拉姆": "", "阿联酋迪拉姆": "AED", "沙特里亚尔": "SAR", "里亚尔": "",
    "伊朗里亚尔": "IRR", "第纳尔": "", "科威特第纳尔": "KWD", "伊拉克第纳尔": "IQD", "埃及镑": "EGP",
    "叙利亚镑": "SYP", "黎巴嫩镑": "LBP", "波兰兹罗提": "PLN", "兹罗提": "PLN", "匈牙利福林": "HUF",
    "福林": "HUF", "缅元": "MMK", "缅甸元": "MMK", "朝鲜元": "KPW", "朝鲜圆": "KPW", "以色列新克尔": "ILS",
    "谢克尔": "ILS", "坚戈": "KZT", "瑞尔": "KHR", "基普": "LAK", "塔卡": "BDT", "比特币": "",
}  # fmt: skip

#: Sign or name before the number -> ISO 4217 code. Folded: Latin letters are lower case.
PREFIXES: dict[str, str] = {
    "人民币": "CNY", "¥": "CNY", "$": "", "us$": "USD", "hk$": "HKD", "nt$": "TWD", "s$": "SGD", "c$": "CAD",
    "can$": "CAD", "nz$": "NZD", "a$": "AUD", "€": "EUR", "£": "GBP", "₩": "KRW",
    "rmb": "CNY", "cny": "CNY", "usd": "USD", "hkd": "HKD", "eur": "EUR",
}  # fmt: skip

#: Coin -> its part of the main unit.
SUBUNITS: dict[str, Decimal] = {
    "角": Decimal("0.1"), "毛": Decimal("0.1"), "毛钱": Decimal("0.1"), "角钱": Decimal("0.1"),
    "分": Decimal("0.01"), "分钱": Decimal("0.01"), "美分": Decimal("0.01"), "欧分": Decimal("0.01"),
    "便士": Decimal("0.01"), "日本钱": Decimal("0.01"), "戈比": Decimal("0.01"),
}  # fmt: skip
