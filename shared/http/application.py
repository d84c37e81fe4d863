"""How does a service speak HTTP?"""

from fastapi import FastAPI
from starlette.middleware import Middleware

from shared.http import health, operations, pages, problems
from shared.http.gate import Gate
from shared.service import Service

VERSION = "1.0.0"


def application(service: Service) -> FastAPI:
    """Give the application of `service`; whoever runs it puts a `Runtime` into its state."""
    app = FastAPI(
        title=f"Adult safeguarding: {service.name}", description=service.purpose, version=VERSION,
        docs_url=None, redoc_url=None, middleware=[Middleware(Gate, service=service.name)],
        # The text and trace of an error quote what was sent; our own log has neither.
        telemetry={"logs": False, "tracing": False, "metrics": False},
        # The open doors take what is called anything, as long as it is JSON.
        strict_content_type=False,
        responses={"default": problems.DESCRIBED},
    )  # fmt: skip
    for router in (*service.routes, operations.router, health.router, pages.router):
        app.include_router(router)
    problems.install(app)
    return app
