"""Names, titles, notes and their parts. All people, schools and books are invented."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words(
    "Aaliyah Abigail Adaeze Aiko Alejandro Amara Amélie Ana Andre Anjali Anneliese Antonio Arjun Astrid Ayşe "
    "Beatriz Benedict Björn Brianna Caleb Camila Carlos Caroline Chidi Chloë Chen Claire Dāvis Daniel Deborah "
    "Diego Dmitri Dolores Edith Elena Elijah Émile Emily Esperanza Fatima Felix Fiona François Gabriela George "
    "Grace Gunnar Hannah Haruto Helen Hugo Ibrahim Imani Ingrid Isaac Isabel Jamal Janet Jasmine Jérôme Jia "
    "Joanna João José Joseph Julia Kaito Kamala Karen Keisha Kenji Kwame Lakshmi Laura Leila Liam Linda Lucía "
    "Łucja Magdalena Malik María Martin Matthew Mei Michael Miriam Mohammed Nadia Naomi Nathan Ngozi Nicole Noor "
    "Octavia Olga Oliver Omar Øyvind Patricia Paul Pedro Priya Rachel Rafael Raquel Renée Robert Rosa Ruth Sadie "
    "Samuel Sanjay Sara Sean Sebastián Siobhán Sofia Søren Stephen Sunita Tamika Tatiana Thandiwe Thomas Tomás "
    "Uma Valentina Victor Wei William Ximena Yara Yusuf Zainab Zoë"
)

LAST_NAMES = _words(
    "Abara Acosta Adeyemi Aldridge Álvarez Amundsen Anand Ashworth Baptiste Barlow Bäumler Beckett Bellweather "
    "Bianchi Björklund Blackwood Bouchard Bramwell Brightwater Caldwell Castañeda Chandra Chávez Clearwater Coelho "
    "Cortland D'Amico D'Souza Dąbrowska Dankworth Delacroix Delgado DeVries Donnelly Drăgan Dunmore Eastman Ekström "
    "Ellsworth Escobedo Faircloth Farrukh Fenwick Ferreira Figueroa Fitzgerald Fontaine Frost-Okafor Gallagher "
    "Gandhi García Ghorbani Goldfarb Gómez Granger Grünwald Gutiérrez Hadley Hakimi Halloran Hargrove Hashimoto "
    "Hathaway Hernández Hollingsworth Horváth Huang Ibarra Iyer Jankowski Jefferson Jiménez Johansson Joshi Kaplan "
    "Karlsson Kavanagh Keller Kessler Khumalo Kilpatrick Kovačević Krishnan Kwon Lachlan Lafayette Lambert "
    "Langford Larsen-Ruiz LeBlanc Lindqvist Llewellyn Lockhart López MacAllister Mackenzie Madison Malhotra "
    "Marchetti Mbeki McAllister Mendoza Mercer Mirza Montague Morales Müller Nakamura Naidoo Ngata Nguyen Nikolaidis "
    "Novák Núñez O'Brien O'Connor O'Leary Oakes Obi Okonkwo Olafsdóttir Ortega Østergaard Pacheco Palmieri Park "
    "Patel Pemberton Pérez Petrović Pham Pilkington Quigley Quiñones Radcliffe Ramírez Rasmussen Reddy Rivera "
    "Rosenthal Rousseau Rutherford Sakamoto Salazar Sánchez Santos Schäfer Sharma Sheffield Singh Smith-Jones "
    "St.Clair Sullivan Sørensen Takahashi Tanaka Thistlewood Thornton Trần Treviño Underhill Vandermeer Vasquez "
    "Villanueva Vinogradova Wainwright Washington Weatherby Whitaker Wójcik Xu Yamada Yıldız Young Zamora Zhang "
    "Zieliński"
)

ODD_PEOPLE = (
    ("נועה", "כהן-לוי", "noa.cohenlevi"),
    ("ליאור", "בן דוד", "lior.bendavid"),
    ("ليلى", "المصري", "layla.almasri"),
    ("يوسف", "الخطيب", "yusuf.alkhatib"),
    ("美咲", "高橋", "misaki.takahashi"),
    ("Дарья", "Соколова", "darya.sokolova"),
    ("Ελένη", "Παπαδάκη", "eleni.papadaki"),
    ("Robin 🌻", "Harker", "robin.harker"),
    ("Jean-Luc “JL”", "de la Fontaine", "jl.delafontaine"),
    ('William "Bill"', "Overton, Jr.", "bill.overton"),
    ("X Æ", "Null", "x.null"),
    (None, "Info", "info"),
    ("Maximiliana-Theodora Alexandrina", "von Hohenstein-Wittgenberg zu Altenmarkt", "max.hohenstein"),
)
"""First name, last name, and the start of the email address."""

COLLEGE_TITLES = (
    "Professor",
    "Professor",
    "Professor",
    "Associate Professor",
    "Assistant Professor",
    "Adjunct Instructor",
    "Lecturer",
    "Chair, Department of Mathematics",
    "Director of Online Learning",
    "Dean of Arts & Sciences",
    'Instructor ("visiting")',
    "Bibliothécaire",
    "Profesora titular",
)
SCHOOL_TITLES = (
    "Teacher",
    "Teacher",
    "Science Teacher",
    "Math Teacher",
    "AP Biology Teacher",
    "Principal",
    "Department Head, Math & Science",
    "Substitute teacher (long-term)",
)

TOWN_PREFIXES = (
    "New ",
    "Old ",
    "Fort ",
    "Port ",
    "North ",
    "South ",
    "East ",
    "West ",
    "Upper ",
    "Lower ",
    "Little ",
    "Mount ",
)
TOWN_STARTS = _words(
    "Ash Bay Bear Birch Black Blue Bright Brook Cedar Clay Clear Cold Copper Coral Cross Crow Deer Eagle East Elk "
    "Elm Fair Fern Fox Glen Gold Granite Green Grey Hawk Hazel High Iron Juniper Lake Laurel Long Maple Marble "
    "Meadow Mill Moss North Oak Otter Pine Prairie Raven Red River Rock Rose Salt Sand Silver Spring Stone Sun "
    "Swan Timber West White Willow Winter Wolf"
)
TOWN_ENDS = _words(
    "bridge brook burg bury crest dale field ford gate grove haven hill hurst lake land mere mont mouth point port "
    "ridge shore side stead ton vale view ville water wick wood worth"
)

US_KINDS = (
    ("{} University", "College/University (4)"),
    ("University of {}", "College/University (4)"),
    ("{} State University", "College/University (4)"),
    ("{} College", "College/University (4)"),
    ("St. Brigid's College of {}", "College/University (4)"),
    ("{} A&M University", "College/University (4)"),
    ("{} Community College", "Technical/Community College (2)"),
    ("{} Technical College", "Technical/Community College (2)"),
    ("{} County Community College, Main Campus", "Technical/Community College (2)"),
    ("{} Community College District", "Technical/Community College (2)"),
    ("{} Career Institute", "Career School/For-Profit (2)"),
    ("{} High School", "High School"),
    ("{} Preparatory High School", "High School"),
    ("{} Early College High School", "High School"),
    ('{} "Tech" High School', "High School"),
    ("{} Academy", "K-12 School"),
    ("{} Charter School", "K-12 School"),
    ("{} Independent School District", "K-12 School"),
    ("Homeschool Circle of {}", "Home School"),
    ("{} Learning Center", "Other"),
)
OTHER_KINDS = (
    ("Université de {}", "FR", ("Valmont-sur-Orge", "Saint-Élan", "Pontclair", "Belle-Rivière")),
    ("Lycée {}", "FR", ("Hélène-Marchand", "des Trois-Chênes", "Émile-Garnier")),
    ("Universidad Autónoma de {}", "MX", ("Río Claro", "Peñablanca", "San Jacinto del Monte")),
    ("Instituto Tecnológico de {}", "MX", ("Valdecañas", "Ojo de Águila", "Puerto Ánimas")),
    ("Universidad de {}", "ES", ("Montearagón", "Villanueva del Cañizo", "Peña Alta")),
    ("Universidade Federal de {}", "BR", ("São Abelardo", "Conceição do Vale", "Três Pontões")),
    ("Uniwersytet w {}", "PL", ("Złotowie Dolnym", "Brzezinach Małych", "Świętolesie")),
    ("Hochschule {}", "DE", ("Würzfelden", "Grünwalde", "Bad Lörrenz")),
    ("{} College", "GB", ("St Oswin's", "Thistledown", "Wick-on-Sea")),
    ("{} University", "CA", ("Lac-des-Érables", "Kinnaird", "Port Alder")),
    ("{} University", "AU", ("Wallaroo Plains", "Coolabah", "Redgum")),
    ("{} Institute of Technology", "IN", ("Nandipur", "Chandragiri", "Vellanad")),
    ("{} College of Education", "ZA", ("Thabaneng", "Blouvlei", "Umfula")),
    ("מכללת {}", "IL", ("אלון הגליל", "נווה ברוש", "עמק השקד")),
    ("جامعة {}", "EG", ("النخيل الجديدة", "وادي الزهور", "شاطئ المرجان")),
    ("{}大学", "JP", ("青葉台", "緑川", "白樺")),
)
"""The pattern of a school's name, its country, and towns in that country."""
STREETS = ("Main St", "College Ave", "University Blvd", "N. Campus Dr", "Elm St", "State Rd 9", "O'Hara Way")

