"""Some deaths of the line, and that the counting would see what it is there to see."""

import psycopg

from faults.line import Line


async def test_each_person_has_their_complaint_and_a_wrong_count_is_seen() -> None:
    line = Line(seed=3, deaths=3)
    try:
        await line.run()
        assert [*line.wrong(), *line.twice()] == []
        assert line.story.deeds["web killed"] == 3
        somebody = min(line.story.told)
        line.story.told[somebody].add("0000000")
        line.story.begun.add("+22379999999")
        with psycopg.connect(line.url) as connection:
            connection.execute("UPDATE phone SET language = 'bm'")
            connection.execute(
                "UPDATE grievance SET msisdn = %s WHERE reference <> %s", [somebody, min(line.story.told[somebody])]
            )
        assert line.twice()[0].startswith(f"{somebody} has ")
        wrong = line.wrong()
        assert f"{somebody} was told 0000000, which is not theirs" in wrong
        assert "+22379999999 has no complaint" in wrong
        assert any("chose French" in each for each in wrong)
    finally:
        line.close()
