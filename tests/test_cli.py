"""The `jigi` command: what stands with its subject is found there."""

from importlib import import_module
from importlib.metadata import version

import pytest
import typer
from typer.testing import CliRunner

import cli


@pytest.mark.parametrize("name", cli.ELSEWHERE)
def test_a_command_that_stands_elsewhere_is_there_with_its_options(name: str) -> None:
    listed = CliRunner().invoke(cli.app, [name, "--help"])
    assert listed.exit_code == 0, listed.output
    assert f"jigi {name}" in CliRunner().invoke(cli.app, [name, "--help"], prog_name="jigi").output


@pytest.mark.parametrize(("name", "home"), cli.ELSEWHERE.items())
def test_the_list_says_of_a_command_what_the_command_says_of_itself(name: str, home: tuple[str, str]) -> None:
    module, line = home
    own = typer.main.get_command(import_module(module).app).help or ""
    assert own.startswith(line.rstrip("."))


def test_which_jigi_this_is_is_said_without_a_command() -> None:
    said = CliRunner().invoke(cli.app, ["--version"])
    assert (said.exit_code, said.output.strip()) == (0, version("jigi"))
