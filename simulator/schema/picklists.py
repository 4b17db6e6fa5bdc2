"""The values of the picklists. The schema and the generated data use them."""

from __future__ import annotations

ACCOUNT_TYPES = (
    "College/University (4)",
    "Technical/Community College (2)",
    "Career School/For-Profit (2)",
    "High School",
    "K-12 School",
    "Home School",
    "Other",
)
LMS = ("Canvas", "Blackboard", "Brightspace", "Moodle", "Sakai", "Schoology", "Google Classroom", "Other")
ASSIGNABLE_STATUSES = ("Not Assignable", "Interested", "Pilot", "Integrated", "Churned")
COUNTRIES = {
    "US": "United States",
    "CA": "Canada",
    "GB": "United Kingdom",
    "PL": "Poland",
    "DE": "Germany",
    "FR": "France",
    "ES": "Spain",
    "MX": "Mexico",
    "BR": "Brazil",
    "IN": "India",
    "IL": "Israel",
    "EG": "Egypt",
    "JP": "Japan",
    "AU": "Australia",
    "ZA": "South Africa",
}
STATES = {
    "AZ": "Arizona",
    "CA": "California",
    "CO": "Colorado",
    "FL": "Florida",
    "GA": "Georgia",
    "IL": "Illinois",
    "MA": "Massachusetts",
    "MI": "Michigan",
    "MN": "Minnesota",
    "NC": "North Carolina",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NY": "New York",
    "OH": "Ohio",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "TX": "Texas",
    "UT": "Utah",
    "VA": "Virginia",
    "WA": "Washington",
    "WI": "Wisconsin",
    "PR": "Puerto Rico",
}

ROLES = (
    "Instructor",
    "Adjunct Faculty",
    "Administrator",
    "Instructional Designer",
    "Librarian",
    "Home School Teacher",
    "Student",
    "Other",
)
POSITIONS = (
    "Full-time faculty",
    "Part-time faculty",
    "Department chair",
    "Dean",
    "Staff",
    "Teaching assistant",
)
ADOPTION_STATUSES = ("Current Adopter", "Future Adopter", "Past Adopter", "Not Adopter")
FV_STATUSES = (
    "confirmed_faculty",
    "pending_faculty",
    "pending_sheerid",
    "rejected_faculty",
    "rejected_by_sheerid",
    "no_faculty_info",
    "incomplete_signup",
)
REJECT_REASONS = ("Email is not a school's", "Not listed by the school", "Student", "Could not be verified")
LEAD_SOURCES = (
    "Account Creation",
    "Adoption Form",
    "Interest Form",
    "Newsletter",
    "Conference",
    "Partner Referral",
    "Webinar",
    "Web",
)
SUBJECTS = (
    "Math",
    "Science",
    "Social Sciences",
    "Humanities",
    "Business",
    "Computer Science",
    "Nursing",
    "College Success",
    "High School",
)

STAGES = {
    "Interested": (10, False, False),
    "Evaluating": (30, False, False),
    "Committed": (75, False, False),
    "Confirmed Adoption Won": (100, True, True),
    "Assumed Adoption Won": (100, True, True),
    "Closed Lost": (0, True, False),
}
"""Stage of an opportunity → (probability in percent, closed, won)."""
OPPORTUNITY_TYPES = ("New Business", "Renewal", "Renewal - Verified", "Add-On")

ADOPTION_TYPES = ("Faculty/Instructor", "Department", "Institution", "High School")
CONFIRMATION_TYPES = (
    "OpenStax Confirmed Adoption",
    "OpenStax Assumed Adoption",
    "Partner Confirmed Adoption",
    "Bookstore Report",
)
HOW_USING = (
    "As the core textbook for my course",
    "As an optional/recommended textbook for my course",
    "As a supplement",
)
TERMS = ("Fall", "Winter", "Spring", "Summer")
SCHOOL_YEARS = tuple(f"{year} - {(year + 1) % 100:02}" for year in range(2012, 2031))

BOOK_TYPES = ("OpenStax", "Partner", "Translation")

LEAD_STATUSES = ("New", "Working", "Nurturing", "Qualified", "Unqualified")
CAMPAIGN_TYPES = ("Email", "Webinar", "Conference", "Advertisement", "Content", "Other")
CAMPAIGN_STATUSES = ("Planned", "In Progress", "Completed", "Aborted")
MEMBER_STATUSES = {"Sent": False, "Opened": False, "Clicked": True, "Responded": True, "Attended": True}
"""Status of a campaign member → whether it counts as a response."""

CASE_STATUSES = {"New": False, "Working": False, "Escalated": False, "Closed": True}
"""Status of a case → whether it is closed."""
CASE_ORIGINS = ("Web", "Email", "Phone")
CASE_PRIORITIES = ("Low", "Medium", "High")
PRODUCTS = ("Assignable", "Assignments", "Textbooks", "Instructor Resources", "Website", "Accounts")
FORMER_PRODUCTS = ("Concept Coach",)
FEATURES = ("Login", "Grade sync", "Assignment setup", "Reading", "Search", "Download", "Print", "Other")
ISSUES = ("Bug", "Question", "Feature request", "Accessibility", "Content error", "Other")
