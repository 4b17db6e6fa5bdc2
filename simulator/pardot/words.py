"""Words for the generated Pardot data, whose people and schools are invented."""

from __future__ import annotations

FIRST_NAMES = (
    "Ada", "Amélie", "Anaïs", "Ángel", "Asha", "Björn", "Carmen", "Chloé", "D'Andre", "Dong-hyun", "Eleni",
    "Émile", "Farah", "Femi", "Grete", "Hana", "Ines", "Iñaki", "Jürgen", "Kwame", "Leilani", "Łucja",
    "Maeve", "Mary Ann", "Nguyet", "Noor", "Oluwaseun", "Päivi", "Quentin", "Renée", "Søren", "Tariq",
    "Uma", "Vojtěch", "Wren", "Ximena", "Yael", "Zoë", "דנה", "李",
)  # fmt: skip

LAST_NAMES = (
    "Abernathy", "Ågren", "Brightwater", "Castañeda", "de la Fuente", "D'Souza", "Ekwueme", "Fairweather",
    "Grünwald", "Hollingsworth", "Ivanić", "Jónsdóttir", "Kowalczyk", "Lindqvist", "MacAllister", "Nakagawa",
    "O'Brannigan", "Pfeiffer", "Quillfeather", "Rosenthal-Vega", "Şahin", "Thistlewood", "Ulloa",
    "van den Heuvel", "Whitcombe", "Xylander", "Ybarra", "Zielińska",
)  # fmt: skip

PLACES = (
    "Alderbrook", "Bayhaven", "Cedar Falls Ridge", "Dunmoor", "Eastmere", "Fernhollow", "Glenwick",
    "Harrowgate", "Ironwood", "Juniper Flats", "Kestrel Bay", "Larkspur", "Mossgrove", "Northmarch",
    "Otter Creek", "Pinecrest", "Quarry Hill", "Ravensford", "Silverlake", "Thornbury", "Umberfield", "Willowmere",
)  # fmt: skip

INSTITUTIONS = ("College", "Community College", "High School", "State University", "University", "Academy")

SUBJECTS = (
    "Algebra", "American Government", "Anatomy", "Astronomy", "Biology", "Business Ethics", "Calculus",
    "Chemistry", "Economics", "Física", "Nursing", "Organic Chemistry", "Philosophy", "Physics",
    "Precálculo", "Psychology", "Sociology", "Statistics", "U.S. History", "Writing Guide",
)  # fmt: skip

OCCASIONS = (
    "Adoption Drive", "Back to School", "Camp Week", "Conference Follow-up", "Educator Newsletter",
    "Finals Support", "Institutional Partners", "New Instructor Welcome", "Office Hours", "Research Study",
    "Summer Institute", "Webinar", "Win-back",
)  # fmt: skip

SEASONS = ("Spring", "Summer", "Fall", "Winter")

# Patterns for names with quotes, commas, odd spaces, Arabic letters and emoji, as people type them.
CURIOUS = (
    '"{}"',
    "{} 🎒",
    "{}, v2 (final)",
    " {}",
    "{} & friends",
    "قائمة {}",
    "{}\u00a0draft",
    "Copy of {}",
)

GRADES = ("A+", "A", "A-", "B+", "B", "B-", "C+", "C", "C-", "D+", "D", "D-", "F")

COUNTRIES = ("United States", "Canada", "Mexico", "Poland", "South Africa", "")

JOB_TITLES = ("Instructor", "Adjunct Professor", "Department Chair", "Librarian", "Student", "Dean", "")
