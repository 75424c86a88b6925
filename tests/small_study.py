"""A study of six districts in two provinces, small enough to assess in a moment, with records of every class."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

from jaiza.study import Study, new_study, open_study

TABLES = {
    "sources": "id,title,covers,covers_from,covers_to,media_based\nc,Census,,,,\ne,Events,X,2015-01-01,2024-12-31,yes\ns,Survey,,,,\n",
    "areas": "code,name,name_ur,level,parent,lat,lon\nX,Land,ملک,0,,,\nX1,North,شمال,1,X,,\nX2,South,جنوب,1,X,,\n"
    + "".join(f"X{p}0{d},D{p}{d},ض{p}{d},2,X{p},{30 + d},{70 + p}\n" for p in (1, 2) for d in (1, 2, 3)),
    "neighbours": "area_a,area_b\nX101,X102\nX102,X103\nX201,X202\n",
    "population": "area,sex,age_band,residence,people,counted_on,source\n"
    + "".join(f"X{p}0{d},all,all,all,{100000 * d * p},2020-01-01,c\n" for p in (1, 2) for d in (1, 2, 3)),
    "indicators": "area,code,value,se,state,period_start,period_end,source\n"
    + "".join(
        f"X{p}0{d},{code},{0.1 * d + 0.1 * p:.2f},0.02,observed,2023-01-01,2023-12-31,s\n"
        for code in ("out_of_school_5_16", "youth_illiteracy_15_24", "poverty_headcount")
        for p in (1, 2)
        for d in (1, 2, 3)
    ),
    "events": "place,date,location_precision,events,deaths_best,deaths_low,deaths_high,source\n"
    "X101,2023-05,1,12,30,25,40,e\nX101,2024-05,2,3,4,4,4,e\nX203,2022-02-11,1,1,0,0,1,e\nX2,2024-03,4,2,3,2,5,e\nX,2024-01,6,1,1,1,1,e\n",
    "organisations": "id,name,kind,women_led,sensitivity\n"
    "gov,Public Works Office,government,,\nngo,Plain National NGO,national-ngo,,\nsecret-org,Zebrafinch Collective,grassroots,yes,\n",
    "initiatives": "id,title,lead,start,end,status,location_basis,reached_low,reached_high,source_date\n"
    "open-work,Open office programme,gov,2023,2025,,areas,100,200,2024\n"
    "plain-work,Plain programme,ngo,2023,2025,,areas,50,60,2024\n"
    "secret-work,Quokka sewing circle,secret-org,2023,2025,,areas,20,30,2024\n",
    "initiative_approaches": "initiative,approach,main\n" + "".join(
        f"{i},youth-leadership-peer,yes\n" for i in ("open-work", "plain-work", "secret-work")
    ),
    "initiative_areas": "initiative,area\nopen-work,X202\nplain-work,X202\nsecret-work,X203\nsecret-work,X202\n",
    "initiative_groups": "initiative,group\nsecret-work,women\nplain-work,youth\n",
}  # fmt: skip
SECRETS = ("Zebrafinch", "Quokka", "secret-org", "secret-work")


def make(folder: Path) -> Study:
    """The study in a new folder."""
    new_study(folder, "empty")
    shutil.rmtree(folder / "templates")
    about = (
        (folder / "study.toml")
        .read_text(encoding="utf-8")
        .replace('rounds = ["2025-01-01"]', 'rounds = ["2024-01-01", "2025-01-01"]')
    )
    (folder / "study.toml").write_text(about, encoding="utf-8")
    for name, content in TABLES.items():
        (folder / "data" / f"{name}.csv").write_text(content, encoding="utf-8")
    return open_study(folder)


def pack_folder(name: str) -> Path:
    """Where a bundled pack lies."""
    return Path(str(resources.files("jaiza") / "packs" / name))
