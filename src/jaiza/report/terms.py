"""The fixed words of a report: states, grades and their reasons, what is recorded, measures and their questions."""

from __future__ import annotations

from collections.abc import Mapping

from jaiza.language import Text, text

STATES: Mapping[str, Text] = {
    "estimated": text("estimated"),
    "too_wide": text("too wide"),
    "no_data": text("no data"),
    "withheld": text("withheld"),
    "not_applicable": text("not in scope"),
}

GRADES: Mapping[str, Text] = {
    "A": text("complete, recent, narrow, three or more sources"),
    "B": text("nearly complete and recent, or known limits of reporting"),
    "C": text("usable: one source, up to three years old, or an interval up to 0.35 wide"),
    "D": text("weak: not for a headline or a ranking"),
    "E": text("not for use: too wide, too old, undocumented or missing"),
}

GRADE_TERMS: Mapping[str, Text] = {
    "width": text("the width of the interval"),
    "age": text("the age of the data"),
    "sources": text("the number of independent sources"),
    "completeness": text("how complete the records are"),
    "cap": text(
        "limits of reporting: an area without reports and without a local source is not known to be calm"
    ),
    "state": text("no data"),
}

PRESENCE: Mapping[str, Text] = {
    "known_active": text("active"),
    "dates_unknown": text("dates unknown"),
    "known_ended": text("ended"),
    "coarse_only": text("wider area only"),
    "none_known": text("no record"),
}

PRESENCE_SAYS: Mapping[str, Text] = {
    "known_active": text("recorded here, running in the year before the round"),
    "dates_unknown": text("recorded here, dates unknown"),
    "known_ended": text("recorded here, ended before that year"),
    "coarse_only": text("recorded only for the province or the country"),
    "none_known": text("no record"),
}

MEASURES: Mapping[str, tuple[Text, Text]] = {
    "need": (text("Need"), text("How much do conditions ask for a response?")),
    "severity": (text("Violence"), text("How much violence is reported, for the people who live there?")),
    "coverage": (text("Coverage"), text("Who is reached, of those who could be?")),
    "resource": (text("Resources"), text("Is there money for the need?")),
    "coordination": (text("Coordination"), text("Do those in one place work together?")),
    "implementation": (text("Implementation"), text("Is what was planned delivered?")),
    "alignment": (text("Alignment"), text("Do local work and policy meet?")),
    "trust": (text("Trust"), text("Do people trust those who deliver?")),
    "inclusion": (text("Inclusion"), text("Are women and young people counted, do they decide?")),
    "evidence": (text("Evidence"), text("Was any of it evaluated?")),
}
