"""The place names with which the name of a public body begins: province, city, district."""

from __future__ import annotations

import re

_PARTY = re.compile(
    r"^(?:中国共产党|中共|中国国民党革命委员会|中国|共青团|政协|九三学社|民盟|民建|民进|致公党)(?=.{3,})"
)
_PROVINCE = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,3}省|(?:内蒙古|广西壮族|西藏|宁夏回族|新疆维吾尔)自治区|新疆生产建设兵团)"
)
_PLACE = r"(?:(?![局委院会部厅办处署省市县])[\u4e00-\u9fff])"
_CITY = re.compile(rf"^{_PLACE}{{2,7}}?(?:市|自治州|地区|盟)")
_DISTRICT = re.compile(rf"^{_PLACE}{{1,8}}?(?:自治县|自治旗|县|旗(?![区县市])|区|市)")
#: Words that end like a place and are none.
_NO_PLACE = re.compile(
    r"(?:城市|社区|小区|军区|市区|辖区|林区|灾区|景区|片区|校区|院区|郊区|山区|城区|园区|库区|牧区|地区|超市|街区)$"
)


def region_of(name: str) -> str:
    """Return the place names that a body's name begins with, "" where it begins with none.

    Example:
        >>> region_of("上海市普陀区司法局"), region_of("中共重庆市委宣传部"), region_of("昆明市城市管理局")
        ('上海市普陀区', '重庆市', '昆明市')

    """
    rest = _PARTY.sub("", name)
    found = []
    for pattern in (_PROVINCE, _CITY, _DISTRICT):
        match = pattern.match(rest)
        if match and not (pattern is not _PROVINCE and _NO_PLACE.search(match.group())):
            found.append(match.group())
            rest = rest[match.end() :]
    return "".join(found)


def without_region(name: str) -> str:
    """Return a body's name without party and place in front.

    Example:
        >>> without_region("上海市普陀区人民政府万里街道办事处")
        '人民政府万里街道办事处'

    """
    rest = _PARTY.sub("", name)
    return rest.removeprefix(region_of(name)) or rest
