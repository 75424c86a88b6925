"""What is never accepted: headings in four languages, contents of cells, and that nothing refused is ever repeated."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
import small_study

from jaiza.records.check import RawTable, check
from jaiza.records.declared import TABLES
from jaiza.records.refused import heading_refusal, refused_cells
from jaiza.study import open_study

TODAY = dt.date(2026, 1, 1)

REFUSED = {
    "person": ["Beneficiary name", "first_name", "FatherName", "Participants' names", "Beneficiaries names", "nom du bénéficiaire",
               "Nom et prénom", "nom du participant", "nombre del beneficiario", "Nombre y apellidos", "apellido", "شخص کا نام", "والد کا نام", "نام مستفید"],
    "identity_number": ["CNIC", "CNIC_No", "CNICNo", "cnic2", "NIC number", "Passport no.", "carte d'identité", "passeport", "cédula", "DNI",
                        "número de identificación", "شناختی کارڈ نمبر", "شناختي كارڈ نمبر", "پاسپورٹ نمبر"],
    "contact": ["phone", "Phone_1", "phone2", "Mobile", "mobile number", "Tel.", "fax", "WhatsApp", "E-mail", "emails", "EmailAddress", "numéro de téléphone",
                "courriel", "adresse électronique", "Teléfono", "correo electrónico", "فون نمبر", "ٹیلیفون", "موبائل نمبر", "ای میل", "ای-میل"],
    "trait": ["religion", "Religión", "religions", "sect", "secte", "secta", "maslak", "ethnicity", "Ethnic group", "ethnie", "origine ethnique", "etnia",
              "grupo étnico", "caste", "tribes", "مذہب", "مسلک", "فرقہ", "قومیت", "نسلی گروہ"],
    "danger_rating": ["risk_score", "riskScore", "threat level", "radicalisation index", "watchlist", "score de risque", "niveau de risque",
                      "puntaje de riesgo", "nivel de riesgo", "خطرے کا اسکور", "خطرے کا درجہ"],
}  # fmt: skip
PLACES = ["latitude", "Lat.", "lon", "lng", "GPS point", "coordinates", "coordonnées GPS", "coordenadas", "latitud", "longitud",
          "street address", "طول بلد"]  # fmt: skip
CONTACTS = [
    "amina@example.org", "write to a.b@mail.example.com today", "0301-2345678", "03012345678", "+92 301 2345678", "0092 301 2345678",
    "+44 7911 123456", "(051) 1234567", "۰۳۰۱۲۳۴۵۶۷۸", "12345-1234567-1", "12345 1234567 1", "۱۲۳۴۵-۱۲۳۴۵۶۷-۱", "CNIC 12345–1234567–1",
]  # fmt: skip
HARMLESS = [
    "https://example.org/a/0301-2345678", "2024-01-01", "1,250,000", "1100000000000", "ISBN 978-3-16-148410-0", "10.1080/09546553.2019.1674300",
    "PK-SECP-0012345", "UN resolution 2250 (2015)", "15,000 - 20,000 youth", "phase 2: 2019-2021", "https://example.org/@group", "ISSN 0954-6553",
]  # fmt: skip


@pytest.mark.parametrize(("code", "heading"), [(c, h) for c, hs in REFUSED.items() for h in hs])
def test_a_column_of_people_is_refused(code: str, heading: str) -> None:
    refusal = heading_refusal(heading, place_of_work=False)
    assert refusal is not None
    assert refusal.code == code


@pytest.mark.parametrize("heading", PLACES)
def test_an_exact_place_of_work_is_refused(heading: str) -> None:
    refusal = heading_refusal(heading, place_of_work=True)
    assert refusal is not None
    assert refusal.code == "exact_place"


def test_which_tables_refuse_exact_places() -> None:
    assert {"initiatives", "organisations", "initiative_areas"} <= {
        t.name for t in TABLES.values() if t.place_of_work
    }


@pytest.mark.parametrize("value", CONTACTS)
def test_a_contact_in_a_cell_is_found(value: str) -> None:
    problems, positions = refused_cells(
        pa.array(["fine", None, value]), [2, 3, 4], heading="title", file="f.csv", sheet=None
    )
    assert positions.tolist() == [2]
    assert [(p.row, p.refused, p.value) for p in problems] == [(4, True, None)]


@pytest.mark.parametrize("value", HARMLESS)
def test_a_harmless_cell_is_not_refused(value: str) -> None:
    assert refused_cells(pa.array([value]), [2], heading="title", file="f.csv", sheet=None)[0] == []


def test_every_contact_of_a_long_list_is_found() -> None:
    cells = pa.array([f"p{i}@example.org" for i in range(300)])
    assert len(refused_cells(cells, np.arange(2, 302), heading="title", file="f.csv", sheet=None)[0]) == 300


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("value", ["p@example.org", "0301-2345678", "12345-1234567-1"])
def test_a_contact_in_any_column_of_any_table_is_refused_and_never_repeated(name: str, value: str) -> None:
    """Twice in the same column, so that rules on doubles, kinds and choices also meet it."""
    table = TABLES[name]
    for column in table.columns:
        cells = RawTable(f"{name}.csv", None, (column.name,), (pa.array([value, value]),), np.array([2, 3]))
        found = check(table, cells, today=TODAY)
        assert [p.row for p in found.problems if p.refused] == [2, 3], column.name
        assert not any(value in p.said(language) for p in found.problems for language in ("en", "ur")), (
            column.name
        )
        assert value not in str(found.rows.to_pylist())


def test_a_heading_that_is_itself_a_contact_is_not_repeated() -> None:
    """A list without headings: its first row stands where the headings should."""
    cells = RawTable(
        "areas.csv",
        None,
        ("code", "p@example.org"),
        (pa.array(["X"]), pa.array(["q@example.org"])),
        np.array([2]),
    )
    problems = check(TABLES["areas"], cells, today=TODAY).problems
    assert any(p.refused for p in problems)
    assert not any("example.org" in p.said() for p in problems)


def test_values_below_a_refused_heading_are_not_repeated() -> None:
    cells = RawTable(
        "areas.csv",
        None,
        ("code", "Beneficiary name"),
        (pa.array(["X"]), pa.array(["Zulaikha"])),
        np.array([2]),
    )
    found = check(TABLES["areas"], cells, today=TODAY)
    assert any(p.refused and p.column == "Beneficiary name" for p in found.problems)
    assert not any("Zulaikha" in p.said() for p in found.problems)
    assert "Zulaikha" not in str(found.rows.to_pylist())


@pytest.mark.parametrize("name", TABLES)
def test_no_declared_column_is_refused(name: str) -> None:
    table = TABLES[name]
    empty = tuple(pa.array([], pa.string()) for _ in table.names)
    raw = RawTable(f"{name}.csv", None, table.names, empty, np.array([], dtype=np.int64))
    assert not any(p.refused for p in check(table, raw, today=TODAY).problems)


@pytest.mark.parametrize("pack", ["pakistan", "training", "empty"])
def test_no_pack_holds_anything_refused(pack: str) -> None:
    assert [p.said() for p in open_study(small_study.pack_folder(pack)).check() if not p.warning] == []
