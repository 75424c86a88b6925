"""Words of the fictional country: approaches, titles of initiatives and names of organisations, in both languages."""

from __future__ import annotations

from typing import NamedTuple

Pair = tuple[str, str]


class Approach(NamedTuple):
    """An approach as the work tables see it: how common, how large, how long for each person, who is reached, titles."""

    code: str
    weight: float
    reach: float
    hours: float
    unit_cost: float
    women: float
    youth: float
    groups: tuple[str, ...]
    titles: tuple[Pair, ...]


# Titles take the place where {place} stands.
APPROACHES = (
    Approach(
        "community-engagement-dialogue", 1.6, 1900, 12, 900, 0.38, 0.34, ("community-elders", "youth", "officials"),
        (
            ("Evening dialogues in {place}", "{place} میں شام کے مکالمے"),
            ("Neighbours' table of {place}", "{place} کے ہمسایوں کی میز"),
            ("Open house days in {place}", "{place} میں کھلے دن"),
            ("Shared streets of {place}", "{place} کی مشترکہ گلیاں"),
        ),
    ),
    Approach(
        "education-curriculum", 1.2, 3600, 30, 1500, 0.47, 0.74, ("students", "teachers"),
        (
            ("Thinking together: schools of {place}", "مل کر سوچیں: {place} کے اسکول"),
            ("Peace lessons in {place}", "{place} میں امن کے اسباق"),
            ("Teachers' workshop of {place}", "{place} کے اساتذہ کی ورکشاپ"),
        ),
    ),
    Approach(
        "youth-leadership-peer", 1.3, 900, 36, 2600, 0.41, 0.93, ("youth", "students"),
        (
            ("Young hosts of {place}", "{place} کے نوجوان میزبان"),
            ("Peer circles in {place}", "{place} میں ہم عمروں کے حلقے"),
            ("Youth council of {place}", "{place} کی نوجوان کونسل"),
        ),
    ),
    Approach(
        "women-mothers-peace", 0.8, 800, 24, 2100, 0.95, 0.31, ("women",),
        (
            ("Women mediators of {place}", "{place} کی خواتین ثالث"),
            ("Women's peace table in {place}", "{place} میں خواتین کی امن میز"),
            ("Courtyard meetings of {place}", "{place} کی آنگن نشستیں"),
        ),
    ),
    Approach(
        "livelihoods-vocational", 1.1, 600, 160, 14000, 0.33, 0.71, ("youth", "displaced"),
        (
            ("Skills for work in {place}", "{place} میں ہنر برائے روزگار"),
            ("First job fund of {place}", "{place} کا پہلا روزگار فنڈ"),
            ("Workshop apprentices of {place}", "{place} کے ورکشاپ شاگرد"),
        ),
    ),
    Approach(
        "media-social-media-narratives", 0.9, 5200, 4, 250, 0.43, 0.66, ("youth", "media"),
        (
            ("Radio of many voices, {place}", "کئی آوازوں کا ریڈیو، {place}"),
            ("Check before you share: {place}", "پہلے جانچیں پھر بانٹیں: {place}"),
            ("Short films of {place}", "{place} کی مختصر فلمیں"),
        ),
    ),
    Approach(
        "sports-arts-culture", 0.9, 1500, 20, 1100, 0.29, 0.82, ("youth",),
        (
            ("One team: {place}", "ایک ٹیم: {place}"),
            ("Street theatre of {place}", "{place} کا گلی تھیٹر"),
            ("Song and story days in {place}", "{place} میں گیت اور کہانی کے دن"),
        ),
    ),
    Approach(
        "psychosocial", 0.6, 500, 14, 4200, 0.56, 0.44, ("families", "displaced"),
        (
            ("Listening rooms of {place}", "{place} کے سماعت کمرے"),
            ("Care after loss in {place}", "{place} میں صدمے کے بعد نگہداشت"),
        ),
    ),
    Approach(
        "early-warning-conflict-resolution", 0.8, 700, 18, 1700, 0.27, 0.36, ("community-elders", "officials"),
        (
            ("Mediation bench of {place}", "{place} کی ثالثی بینچ"),
            ("Early talk network, {place}", "بروقت گفتگو نیٹ ورک، {place}"),
            ("Water and land mediators of {place}", "{place} کے آب و زمین ثالث"),
        ),
    ),
    Approach(
        "law-justice-police-community", 0.8, 1300, 8, 1300, 0.24, 0.38, ("community-elders", "police"),
        (
            ("Police and residents' forum of {place}", "{place} کا پولیس و رہائشی فورم"),
            ("Open counter of {place}", "{place} کا کھلا کاؤنٹر"),
            ("Legal help desk in {place}", "{place} میں قانونی امداد ڈیسک"),
        ),
    ),
)  # fmt: skip

