"""Define all routes of the project."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from api.api_v1 import api as api_v1
from api.api_v1 import openapi_document
from api.observe.health import healthz, ping
from api.observe.metrics import metrics
from api.observe.readiness import readyz
from pardot.v1.routers import router as pardot_router
from sfapi.admin_login import admin_login
from sfapi.demo.sign_in import sign_in as demo_sign_in
from sfapi.pages import show_landing_page
from sfapi.sign_in import sign_in

admin.site.site_title = admin.site.site_header = "SFAPI"
admin.site.index_title = "Operations"
admin.site.site_url = None  # templates/admin/base_site.html has links to the site

api_v1.add_router("/pardot", pardot_router)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", show_landing_page, name="landing"),
    path("pardot/", include("pardot.dashboard.urls")),
    path("sign-in/", sign_in, name="sign-in"),
    path("ops/", RedirectView.as_view(pattern_name="admin:index"), name="operations"),
    path("admin/login/", admin_login),
    path("admin/", admin.site.urls),
    path("api/v1/records/", include("api.records.urls")),
    path("api/v1/openapi.json", openapi_document),
    path("api/v1/", api_v1.urls),
    path("ping/", ping, name="ping"),
    path("readyz", readyz, name="readyz"),
    path("readyz/", readyz),
    path("healthz/", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("demo/sign-in/", demo_sign_in, name="demo-sign-in"),
]
