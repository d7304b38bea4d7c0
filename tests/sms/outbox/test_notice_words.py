"""What people read: each single notice in both languages."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from core.outbox.notice_kinds import NoticeKind
from core.text.alphabet import GSM7
from core.text.languages import Language
from core.text.translator import translator
from sms.outbox.notice_texts import Occasion, notice_text

BM, FR = Language("bm"), Language("fr")

ADDRESSED: Sequence[tuple[NoticeKind, dict[str, Any], str, str]] = [
    (
        NoticeKind.RECEIVED,
        {"ref": "1234567", "due": "2026-11-26"},
        "Jigisèmèjiri : plainte 1234567 notée. Réponse au plus tard le jeudi 26 novembre.",
        "Jigisɛmɛjiri: an ye damakasi 1234567 sɔrɔ. Jaabi don laban: alamisadon, nowanburukalo tile 26.",
    ),
    (
        NoticeKind.RECEIVED,
        {"ref": "1234567", "due": "2026-11-26", "discreet": True},
        "Jigisèmèjiri : c’est envoyé. Numéro : 1234567.",
        "Jigisɛmɛjiri: a lasera. Nimɔrɔ: 1234567.",
    ),
    (
        NoticeKind.INFORMATION,
        {"ref": "1234567"},
        "Jigisèmèjiri : plainte 1234567 : il manque une information. Appelez le *384*1234#.",
        "Jigisɛmɛjiri: damakasi 1234567: an mago bɛ kunnafoni dɔ la. Aw ye *384*1234# wele.",
    ),
    (
        NoticeKind.INFORMATION,
        {"ref": "1234567", "discreet": True},
        "Jigisèmèjiri : 1234567. Appelez le *384*1234#.",
        "Jigisɛmɛjiri: 1234567. Aw ye *384*1234# wele.",
    ),
    (
        NoticeKind.DECIDED,
        {"ref": "1234567", "text": "Venez à la mairie."},
        "Jigisèmèjiri : plainte 1234567. Réponse : Venez à la mairie.",
        "Jigisɛmɛjiri: damakasi 1234567. Jaabi: Venez à la mairie.",
    ),
    (
        NoticeKind.DECIDED,
        {"ref": "1234567", "text": "Le nom ne correspond pas.", "rejected": True},
        "Jigisèmèjiri : plainte 1234567. Elle est refusée : Le nom ne correspond pas.",
        "Jigisɛmɛjiri: damakasi 1234567. A ma minɛ: Le nom ne correspond pas.",
    ),
    (
        NoticeKind.DECIDED,
        {"ref": "1234567", "discreet": True},
        "Jigisèmèjiri : 1234567. Appelez le *384*1234#.",
        "Jigisɛmɛjiri: 1234567. Aw ye *384*1234# wele.",
    ),
    (
        NoticeKind.DECIDED,
        {"ref": "1234567", "text": "Payé lundi.", "corrects": True},
        "Jigisèmèjiri : correction. Plainte 1234567. Réponse : Payé lundi.",
        "Jigisɛmɛjiri: fili latilen. Damakasi 1234567. Jaabi: Payé lundi.",
    ),
    (
        NoticeKind.DECIDED,
        {"ref": "1234567", "text": "Déjà payé.", "rejected": True, "corrects": True},
        "Jigisèmèjiri : correction. Plainte 1234567. Elle est refusée : Déjà payé.",
        "Jigisɛmɛjiri: fili latilen. Damakasi 1234567. A ma minɛ: Déjà payé.",
    ),
    (
        NoticeKind.DECIDED,
        {"ref": "1234567", "discreet": True, "corrects": True},
        "Jigisèmèjiri : 1234567. Appelez le *384*1234#.",
        "Jigisɛmɛjiri: 1234567. Aw ye *384*1234# wele.",
    ),
    (
        NoticeKind.REMINDED,
        {"ref": "1234567"},
        "Jigisèmèjiri : plainte 1234567 : nous attendons votre réponse. Appelez le *384*1234#.",
        "Jigisɛmɛjiri: damakasi 1234567: an bɛ aw ka jaabi makɔnɔ. Aw ye *384*1234# wele.",
    ),
    (
        NoticeKind.LAPSED,
        {"ref": "1234567"},
        "Jigisèmèjiri : plainte 1234567 finie, sans réponse de vous. Pour la reprendre, appelez le *384*1234#.",
        "Jigisɛmɛjiri: damakasi 1234567 kuncɛra, an ma jaabi sɔrɔ. Walasa k'a daminɛ kokura: *384*1234#.",
    ),
    (
        NoticeKind.ESCALATED,
        {"ref": "1234567", "due": "2026-11-26"},
        "Jigisèmèjiri : plainte 1234567 donnée aux chefs. Réponse au plus tard le jeudi 26 novembre.",
        "Jigisɛmɛjiri: damakasi 1234567 lasera ɲɛmɔgɔw ma. Jaabi don laban: alamisadon, nowanburukalo tile 26.",
    ),
    (
        NoticeKind.CALL_AGREED,
        {"day": "2026-11-26", "period": "morning"},
        "Jigisèmèjiri : nous vous appellerons le jeudi 26 novembre, le matin.",
        "Jigisɛmɛjiri: an bɛna aw wele alamisadon, nowanburukalo tile 26, sɔgɔma fɛ.",
    ),
    (
        NoticeKind.CALL_DROPPED,
        {"text": "Prochain paiement : lundi 23 novembre, Safo"},
        "Jigisèmèjiri : l’appel a été coupé. Prochain paiement : lundi 23 novembre, Safo",
        "Jigisɛmɛjiri: telefɔni tigɛra. Prochain paiement : lundi 23 novembre, Safo",
    ),
    (
        NoticeKind.SMS_STOPPED,
        {},
        "Jigisèmèjiri : vous ne recevrez plus de SMS. Pour reprendre : *384*1234#.",
        "Jigisɛmɛjiri: aw tɛna SMS sɔrɔ tugun. Walasa k'a daminɛ kokura: *384*1234#.",
    ),
    (
        NoticeKind.SMS_STARTED,
        {},
        "Jigisèmèjiri : vous recevrez les SMS. Pour arrêter : *384*1234#.",
        "Jigisɛmɛjiri: aw bɛna SMS sɔrɔ. Walasa k'a dabila: *384*1234#.",
    ),
    (
        NoticeKind.HOW_TO_STOP,
        {},
        "Jigisèmèjiri : pour ne plus recevoir de SMS, écrivez STOP ou composez le *384*1234#.",
        "Jigisɛmɛjiri: walasa ka SMS dabila, aw ye dabila sɛbɛn walima aw ye *384*1234# wele.",
    ),
    (
        NoticeKind.NUMBER_MISTYPED,
        {},
        "Jigisèmèjiri : Numéro mal tapé. Regardez-le encore.",
        "Jigisɛmɛjiri: Fili bɛ nimɔrɔ in na. Aw ye a lajɛ kokura.",
    ),
    (
        NoticeKind.HELP,
        {},
        "Jigisèmèjiri : Appelez le *384*1234#.\nTéléphone : +223 20 22 16 15",
        "Jigisɛmɛjiri: Aw ye *384*1234# wele.\nTelefɔni: +223 20 22 16 15",
    ),
    (
        NoticeKind.NOT_UNDERSTOOD,
        {},
        "Jigisèmèjiri : nous n’avons pas compris. Appelez le *384*1234#.",
        "Jigisɛmɛjiri: an ma a faamu. Aw ye *384*1234# wele.",
    ),
]


@pytest.mark.parametrize(("kind", "filling", "french", "bambara"), ADDRESSED)
async def test_a_notice_is_said(kind: NoticeKind, filling: dict[str, Any], french: str, bambara: str) -> None:
    occasion = Occasion("+22376000001", filling, datetime(2026, 11, 20, 9, tzinfo=UTC))
    assert await notice_text(kind, occasion, translator(FR)) == french
    assert await notice_text(kind, occasion, translator(BM)) == bambara
    assert {GSM7.segments(GSM7.prepare(text)) for text in (french, bambara)} == {1}
