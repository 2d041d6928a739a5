"""One application with the shared assistant, so that the encoder is opened once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.api.mount import answer_problems, mount
from assistant.api.operations import Operations, over


@pytest.fixture(scope="session")
def operations(assistant) -> Operations:
    return over(assistant)


@pytest.fixture(scope="session")
def application(operations: Operations) -> FastAPI:
    """The API alone, without the page."""
    app = FastAPI(openapi_url=None)
    mount(app, operations)
    answer_problems(app)
    return app


@pytest.fixture(scope="session")
def client(application: FastAPI) -> Iterator[TestClient]:
    with TestClient(application, base_url="http://127.0.0.1") as opened:
        yield opened