NOTES = (
    "Asked for an instructor copy.",
    "Uses it in two sections; wants the test bank.",
    "Met at the conference; follow up in spring.",
    "Department votes in May, decision to follow.\nSyllabus attached to the mail of last week.",
    'Said: "we love it, but the bookstore needs an ISBN".',
    "Told us, by phone, that enrollment fell;\r\nnumbers are estimates.\r\n\r\nCheck again in autumn.",
    "Prefers print 📚, asks for bulk prices 👍🏽",
    "Wants the Spanish edition – ¿cuándo estará disponible?",
    "מעוניינת בתרגום לעברית של הספר",
    "يطلب نسخة عربية من الكتاب",
    "See \\\\share\\adoptions; 50% of sections; LMS = Canvas",
    "<b>Imported</b> from the old form &amp; not yet checked",
    "n/a",
    "-",
    '\'=HYPERLINK("https://books.example.org")',
)
LONG_NOTE = (
    "Call notes, kept in one field since the first contact. "
    "The committee compared four textbooks on price, accessibility, exercises and the LMS integration; "
    '"open" won on price by far, the others on ready-made slides.\n'
)

BOOKS = {
    "Math": (
        "Prealgebra Pathways",
        "Elementary Algebra Step by Step",
        "Intermediate Algebra Step by Step",
        "College Algebra in Context",
        "Algebra and Trigonometry Foundations",
        "Precalculus Foundations",
        "Calculus for Everyone, Volume 1",
        "Calculus for Everyone, Volume 2",
        "Calculus for Everyone, Volume 3",
        "Introductory Statistics with Data",
        "Business Statistics with Data",
        "Contemporary Mathematics for Life",
    ),
    "Science": (
        "Living Systems: A Biology",
        "Concepts of Living Systems",
        "Microbes and Us",
        "Anatomy & Physiology Atlas",
        "Chemistry: Matter First",
        "Chemistry: Atoms to Life",
        "Organic Chemistry by Mechanism",
        "Physics for Scientists, Volume 1",
        "Physics for Scientists, Volume 2",
        "Physics for Scientists, Volume 3",
        "College Physics in the Lab",
        "The Night Sky: An Astronomy",
        "Earth, Rivers and Weather",
    ),
    "Social Sciences": (
        "Minds and Methods: Psychology",
        "Society Now: Sociology",
        "People and Cultures: Anthropology",
        "American Government: Who Decides?",
        "Politics Compared",
        "Choices: Principles of Economics",
        "Choices: Macroeconomics",
        "Choices: Microeconomics",
        "Lifespan Development Step by Step",
    ),
    "Humanities": (
        "United States: A History",
        "World History before 1500",
        "World History since 1400",
        "Thinking It Through: Philosophy",
        "Writing with Purpose",
    ),
    "Business": (
        "Starting a Business",
        "Principles of Accounting, Volume 1: Financial",
        "Principles of Accounting, Volume 2: Managerial",
        "Managing People",
        "Marketing Essentials",
        "Finance from the Ground Up",
        "Business Ethics at Work",
        "Organizational Behavior at Work",
        "Business Law: A Primer",
    ),
    "Computer Science": (
        "Python from Zero",
        "Data Science Notebook",
        "Workplace Software Skills",
        "Computing, Broadly",
    ),
    "Nursing": (
        "Clinical Nursing Skills Guide",
        "Fundamentals of Care",
        "Maternal and Newborn Care",
        "Medicines for Nurses",
        "Nutrition at the Bedside",
        "Population Health for Nurses",
        "Mental Health Care",
    ),
    "College Success": ("College Success, Your Way", "Preparing for College Success"),
    "High School": ("Physics for High School", "Statistics for High School", "Economics for High School"),
}
INACTIVE_BOOKS = (
    "College Physics (retired)",
    "Sociology Today 1e",
    "Psychology Today 1e",
    "Introducción a la estadística (vieja edición)",
    "Fizyka dla szkół wyższych, stare wydanie",
    "Sandbox Book – do not use",
)

