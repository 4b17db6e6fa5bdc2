"""All routes of the project."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from api.api_v1 import api as api_v1
from api.health import healthz, ping
from api.metrics import metrics
from pardot.freshness import expect_fresh_copies
from pardot.v1.routers import router as pardot_router
from sfapi.demo import sign_in

api_v1.add_router("/pardot", pardot_router)
expect_fresh_copies()

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("api/v1/records/", include("api.records.urls")),
    path("api/v1/", api_v1.urls),
    path("ping/", ping, name="ping"),
    path("healthz/", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("demo/sign-in/", sign_in, name="demo-sign-in"),
]
