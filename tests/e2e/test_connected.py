"""Another system and Jigi, in processes of their own: pushed, dialled, complained of, decided, read back, corrected."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import httpx
from playwright.sync_api import Browser, expect

from core.outbox.signing import signature
from core.systems.scopes import KeyScope
from tests.e2e.line import LineCaller
from tests.e2e.people import at_desk, reference_in
from tests.support.processes import answering, free_port

ROOT: Final = Path(__file__).parents[2]
PHONE: Final = "+22376909091"
NUMBER: Final = "RSU/77/0001"
VILLAGE: Final = "Kolabougou"
SECONDS: Final = 20.0


class Told:
    """A receiver of events, which takes only what is signed."""

    def __init__(self) -> None:
        self.secret = ""
        self.events: list[Any] = []


@contextmanager
def receiving(told: Told) -> Iterator[str]:
    """The address of a receiver."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            event_id, moment = self.headers["webhook-id"], int(self.headers["webhook-timestamp"])
            is_ours = signature(told.secret, event_id, moment, body) in self.headers["webhook-signature"].split()
            if is_ours:
                told.events.append(json.loads(body))
            self.send_response(204 if is_ours else 401)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/events"
    finally:
        server.shutdown()
        server.server_close()


class Registry:
    """The system that holds the key."""

    def __init__(self, address: str, key: str) -> None:
        self._http = httpx.Client(
            base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=20
        )

    def close(self) -> None:
        """Ask no more."""
        self._http.close()

    def push(self, path: str, key: str, **row: object) -> Any:
        """Push one row, and give the batch once it is done."""
        content = {"apply": True, "list_day": f"{time.strftime('%Y-%m-%d', time.gmtime())}", "rows": [row]}
        batch = self._http.post(path, json=content, headers={"Idempotency-Key": key}).raise_for_status().json()
        batch = self.until(lambda: self.read(f"/batches/{batch['id']}"), lambda each: each["ended_at"] is not None)
        assert batch["state"] == "done", batch
        return batch

    def read(self, path: str) -> Any:
        """What stands at a path."""
        return self._http.get(path).raise_for_status().json()

    def of_us(self, path: str) -> list[Any]:
        """The items of a list that are of the household."""
        items, cursor = [], ""
        while True:
            page = self.read(f"{path}?limit=500{cursor}")
            items += [each for each in page["items"] if each["household_no"] == NUMBER]
            if page["next"] is None:
                return items
            cursor = f"&cursor={page['next']}"

    @staticmethod
    def until(look: Callable[[], Any], holds: Callable[[Any], object]) -> Any:
        """What is seen once it holds."""
        until = time.monotonic() + SECONDS
        while not holds(seen := look()):
            assert time.monotonic() < until, seen
            time.sleep(0.2)
        return seen


def jigi(environment: dict[str, str], *words: str) -> str:
    """What a command prints first."""
    command = [sys.executable, "-m", "cli", "api", *words]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603 - ours
    return done.stdout.splitlines()[0]


def test_a_round_trip_between_another_system_the_line_and_the_desk(
    chromium: Browser, address: str, folder: Path, tmp_path: Path
) -> None:
    environment = os.environ | {
        "JIGI_DATA_DIR": str(folder / "data" / "demo"),
        "JIGI_SIMULATOR": "true",
        "JIGI_CALLBACK_TOKENS": "demo",
        "JIGI_API_RECEIVER_NETWORKS": "127.0.0.0/8",
        "JIGI_ENV_FILE": "",
        "PYTHONPATH": str(ROOT),
    }
    told = Told()
    scopes = [word for scope in KeyScope for word in ("--scope", scope.value)]
    key = jigi(environment, "make-key", "rsu", *scopes)
    events = [
        word for kind in ("grievance.filed", "grievance.decided", "correction.made") for word in ("--event", kind)
    ]
    with (
        receiving(told) as url,
        answering([sys.executable, "-m", "cli", "serve", "--only", "api"], free_port(), tmp_path, environment) as api,
        LineCaller(address, PHONE) as phone,
        at_desk(chromium, address, "mariam") as mariam,
        ExitStack() as gone,
    ):
        told.secret = jigi(environment, "add-receiver", "rsu", url, *events)
        registry = gone.enter_context(closing(Registry(api, key)))

        # Pushed: a household and what it is paid.
        commune = next(each["commune_pcode"] for each in registry.read("/grievances")["items"] if each["commune_pcode"])
        household = {
            "household_no": NUMBER, "head_name": "Nassira Koné", "birth_year": 1971, "phone": "76 90 90 91",
            "commune_pcode": commune, "village": "Kola", "language": "fr", "status": "beneficiary",
            "components": ["TM"],
        }  # fmt: skip
        registry.push("/households", "1", **household)
        due, last = (time.strftime("%Y-%m-%d", time.gmtime(time.time() + days * 86_400)) for days in (-1, 7))
        registry.push(
            "/payments", "2", household_no=NUMBER, component="TM", round="T9", due_date=due, last_day=last,
            place="Mairie", amount_xof=45_000, state="announced",
        )  # fmt: skip

        # Dialled, and complained of.
        assert "45 000 F CFA" in phone.home("1")
        phone.pick("Finir")
        phone.home("3", "1", "1")
        phone.pick("Ajouter des mots")
        phone.press("La date est trop loin")
        reference = reference_in(phone.pick("Oui, envoyer"))

        # Decided at the desk, which corrects the village too.
        mariam.goto("/desk/queue")
        mariam.fill("#reference", reference)
        mariam.click("button:has-text('Ouvrir')")
        mariam.click("button:has-text('Prendre cette plainte')")
        mariam.fill("#words", "Votre argent vient. Attendez le SMS.")
        mariam.click("button:has-text('Donner la décision')")
        expect(mariam.locator("h1")).to_contain_text("réglée")
        mariam.goto("/desk/households")
        mariam.fill("#q", NUMBER)
        mariam.press("#q", "Enter")
        mariam.click("a:has-text('Nassira Koné')")
        mariam.fill("#identity", "1971")
        mariam.click("button:text-is('Vérifier')")
        mariam.click("summary:has-text('Corriger le village')")
        mariam.fill("#village", VILLAGE)
        mariam.fill("#village-why", "Dit par la personne")
        mariam.locator("form:has(#village)").get_by_role("button", name="Corriger").click()
        expect(mariam.locator("main")).to_contain_text("C'est corrigé.")

        # Told of at once, in order and without words; read back once it is settled.
        kinds = ["grievance.filed", "grievance.decided"]
        of_case = registry.until(
            lambda: [each["type"] for each in told.events if each["data"].get("reference") == reference],
            lambda seen: seen == kinds,
        )
        assert of_case == kinds
        assert "La date" not in json.dumps(told.events)
        (correction,) = registry.until(lambda: registry.of_us("/corrections"), bool)
        assert (correction["field"], correction["before"], correction["value"]) == ("village", "Kola", VILLAGE)
        (case,) = registry.of_us("/grievances")
        assert (case["reference"], case["state"], case["words"]) == (reference, "resolved", "La date est trop loin")
        assert [each["step"] for each in registry.of_us("/decisions")] == ["decided"]

        # Taken over: the next batch says the same, and nothing is to be taken over any more.
        registry.push("/households", "3", **{**household, "village": VILLAGE})
        assert registry.of_us("/corrections") == []