COMPANIES = (
    "Bright Harbor Tutoring",
    "Freelance",
    "[not provided]",
    "Northwind School District",
    "Libraries, Inc.",
    "École Sainte-Odile",
    "Self",
    "N/A",
)
CAMPAIGN_THEMES = (
    "Back to School",
    "Math Newsletter",
    "Science Newsletter",
    "Nursing Launch",
    "Assignable Pilot",
    "Adoption Drive",
    "Webinar: Teaching with Data",
    "Conference Booth",
    "Survey of Instructors",
    "Giving Tuesday",
    "Business Titles – Spring",
    "Humanities “Read Along”",
    "K-12 Outreach",
    "Library Partners",
    "Año nuevo, libro nuevo",
)
SCORING_CATEGORIES = ("Math", "Science", "Business", "Nursing", "Assignable", "Newsletter")
STAFF = (
    ("Integration", "User", "Integration"),
    ("Marisol", "Quintero", "Marketing Operations"),
    ("Devon", "Ashgrove", "School Relations"),
    ("Priyanka", "Nair", "School Relations"),
    ("Tobias", "Lindgren", "Partnerships"),
    ("Wren", "Abernathy", "Customer Support"),
    ("Ezekiel", "Morrow", "Former Colleague"),
    ("Automated", "Process", "Automated Process"),
)
"""First name, last name, title. The first entry is the API's own user, which changes most records."""
