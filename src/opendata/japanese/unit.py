"""Names with a unit in brackets, a bullet before or a footnote mark behind: 委員総数（人）※1."""

from __future__ import annotations

import re

from opendata.japanese.text import fold

_COUNTERS = """
    人 名 組 件 回 戸 台 本 冊 点 校 園 館 店 社 団体 組織 組合 世帯 施設 機関 箇所 か所 カ所 ヶ所
    ケ所 地点 地区 地域 路線 区間 橋 池 基 灯 頭 匹 羽 株 樹 棟 室 床 席 枚 部 通 票 票数 種
    種類 項目 事業 業務 講座 教室 企業 事業所 事業者 経営体 法人 農家 サイト 品目 商品 作品 資料
    手続 システム データセット 日 時間 分 秒 年 月 週 か月 ヶ月 歳 円 ドル 点数 位 倍 割
    ポイント pt 泊 人泊 人日 人回 人時 度 トン t kg g mg l kl ml km m cm mm km2 m2 cm2 ha a m3
    kw kwh mwh gwh mj gj tj t-co2 kg-co2 % ‰ ppm ppb db teu dl w
"""
_COUNTER = "|".join(sorted(map(re.escape, _COUNTERS.split()), key=len, reverse=True))
_ONE = rf"(?:延べ?)?(?:[十百千]?[万億兆]|百|千|十)?(?:{_COUNTER})"
_UNIT = re.compile(rf"{_ONE}(?:[/・]{_ONE})*|人口[0-9,十百千万]+人?(?:対|当たり|あたり)?", re.I)
_MEASURE = re.compile(
    r"(?:[十百千]?[万億兆]|百|千)?(?:円|ドル|割|倍|%|‰|pp[mb]|db|歳|[秒分日月年]|時間|か月|ヶ月|トン"
    r"|t|[kmμ]?g|[mk]?l|dl|[kmc]?m[23]?|ha|a|[kmgt]?wh?|[mgt]j|k?g-co2|t-co2)(?:/.*)?",
    re.I,
)
_BRACKET = re.compile(
    r"(?P<name>.*?)\s*[(\[【]\s*(?:単位\s*:?\s*)?(?P<unit>[^()\[\]【】]{1,12}?)\s*[)\]】]\s*", re.S
)
_BULLET = re.compile(r"[\s]*[○●◎◯〇◇◆□■▪▫・▶►▷☆★➢✓⇒→][\s]*(?=\S{2})")
_FOOTNOTE = re.compile(
    r"\s*(?:[(（]\s*(?:[※＊*]|注)\s*[0-9０-９]*\s*[)）]|[※＊*]\s*[0-9０-９]*|注[0-9０-９]+\)?)\s*$"
)
_BREAK = re.compile(r"(?<![A-Za-z0-9])[ \t]*\r?\n\s*|\s*\r?\n\s*(?![A-Za-z0-9])")


def is_unit(text: str) -> bool:
    """Whether a text is a unit as statistics write it: 人, 千円, t-CO2, 件/年, 人口10万対."""
    return _UNIT.fullmatch(re.sub(r"\s", "", fold(text).text)) is not None


def is_measure(text: str) -> bool:
    """Whether a unit measures (円, %, kg, か月): no word for what is counted may stand for it."""
    return _MEASURE.fullmatch(re.sub(r"\s", "", fold(text).text)) is not None


def split_unit(text: str) -> tuple[str, str | None]:
    """A name and the unit in brackets behind it: 委員総数（人）; （男性） is no unit."""
    plain = bare_name(text)
    folded = fold(plain)
    match = _BRACKET.fullmatch(folded.text)
    if match is None or not is_unit(match["unit"]):
        return plain, None
    start, end = match.span("name")
    return folded.written(start, end).strip(), folded.written(*match.span("unit")).strip()


def bare_name(text: str) -> str:
    """A name without the bullet before it, the footnote mark behind it and its line breaks."""
    without = _FOOTNOTE.sub("", _BULLET.sub("", text, count=1) if _BULLET.match(text) else text)
    return _BREAK.sub("", without).strip() or text.strip()
