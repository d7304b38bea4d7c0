"""A personal message: a spreadsheet read cell by cell, said row by row, planned and sent by the rules of campaigns."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.files.cells import UnreadableFile
from core.outbox.messages import MessageState
from core.rights import persons
from core.rights.persons import NumberKind
from core.scams.guard import NotASafeText
from core.text.alphabet import GSM7
from sms.campaigns import planning, steps
from sms.campaigns.audience import Audience
from sms.campaigns.drafts import CannotBeWritten, Draft, draft
from sms.campaigns.personal import NoSuchColumn, SheetGone, check_personal, named_columns, tried
from sms.campaigns.planning import Plan
from sms.campaigns.sheets import Sheet, read_sheet
from tests.core.seed import NOW
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    CHEICK,
    FIXED,
    FR,
    SETTINGS,
    Watch,
    approved,
    bodies,
    family,
    fates,
    sender,
    somebody,
    speaks,
)
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import change, query

FRENCH = {"fr": "{Nom}, venez le {Jour de visite}. Il vous faut : {pièce}. {prudence}"}
BOTH = {**FRENCH, "bm": "{Nom}, {jour_de_visite}. {PIECE}."}
HEADER = "Nom;Téléphone;Jour de visite;Pièce"


def file(folder: Path, *rows: str, header: str = HEADER) -> Path:
    """A CSV as French spreadsheets write it."""
    path = folder / "liste.csv"
    path.write_text("\n".join((header, *rows)), encoding="utf-8")
    return path


def sheet(folder: Path, *rows: str, texts: Mapping[str, str] = BOTH) -> Sheet:
    return read_sheet(file(folder, *rows), named_columns(texts))


async def planned_from(read: Sheet, texts: Mapping[str, str] = FRENCH) -> Plan:
    """A plan of a file by a supervisor."""
    ami = await somebody("ami")
    campaign = await draft(Draft(Kind.PERSONAL, Audience(), "Visite", texts, ami.id), NOW, GSM7)
    return await planning.plan(campaign, SETTINGS, NOW, actor=ami, rows=read.rows)


async def started(plan: Plan) -> None:
    """Let somebody else approve a plan, and start it."""
    await steps.start(await approved(plan), await somebody("binta"), NOW)


class TestReading:
    """What a file holds, and what is wrong with it."""

    @pytest.mark.parametrize("written", ["76000001", "76 00 00 01", "+223 76 00 00 01", "00223-76-00-00-01"])
    def test_numbers_in_any_writing(self, tmp_path: Path, written: str) -> None:
        assert [row.msisdn for row in sheet(tmp_path, f"Awa;{written};31/12/2026;carte").rows] == [AWA]

    @pytest.mark.parametrize(
        ("row", "column", "reason"),
        [
            ("Awa;7600;31/12/2026;carte", "Téléphone", "numéro de téléphone inutilisable"),
            ("Awa;;31/12/2026;carte", "Téléphone", "cellule vide"),
            ("Awa;2,23E+10;31/12/2026;carte", "Téléphone", "nombre coupé"),
            ("Awa;76000001;#N/A;carte", "Jour de visite", "la cellule montre #N/A"),
            ("Awa;76000001;31/12/2026;", "Pièce", "cellule vide, et le texte la nomme"),
            ("Awa 🎉;76000001;31/12/2026;carte", "Nom", "ne peut pas afficher"),
        ],
    )
    def test_what_cannot_be_read_is_named(self, tmp_path: Path, row: str, column: str, reason: str) -> None:
        read = sheet(tmp_path, row)
        (problem,) = read.problems
        assert read.rows == []
        assert (problem.line, problem.column) == (2, column)
        assert reason in problem.reason

    def test_a_number_that_stands_twice_is_named_with_both_lines(self, tmp_path: Path) -> None:
        read = sheet(tmp_path, "Awa;76000001;31/12/2026;carte", "Oumar;+22376000001;31/12/2026;carte")
        (problem,) = read.problems
        assert (problem.line, problem.reason, problem.value) == (3, "le même numéro qu'à la ligne 2", None)

    def test_a_column_that_the_words_do_not_name_may_hold_anything(self, tmp_path: Path) -> None:
        assert sheet(tmp_path, "Awa;76000001;#N/A;", texts={"fr": "{nom}"}).problems == []

    @pytest.mark.parametrize("header", ["Nom;Jour de visite", "Nom;Nom;Téléphone", ""])
    def test_a_file_without_telephones_or_with_a_column_twice_is_refused(self, tmp_path: Path, header: str) -> None:
        with pytest.raises(UnreadableFile):
            read_sheet(file(tmp_path, "Awa;Awa;76000001", header=header), frozenset())


class TestWords:
    """What may be written around the columns."""

    COLUMNS: Mapping[str, str] = {"nom": "Nom", "phone": "Téléphone", "piece": "Pièce"}

    @pytest.mark.parametrize("name", ["ville", "phone", "téléphone", ""])
    def test_only_columns_of_the_file_are_named_and_never_the_number(self, name: str) -> None:
        with pytest.raises(NoSuchColumn) as refused:
            check_personal({"fr": f"Bonjour {{{name}}}"}, self.COLUMNS, GSM7)
        assert "{Nom}, {Pièce}, {prudence}" in refused.value.in_french

    def test_one_language_is_enough_and_none_is_not(self) -> None:
        check_personal({"fr": "Bonjour {nom}.", "bm": ""}, self.COLUMNS, GSM7)
        with pytest.raises(CannotBeWritten):
            check_personal({"fr": " ", "bm": ""}, self.COLUMNS, GSM7)

    def test_what_scams_say_is_refused_in_the_words(self) -> None:
        with pytest.raises(NotASafeText):
            check_personal({"fr": "{nom}, envoyez votre code secret."}, self.COLUMNS, GSM7)

    def test_what_scams_say_is_refused_in_a_cell(self, tmp_path: Path) -> None:
        trial = tried(FRENCH, sheet(tmp_path, "Awa;76000001;31/12/2026;voir bit.ly/x"), SETTINGS)
        assert [problem.line for problem in trial.problems] == [2]
        assert "Pas de lien" in trial.problems[0].reason

    def test_the_first_and_the_longest_rows_are_shown(self, tmp_path: Path) -> None:
        rows = [f"{'A' * n};7600000{n};31/12/2026;carte" for n in range(1, 9)]
        trial = tried(FRENCH, sheet(tmp_path, *rows), SETTINGS)
        assert [each.line for each in trial.first] == [2, 3, 4]
        assert [each.line for each in trial.longest] == [9, 8, 7]
        assert trial.first[0].sms.body.startswith(
            "Jigisèmèjiri : A, venez le jeudi 31 décembre. Il vous faut : carte. "
            "Personne ne doit vous demander de l'argent ou un code."
        )

    def test_a_row_that_takes_too_many_parts_is_named(self, tmp_path: Path) -> None:
        long = {"fr": "{nom} " * 5 + "Venez. " * 40}
        trial = tried(long, sheet(tmp_path, f"{'A' * 60};76000001;;", texts=long), SETTINGS)
        assert "SMS pour cette ligne, 3 au plus" in trial.problems[0].reason


@pytest.mark.usefixtures("safo")
class TestPlan:
    """Who gets it, and who is left out."""

    def rows(self, folder: Path, phones: Sequence[str]) -> Sheet:
        return sheet(folder, *(f"N{n};{phone};31/12/2026;carte" for n, phone in enumerate(phones)))

    async def test_each_number_gets_its_own_in_its_language(self, tmp_path: Path) -> None:
        await family(AWA)
        await family(BINTA)
        await speaks(AWA, FR)
        plan = await planned_from(self.rows(tmp_path, (AWA, BINTA, CHEICK)), BOTH)
        texts = await bodies(plan.campaign_id)
        assert plan.recipients == 3
        assert texts[AWA].startswith("Jigisèmèjiri : N0, venez le jeudi 31 décembre")
        assert texts[BINTA].startswith("Jigisèmèjiri: N1, alamisadon, desanburukalo tile 31. carte.")
        assert "N2" in texts[CHEICK]

    async def test_with_words_in_one_language_everybody_reads_that_one(self, tmp_path: Path) -> None:
        await family(BINTA)
        plan = await planned_from(self.rows(tmp_path, (BINTA,)))
        assert "venez le jeudi" in (await bodies(plan.campaign_id))[BINTA]

    async def test_who_stopped_and_what_gets_no_sms_is_left_out(self, tmp_path: Path) -> None:
        await speaks(AWA, FR)
        await change("UPDATE phone SET sms_stopped_at = now() WHERE msisdn = %(msisdn)s", msisdn=AWA)
        plan = await planned_from(self.rows(tmp_path, (AWA, FIXED, CHEICK)))
        assert plan.recipients == 1
        left = {phone: (each.state, each.reason) for phone, each in (await fates(plan.campaign_id)).items()}
        assert left[AWA] == (MessageState.LEFT_OUT, "opted_out")
        assert left[FIXED] == (MessageState.LEFT_OUT, "fixed_line")

    async def test_it_is_sent_once_by_the_rules_of_campaigns(self, tmp_path: Path) -> None:
        gateway = ScriptedGateway()
        await started(await planned_from(self.rows(tmp_path, (AWA, CHEICK))))
        await sender(gateway, Watch(NOW)).drain()
        assert gateway.took == {AWA: 1, CHEICK: 1}

    async def test_the_same_words_to_the_same_number_are_not_sent_again(self, tmp_path: Path) -> None:
        read = self.rows(tmp_path, (AWA,))
        await started(await planned_from(read))
        again = await planned_from(read)
        assert again.recipients == 0

    async def test_a_plan_is_not_made_anew_without_its_file(self, tmp_path: Path) -> None:
        plan = await planned_from(self.rows(tmp_path, (AWA,)))
        with pytest.raises(SheetGone):
            await planning.plan(plan.campaign_id, SETTINGS, NOW)
        assert list(await bodies(plan.campaign_id)) == [AWA]

    async def test_what_it_said_goes_with_whom_it_was_said_to(self, tmp_path: Path) -> None:
        await started(await planned_from(self.rows(tmp_path, (AWA, CHEICK))))
        await sender(ScriptedGateway(), Watch(NOW)).drain()
        await change("UPDATE message SET state = 'delivered'")
        _, held = await persons.show(None, AWA, NumberKind.PHONE, "elle l'a demandé", NOW)
        assert "N0, venez" in str([row.held for row in held])
        await persons.erase(None, AWA, NumberKind.PHONE, "elle l'a demandé", NOW)
        texts = [(row.body, row.content) for row in await query("SELECT body, content FROM message_text ORDER BY id")]
        assert "N0" not in str(texts)
        assert "N1" in str(texts)

    async def test_a_number_that_operators_say_is_none_is_left_out(self, tmp_path: Path) -> None:
        for _ in range(3):
            await change(
                "INSERT INTO message (kind, household_ids, msisdn, state, reason, attempts, was_uncertain, final_at) "
                "VALUES ('information', '{}', %(msisdn)s, 'failed', 'no_such_number', 0, false, %(at)s)",
                msisdn=AWA,
                at=NOW,
            )
        plan = await planned_from(self.rows(tmp_path, (AWA, CHEICK)))
        assert list(await bodies(plan.campaign_id)) == [CHEICK]
        assert (await fates(plan.campaign_id))[AWA].reason == "dead_number"
