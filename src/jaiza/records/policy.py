"""Policies, their objectives, and the codes that link local work to them."""

from jaiza.records.table import Column, Key, Table

LINK_STATES = ("suggested", "coded", "double_coded", "confirmed", "rejected")

POLICIES = Table(
    "policies",
    "one policy, plan or law",
    (
        Column("id", "code", "short code", required=True),
        Column("title", "words", "title", required=True),
        Column("title_ur", "words", "title in Urdu"),
        Column("level", "choice", "level", required=True, choices=("province", "national", "international")),
        Column("area", "code", "area that it governs", refers="areas.code"),
        Column("start", "date", "year or day from which it is in force", required=True),
        Column("end", "date", "last day or year"),
        Column("status", "words", "status on the day of the source"),
        Column("source", "code", "who says so", refers="sources.id"),
    ),
    keys=(Key(("id",)),),
    in_order=(("start", "end"),),
    unlocks="the alignment gap",
)

OBJECTIVES = Table(
    "objectives",
    "one objective of a policy",
    (
        Column("id", "code", "short code", required=True),
        Column("policy", "code", "policy", required=True, refers="policies.id"),
        Column("number", "words", "number in the policy"),
        Column("objective", "words", "what it sets out to do, in our words", required=True),
        Column("objective_ur", "words", "the same in Urdu"),
        Column(
            "domain", "choice", "kind of measure", required=True, choices=("kinetic", "non-kinetic", "mixed")
        ),
        Column("weight", "number", "weight among the objectives; blank: equal", low=0),
        Column(
            "mentions_women",
            "choice",
            "how women are mentioned",
            choices=("none", "target", "actor", "mentioned"),
        ),
        Column(
            "mentions_youth",
            "choice",
            "how youth are mentioned",
            choices=("none", "target", "actor", "mentioned"),
        ),
        Column(
            "mentions_community",
            "choice",
            "how communities are mentioned",
            choices=("none", "target", "actor", "mentioned"),
        ),
        Column(
            "rights_conflict", "flag", "marked by a human reviewer as in conflict with human-rights norms"
        ),
        Column("source", "code", "who says so", refers="sources.id"),
    ),
    keys=(Key(("id",)),),
    unlocks="which objective has no local work",
)

ALIGNMENTS = Table(
    "alignments",
    "one coder's code for one initiative and one objective; what is not listed is 0",
    (
        Column("initiative", "code", "initiative", required=True, refers="initiatives.id"),
        Column("objective", "code", "objective", required=True, refers="objectives.id"),
        Column("coder", "code", "who coded: a letter or role, never a person's name", required=True),
        Column(
            "code",
            "choice",
            "0 none, 0.5 partial, 1 direct, -1 conflict",
            required=True,
            choices=("-1", "0", "0.5", "1"),
        ),
        Column("state", "choice", "state of the link (methods F)", required=True, choices=LINK_STATES),
        Column(
            "time",
            "choice",
            "whether the work ran before or during the policy",
            choices=("before", "during", "after", "unknown"),
        ),
    ),
    keys=(Key(("initiative", "objective", "coder")),),
    unlocks="links from local work to policy",
)

CODED_UNITS = Table(
    "coded_units",
    "which initiatives and which policies one coder read, so that an unlisted pair counts as 0",
    (
        Column("coder", "code", "who coded: a letter or role", required=True),
        Column(
            "initiative", "code", "initiative that the coder read", required=True, refers="initiatives.id"
        ),
    ),
    keys=(Key(("coder", "initiative")),),
    unlocks="agreement between coders",
)

ALIGNMENTS_WITHHELD = Table(
    "alignments_withheld",
    "how often two blind coders gave one pair of codes to one objective, over initiatives whose rows are withheld",
    (
        Column("objective", "code", "objective", required=True, refers="objectives.id"),
        Column("code_a", "choice", "code of the first coder", required=True, choices=("-1", "0", "0.5", "1")),
        Column(
            "code_b", "choice", "code of the second coder", required=True, choices=("-1", "0", "0.5", "1")
        ),
        Column("initiatives", "whole", "number of initiatives", required=True, low=0),
    ),
    keys=(Key(("objective", "code_a", "code_b")),),
    unlocks="agreement over all coded pairs, and links of work without names, without telling rows apart",
)
