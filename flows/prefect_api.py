"""A few questions to a Prefect server, asked plainly: no second of imports for them."""

from __future__ import annotations

import base64
import http
import json
import os
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.errors import PlaceError

BUSY_TRIES = 10


@dataclass(frozen=True)
class PrefectApi:
    """The server at that address, as http://127.0.0.1:4200/api; PREFECT_API_AUTH_STRING opens one that asks for it."""

    url: str

    def healthy(self) -> bool:
        """Whether it answers."""
        try:
            self.ask("/health")
        except (PlaceError, ValueError):
            return False
        return True

    def find(self, what: str, **filters: Any) -> list[dict[str, Any]]:
        """Those of a kind, as deployments or flow_runs, that pass the filters."""
        found: list[dict[str, Any]] = self.ask(f"/{what}/filter", filters)
        return found

    def ask(self, path: str, body: Any = None, method: str = "") -> Any:
        """What it answers to a body that is posted, or to a question without one; PlaceError with the remedy."""
        if not self.url:
            raise PlaceError("No Prefect server is named; set PREFECT_API_URL, or start one with ccm up.")
        try:
            request = urllib.request.Request(  # noqa: S310 - an address of the operator's own, http or https
                self.url.rstrip("/") + path,
                None if body is None else json.dumps(body).encode(),
                {"Content-Type": "application/json", **_key()},
                method=method or ("GET" if body is None else "POST"),
            )
            content = _patiently(request)
        except urllib.error.HTTPError as error:
            if error.code in (401, 403):
                raise PlaceError(
                    f"The Prefect server at {self.url} asks for a password; set PREFECT_API_AUTH_STRING=user:password."
                ) from None
            raise PlaceError(f"The Prefect server at {self.url} refused {path} ({error.code}); see its log.") from None
        except (OSError, ValueError) as error:
            kind = type(error).__name__
            raise PlaceError(f"The Prefect server at {self.url} does not answer ({kind}); start it.") from None
        return json.loads(content) if content else None


def server_of_this_run() -> PrefectApi:
    """The Prefect server whose run this is."""
    from prefect.settings import PREFECT_API_URL

    return PrefectApi(PREFECT_API_URL.value() or "")


def server_of(out: Path) -> PrefectApi | None:
    """The server named in the environment, or that of `ccm up` for these results; None where neither is known."""
    url = os.environ.get("PREFECT_API_URL", "")
    lock = out / "prefect" / "up.lock"
    if not url and lock.is_file() and (own := re.search(r"http://\S+", lock.read_text("utf-8"))):
        url = f"{own[0]}/api"
    return PrefectApi(url) if url else None


def _patiently(request: urllib.request.Request) -> bytes:
    """The answer; a server whose database is busy is asked again, as it wishes."""
    for _ in range(BUSY_TRIES):
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
                content: bytes = answer.read()
                return content
        except urllib.error.HTTPError as error:
            if error.code != http.HTTPStatus.SERVICE_UNAVAILABLE:
                raise
        time.sleep(1)
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        return bytes(answer.read())


def _key() -> dict[str, str]:
    secret = os.environ.get("PREFECT_API_AUTH_STRING") or os.environ.get("PREFECT_SERVER_API_AUTH_STRING", "")
    return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"} if secret else {}
