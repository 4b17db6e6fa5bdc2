from django.apps import AppConfig
from django.contrib.postgres.indexes import OpClass
from django.db.models import OrderBy
from django.db.models.functions import Collate
from django.db.models.indexes import IndexExpression


class PardotConfig(AppConfig):
    name = "pardot"
    verbose_name = "Pardot health"

    def ready(self) -> None:
        from api.observe.figures import SOURCES  # noqa: PLC0415
        from pardot import checks  # noqa: F401, PLC0415 - the import registers the check
        from pardot.catalog.personal import declare  # noqa: PLC0415 - needs the models
        from pardot.platform.business_unit import forget_on_adoption  # noqa: PLC0415 - needs the models
        from pardot.status.expectations import expect_fresh_copies  # noqa: PLC0415
        from pardot.status.figures import load_pardot_figures  # noqa: PLC0415
        from sf.sync.adoption import ON_ADOPTION  # noqa: PLC0415

        # Installing ``django.contrib.postgres`` would register these wrappers too. But then each new connection
        # would look up types that no column has.
        IndexExpression.register_wrappers(OrderBy, OpClass, Collate)
        expect_fresh_copies()
        SOURCES.append(load_pardot_figures)
        ON_ADOPTION.append(forget_on_adoption)
        declare()
