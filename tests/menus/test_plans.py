"""What a hop asks of the database is found by indexes, however many households there are."""

import psycopg

from tests.menus.dialogues import Way, World, files, read
from tests.support.plans import recorded, whole_reads


async def test_no_hop_of_any_dialogue_reads_a_table_that_grows_from_end_to_end(dialogue_world: World) -> None:
    with recorded() as heard:
        for file in files():
            await dialogue_world.by(Way.WHOLE_TEXT).held(read(file.read_text("utf-8")))
    assert len(heard) > 40
    assert whole_reads(dialogue_world.url, heard) == {}
    with psycopg.connect(dialogue_world.url, autocommit=True) as connection:
        connection.execute("ANALYZE")  # as another test may have done before
    assert whole_reads(dialogue_world.url, heard) == {}


UNFOUND = "SELECT id FROM household WHERE village = %(village)s"


def test_a_table_that_is_read_whole_is_found(dialogue_world: World) -> None:
    assert whole_reads(dialogue_world.url, {UNFOUND: {"village": "Safo"}}) == {UNFOUND: ["Seq Scan of household"]}