LOCAL_BODIES: tuple[Pair, ...] = (
    ("Bridge Circle", "حلقۂ پل"),
    ("Lantern Group", "گروہِ چراغ"),
    ("Common Well", "مشترکہ کنواں"),
    ("Open Door", "کھلا دروازہ"),
    ("Reading Room", "دارالمطالعہ"),
    ("Orchard Trust", "باغ ٹرسٹ"),
    ("River Voices", "دریا کی آوازیں"),
    ("Market Hall", "بازار ہال"),
)
WOMEN, YOUTH = ("Women's", "خواتین"), ("Youth", "نوجوان")

NATIONAL_BODIES: tuple[Pair, ...] = (
    ("Fellowship for Calm Streets", "انجمن برائے پرسکون گلیاں"),
    ("Kelmora Dialogue Foundation", "کیلمورا مکالمہ فاؤنڈیشن"),
    ("Hands Across the Basin", "وادی بھر کے ہاتھ"),
    ("Kelmora Women's Assembly", "کیلمورا خواتین مجلس"),
    ("Kelmora Youth Forward", "کیلمورا نوجوان پیش رفت"),
    ("Schools for Living Together", "مل کر جینے کے اسکول"),
    ("Kelmora Skills Alliance", "کیلمورا ہنر اتحاد"),
    ("Kelmora Justice Nearby", "کیلمورا قریبی انصاف"),
    ("Listening Rooms Society", "سماعت کمرے سوسائٹی"),
    ("Kelmora Open Air Theatre Union", "کیلمورا کھلی فضا تھیٹر یونین"),
    ("Kelmora Rural Bridges", "کیلمورا دیہی پل"),
    ("Daughters of the Delta", "ڈیلٹا کی بیٹیاں"),
    ("Kelmora Campus Voices", "کیلمورا کیمپس کی آوازیں"),
    ("Kelmora Centre for Fair Mediation", "کیلمورا مرکز برائے منصفانہ ثالثی"),
)
FOREIGN_BODIES: tuple[Pair, ...] = (
    ("Ostaveria Relief", "اوستاویریا امداد"),
    ("Compass of Velmoria", "ویلموریا کا قطب نما"),
    ("Lighthouse of Orlumia", "اورلومیا کا مینار"),
    ("Noverra Peace Institute", "نوویرا امن ادارہ"),
    ("Noverra Education", "نوویرا تعلیم"),
    ("Velmoria Green Meridian", "ویلموریا سبز نصف النہار"),
)
WORLD_BODIES: tuple[Pair, ...] = (
    ("World Assembly Fund for Calm", "عالمی مجلس فنڈ برائے سکون"),
    ("World Assembly Office for Youth", "عالمی مجلس دفتر برائے نوجوانان"),
    ("World Assembly Women's Desk", "عالمی مجلس خواتین ڈیسک"),
)
STATE_BODIES: tuple[Pair, ...] = (
    ("Ministry of Home Affairs", "وزارتِ امورِ داخلہ"),
    ("National Office for Common Life", "قومی دفتر برائے مشترکہ زندگی"),
    ("Ministry of Youth and Sport", "وزارتِ نوجوانان و کھیل"),
    ("Ministry of Schools", "وزارتِ تعلیم"),
    ("Vessarin Provincial Secretariat", "ویسارن صوبائی سیکرٹریٹ"),
    ("Sumbrak Provincial Secretariat", "سمبراک صوبائی سیکرٹریٹ"),
    ("Halvorn Provincial Secretariat", "ہالوورن صوبائی سیکرٹریٹ"),
)
FORCES: tuple[Pair, ...] = (("Kelmora Police", "کیلمورا پولیس"), ("Border Guard", "سرحدی محافظ"))
MEDIA: tuple[Pair, ...] = (
    ("Radio Kelmora Delta", "ریڈیو کیلمورا ڈیلٹا"),
    ("The Tavorin Courier", "تاوورن کوریئر"),
    ("Halvorn Voice", "ہالوورن کی آواز"),
    ("Kelmora Young Screen", "کیلمورا نوجوان اسکرین"),
)
PRIVATE: tuple[Pair, ...] = (
    ("Tavorin Bank Foundation", "تاوورن بینک فاؤنڈیشن"),
    ("Kelmora Delta Telecom", "کیلمورا ڈیلٹا ٹیلی کام"),
    ("Kelmora Paper Mills", "کیلمورا کاغذ ملز"),
    ("Halvorn Salt and Timber", "ہالوورن نمک و لکڑی"),
)
DONORS: tuple[Pair, ...] = (
    ("Ostaveria Development Agency", "اوستاویریا ترقیاتی ایجنسی"),
    ("League of Inner Sea Ports Fund", "اندرونی سمندر بندرگاہ لیگ فنڈ"),
    ("Orlumia Cooperation", "اورلومیا تعاون"),
    ("Noverra Quiet Rivers Endowment", "نوویرا خاموش دریا وقف"),
)
ACADEMIC: Pair = ("University of {place}", "جامعہ {place}")
WORSHIP: Pair = ("Council of Houses of Worship, {place}", "کونسل برائے عبادت گاہیں، {place}")
