from pathlib import Path

from proof.msgids import Msgid, msgids

SCREENS = """
from core.voice import N_

LABELS = {"paid": N_("Paid")}

async def standing(voice, late, tries):
    def t(self, msgid="not said"):
        return msgid
    title = voice.t("My household")
    nested = voice.t("Reason: {reason}", reason=str(voice.t("Too late")), other="not said")
    chosen = voice.t("Late" if late else "In time")
    long = voice.t(
        "Two halves "
        "of one text"
    )
    left = voice.n("One try left", "{n} tries left", tries)
    marked = voice.t(LABELS["paid"])
    print("not said", title.n("not said"))
"""


def test_the_texts_of_a_room_are_found_where_they_are_used(tmp_path: Path) -> None:
    room = tmp_path / "menus"
    (room / "deep").mkdir(parents=True)
    (room / "deep" / "standing.py").write_text(SCREENS, "utf-8")
    texts = set(msgids([room]))
    assert {msgid.singular for msgid in texts} == {
        "Paid",
        "My household",
        "Reason: {reason}",
        "Too late",
        "Late",
        "In time",
        "Two halves of one text",
        "One try left",
    }
    assert Msgid("One try left", "{n} tries left", "menus/deep/standing.py:16") in texts
