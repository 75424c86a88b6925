"""The report as a whole: both languages, self-contained, escaped, the same bytes, every figure to be explained."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pyarrow as pa
import pytest
from page_parts import PageParts

from jaiza.explain import explain
from jaiza.report.html import report_files
from jaiza.store.results import Results

HOSTILE = "<script>alert(1)</script>\"'&{{ 7*7 }}<b onmouseover=x>"


@pytest.fixture(scope="module")
def files(training: Results) -> dict[str, bytes]:
    return report_files(training, ["en", "ur"])


@pytest.fixture(scope="module")
def pages(files: dict[str, bytes]) -> dict[str, PageParts]:
    return {name: PageParts(content) for name, content in files.items()}


def test_one_page_a_language_each_linked_to_the_other(
    files: dict[str, bytes], pages: dict[str, PageParts]
) -> None:
    assert list(files) == ["report.html", "report.ur.html"]
    html = {name: next(a for t, a in page.tags if t == "html") for name, page in pages.items()}
    assert html["report.html"] == {"lang": "en", "dir": "ltr"}
    assert html["report.ur.html"] == {"lang": "ur", "dir": "rtl"}
    assert "report.ur.html" in pages["report.html"].all("href")
    assert "report.html" in pages["report.ur.html"].all("href")


def test_the_first_language_has_the_plain_name(training: Results) -> None:
    assert list(report_files(training, ["ur", "en"])) == ["report.html", "report.en.html"]
    only = report_files(training, ["ur"])
    assert list(only) == ["report.html"]
    assert b"hreflang" not in only["report.html"]


@pytest.mark.parametrize("languages", [[], ["de"], ["en", "fr"]])
def test_a_language_that_is_not_spoken_is_refused(training: Results, languages: list[str]) -> None:
    with pytest.raises(ValueError, match="en, ur"):
        report_files(training, languages)


def test_same_results_same_bytes(training: Results, files: dict[str, bytes]) -> None:
    again = Results(training.manifest, training.frames, training.findings)
    assert report_files(again, ["en", "ur"]) == files


def test_nothing_is_loaded_from_elsewhere(files: dict[str, bytes], pages: dict[str, PageParts]) -> None:
    for name, page in pages.items():
        tags = {t for t, _ in page.tags}
        assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}, name
        assert not page.all("src")
        css = files[name].decode("utf-8").split("<style>")[1].split("</style>")[0]
        assert "@import" not in css
        assert set(re.findall(r"url\(([^)]*)\)", css)) <= {"#hatch", "#hatch-grey", "#hatch-dark"}
        assert not [
            a for _, attributes in page.tags for a in attributes if a.startswith("on") or a == "style"
        ]
        used = [str(a["href"]) for t, a in page.tags if t == "use"]
        assert all(h.startswith("#") for h in used)


def test_ids_are_unique_and_every_link_on_the_page_leads_somewhere(pages: dict[str, PageParts]) -> None:
    for page in pages.values():
        assert len(page.ids) == len(set(page.ids))
        inside = {h[1:] for h in page.all("href") if h.startswith("#")}
        assert inside <= set(page.ids), inside - set(page.ids)
        labelled = set(page.all("aria-labelledby"))
        assert labelled <= set(page.ids)


def test_one_heading_of_the_page_and_no_skipped_level(pages: dict[str, PageParts]) -> None:
    for page in pages.values():
        levels = [int(t[1]) for t, _ in page.tags if re.fullmatch("h[1-6]", t)]
        assert levels.count(1) == 1
        assert all(b - a <= 1 for a, b in pairwise(levels))


def test_no_missing_value_leaks_as_a_word_of_python(pages: dict[str, PageParts]) -> None:
    for page in pages.values():
        for said in [*page.words, *page.all("title"), *page.all("aria-label")]:
            assert not re.search(r"\b(nan|NaN|inf|True|False|Markup|Text)\b|\bNone\b(?! found)|[{}]", said), (
                said
            )


def test_no_value_drawn_for_what_is_missing(training: Results, files: dict[str, bytes]) -> None:
    page = files["report.html"].decode("utf-8")
    for row in training.rows("need"):
        if row["state"] in ("no_data", "not_applicable"):
            anchor = f'id="need-{row["area_code"].lower()}"'
            assert anchor in page
            line = next(x for x in page.splitlines() if anchor in x)
            assert "<circle cx" not in line
            assert "no data" in line or "not in scope" in line


def test_every_figure_of_the_page_can_be_explained(training: Results, pages: dict[str, PageParts]) -> None:
    shown = set(pages["report.html"].all("data-figure"))
    assert len(shown) > 80
    known = {r["figure"] for r in training.rows("figures")}
    assert shown <= known, sorted(shown - known)[:3]
    assert set(pages["report.ur.html"].all("data-figure")) == shown
    for figure in sorted(shown)[::40]:
        assert explain(training, figure).figure["figure"] == figure


def test_every_chip_with_a_figure_carries_its_grade(files: dict[str, bytes]) -> None:
    chips = re.findall(
        r'<span class="fig" data-figure="([^"]+)"[^>]*>(.*?)</span>', files["report.html"].decode()
    )
    assert len(chips) > 70
    assert [f for f, inside in chips if 'class="grade grade-' not in inside] == []


def test_findings_stand_in_the_language_of_the_page(training: Results, files: dict[str, bytes]) -> None:
    for finding in training.findings["findings"]:
        first = finding["text"]["ur"].split(" ")[0]
        assert first in files["report.ur.html"].decode("utf-8")
        assert finding["text"]["ur"] != finding["text"]["en"]


def test_a_fictional_study_says_so_on_every_page(training: Results, files: dict[str, bytes]) -> None:
    assert b"Fictional." in files["report.html"]
    assert "فرضی" in files["report.ur.html"].decode("utf-8")
    manifest = {**training.manifest, "study": {**training.manifest["study"], "fictional": False}}
    assert b"Fictional." not in report_files(replace(training, manifest=manifest), ["en"])["report.html"]


def test_a_restricted_report_says_so(training: Results) -> None:
    manifest = {**training.manifest, "audience": "restricted"}
    assert b"Restricted view." in report_files(replace(training, manifest=manifest), ["en"])["report.html"]
    assert b"Restricted view." not in report_files(training, ["en"])["report.html"]


def _with_names(results: Results, words: str) -> Results:
    def renamed(frame: pa.Table) -> pa.Table:
        for column in (
            "name",
            "name_ur",
            "area_name",
            "admin1_name",
            "title",
            "publisher",
            "licence",
            "place",
        ):
            if column in frame.column_names:
                at = frame.column_names.index(column)
                frame = frame.set_column(
                    at, frame.schema.field(at), pa.array([words] * frame.num_rows, pa.string())
                )
        return frame

    both = {"en": words, "ur": words}
    findings = {"findings": [{**f, "text": both, "note": both} for f in results.findings["findings"]]}
    names = {
        kind: [
            {k: words if isinstance(v, str) and k != "code" else v for k, v in item.items()} for item in items
        ]
        for kind, items in results.manifest["names"].items()
    }
    study = {**results.manifest["study"], "name": both, "note": both, "country": words, "attribution": [words],
             "boundary_note": both}  # fmt: skip
    manifest = {**results.manifest, "names": names, "study": study}
    return Results(manifest, {n: renamed(f) for n, f in results.frames.items()}, findings)


@pytest.mark.parametrize("language", ["en", "ur"])
def test_hostile_words_are_only_ever_words(training: Results, language: str) -> None:
    content = report_files(_with_names(training, HOSTILE), [language])["report.html"]
    page = PageParts(content)
    assert b"<script" not in content
    assert "script" not in {t for t, _ in page.tags}
    assert not [a for _, attributes in page.tags for a in attributes if a.startswith("on")]
    assert b"{{ 7*7 }}" in content  # nothing of the words is run as a template


def test_figures_in_urdu_text_are_isolated(files: dict[str, bytes]) -> None:
    page = files["report.ur.html"].decode("utf-8")
    assert '<bdi class="num">0.45</bdi>' in page


def test_without_people_or_events_the_page_still_stands(
    training_tables: dict[str, object], assess_tables: Callable[..., Results]
) -> None:
    bare = assess_tables({"areas": training_tables["areas"]})
    for name, content in report_files(bare, ["en", "ur"]).items():
        assert PageParts(content).words, name
    text = report_files(bare, ["en"])["report.html"].decode("utf-8")
    assert "No finding about need can be drawn from this round." in text
    assert "No district has a census row" in text
    assert "This study holds no record of work up to this round." in text


def test_a_round_without_events_says_why_and_where_to_look(
    training_tables: dict[str, object], assess_tables: Callable[..., Results]
) -> None:
    tables = {k: v for k, v in training_tables.items() if k not in ("events", "sources")}
    page = report_files(assess_tables(tables), ["en"])["report.html"].decode("utf-8")
    assert "No circle has a colour" in page
    assert "The newest earlier round is 1 January 2023" in page
    assert 'class="d q' not in page


def test_a_country_of_160_districts_fits_a_page_that_can_be_mailed(pakistan: Results) -> None:
    for content in report_files(pakistan, ["en", "ur"]).values():
        page = PageParts(content)
        assert len(content) < 420_000
        assert len(page.ids) == len(set(page.ids))
        assert sum("d " in str(a.get("class")) for t, a in page.tags if t == "circle") == 159


def test_the_boundary_note_and_the_sources_stand_on_every_page(pakistan: Results) -> None:
    study = pakistan.manifest["study"]
    for name, content in report_files(pakistan, ["en", "ur"]).items():
        words = " ".join(PageParts(content).words)
        language = "ur" if ".ur." in name else "en"
        assert study["boundary_note"][language].split(".")[0].split("۔")[0] in words
        assert all(line in words for line in study["attribution"])
