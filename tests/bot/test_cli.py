"""The command line, run as people run it: output, exit codes, and slips said in a sentence."""

import io
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import FAILED, GOOD, MISUSED, main

ROOT = Path(__file__).resolve().parents[2]
Capture = pytest.CaptureFixture[str]


def feed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))


def journey(tmp_path: Path, name: str, text: str) -> str:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_help_names_every_command(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    shown = capsys.readouterr().out
    assert left.value.code == GOOD
    assert all(name in shown for name in ("serve", "init", "check", "chat", "read", "journey", "diagram"))


@pytest.mark.parametrize("arguments", [[], ["dance"], ["check", "--schema", "poem"]])
def test_wrong_use_is_two(capsys: Capture, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == MISUSED
    assert "usage: banter" in capsys.readouterr().err


# -- init and check


def test_init_makes_a_workspace_that_is_sound(tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "mine"
    assert main(["init", str(folder)]) == GOOD
    assert f"banter check {folder}" in capsys.readouterr().out
    assert main(["check", str(folder)]) == GOOD
    assert "sound. Northlight Studio" in capsys.readouterr().out
    assert (folder / "frameworks").is_dir()


def test_init_leaves_what_is_there_alone(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["init", str(tmp_path)]) == MISUSED
    assert "is not empty" in capsys.readouterr().err
    assert main(["init", str(tmp_path / "mine.txt")]) == MISUSED


def test_init_says_why_a_folder_cannot_be_made(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "file").write_text("mine")
    assert main(["init", str(tmp_path / "file")]) == MISUSED
    assert "is a file; give a folder" in capsys.readouterr().err
    assert main(["init", str(tmp_path / "file" / "inside")]) == FAILED
    assert "cannot be made (Not a directory); give a folder you may write" in capsys.readouterr().err


def test_init_shows_commands_that_can_be_pasted(tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "my company"
    assert main(["init", str(folder)]) == GOOD
    shown = capsys.readouterr().out
    assert f"banter check '{folder}'\n" in shown
    assert f"BANTER_WORKSPACE='{folder}' banter serve\n" in shown


@pytest.mark.parametrize(
    ("called", "found", "shown"),
    [
        (".venv/bin/banter", None, ".venv/bin/banter"),
        ("/my venv/bin/banter", None, "'/my venv/bin/banter'"),
        (".venv/bin/banter", "/usr/bin/banter", "banter"),
        ("/somewhere/bot/cli.py", None, "banter"),
    ],
)
def test_init_names_the_command_as_the_shell_finds_it(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, called: str, found: str | None, shown: str
) -> None:
    monkeypatch.setattr(sys, "argv", [called])
    monkeypatch.setattr(shutil, "which", lambda _: found)
    assert main(["init", str(tmp_path / "mine")]) == GOOD
    assert f"  {shown} check {tmp_path / 'mine'}\n" in capsys.readouterr().out


def test_check_lists_problems_with_their_lines(tmp_path: Path, capsys: Capture) -> None:
    main(["init", str(tmp_path / "mine")])
    company = tmp_path / "mine" / "company.yaml"
    company.write_text(company.read_text(encoding="utf-8").replace("opens: 9", "opens: nine"), encoding="utf-8")
    capsys.readouterr()
    assert main(["check", str(company.parent)]) == FAILED
    shown = capsys.readouterr().out
    assert "hours.opens: Expected `int`" in shown
    assert "1 problem(s)" in shown
    assert main(["check", str(company.parent), "--json"]) == FAILED
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert (problem["key"], problem["file"]) == ("hours.opens", str(company))


def test_check_as_json_of_a_sound_workspace_has_no_problems(capsys: Capture) -> None:
    assert main(["check", "--json"]) == GOOD
    assert json.loads(capsys.readouterr().out) == {"problems": []}


def test_check_as_sarif_says_where_and_what(tmp_path: Path, capsys: Capture) -> None:
    assert main(["check", "--sarif"]) == GOOD
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert run["results"] == []
    main(["init", str(tmp_path / "my shop")])
    company = tmp_path / "my shop" / "company.yaml"
    text = company.read_text(encoding="utf-8").replace("opens: 9", "opens: 23")
    company.write_text(text, encoding="utf-8")
    capsys.readouterr()
    assert main(["check", "--sarif", str(company.parent)]) == FAILED
    log = json.loads(capsys.readouterr().out)
    assert (log["version"], log["$schema"][-11:]) == ("2.1.0", "-2.1.0.json")
    (result,) = log["runs"][0]["results"]
    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    place = result["locations"][0]["physicalLocation"]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == (rule["id"], 0, "error")
    assert place["artifactLocation"]["uri"] == company.as_uri()
    assert "opens" in text.splitlines()[place["region"]["startLine"] - 1]
    assert "expected opens before closes" in result["message"]["text"]


@pytest.mark.parametrize(("what", "key"), [("framework", "criteria"), ("company", "rate_card")])
def test_check_prints_the_schema_of_a_file(capsys: Capture, what: str, key: str) -> None:
    assert main(["check", "--schema", what]) == GOOD
    assert key in json.dumps(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize("command", [["check"], ["chat", "--workspace"], ["diagram", "bant", "--workspace"]])
def test_a_workspace_that_is_not_there_is_told(tmp_path: Path, capsys: Capture, command: list[str]) -> None:
    assert main([*command, str(tmp_path / "nowhere")]) == FAILED
    shown = capsys.readouterr()
    assert "there is no such file" in shown.out + shown.err


# -- journey


def test_journeys_that_hold_are_good(tmp_path: Path, capsys: Capture) -> None:
    file = journey(tmp_path, "a.yaml", "language: en\nturns:\n  - {presses: crm, asked: need}\n")
    assert main(["journey", file]) == GOOD
    assert capsys.readouterr().out == f"ok   {file}\n1 journeys, 0 failed\n"


def test_one_journey_that_fails_fails_the_run_and_the_others_still_play(tmp_path: Path, capsys: Capture) -> None:
    bad = journey(tmp_path, "a.yaml", "language: en\nturns:\n  - {presses: crm, stage: sql}\n")
    worse = journey(tmp_path, "b.yaml", "turns: [\n")
    good = journey(tmp_path, "c.yaml", "language: en\nturns: []\n")
    missing = str(tmp_path / "d.yaml")
    binary = tmp_path / "e.yaml"
    binary.write_bytes(b"\xff\xfe")
    assert main(["journey", bad, worse, good, missing, str(binary), "--json"]) == FAILED
    results = json.loads(capsys.readouterr().out)
    assert [one["passed"] for one in results] == [False, False, True, False, False]
    assert results[0]["failures"] == ["turn 1: stage: expected 'sql', found 'contact_us'"]
    assert "cannot be read" in results[3]["failures"][0]
    assert main(["journey", bad]) == FAILED
    assert f"FAIL {bad}\n     turn 1: stage" in capsys.readouterr().out


def test_a_pattern_that_is_no_regular_expression_is_a_failure_of_its_journey(tmp_path: Path, capsys: Capture) -> None:
    turn = "{presses: crm, says_back: ['/(/', '(', 'CRM'], never_says: ['/[/']}"
    text = f"language: en\nnever_says: ['/)/']\nturns:\n  - {turn}\n"
    file = journey(tmp_path, "a.yaml", text)
    assert main(["journey", file, "--json"]) == FAILED
    (result,) = json.loads(capsys.readouterr().out)
    assert [line.partition(": expected")[0] for line in result["failures"]] == [
        "end: never_says /)/",
        "turn 1: says_back /(/",
        "turn 1: never_says /[/",
    ]


# -- read


def test_read_answers_line_by_line(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    cases = [
        {"id": "a", "text": "We need a CRM", "lang": "en"},
        {"id": "b", "text": "до 5000 євро", "lang": "uk", "asked": "money", "ref_date": "2026-03-02"},
    ]
    feed(monkeypatch, "\n".join(json.dumps(case) for case in cases) + "\n\n")
    assert main(["read"]) == GOOD
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["id"], first["slots"]["needs"]) == ("a", ["crm"])
    assert (second["id"], second["slots"]["money"]["high"]) == ("b", 5000)


@pytest.mark.parametrize(
    "line",
    ["not json", "[]", '{"id": "a"}', '{"id": "a", "text": 5}', f'{{"text": "a", "id": {"[" * 5000 + "]" * 5000}}}'],
)
def test_a_line_read_cannot_take_is_named_and_the_rest_is_answered(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, line: str
) -> None:
    feed(monkeypatch, f'{line}\n{{"id": "z", "text": "a CRM"}}\n')
    assert main(["read"]) == FAILED
    shown = capsys.readouterr()
    assert shown.err.startswith("banter: line 1: ")
    assert json.loads(shown.out)["id"] == "z"


def test_bytes_that_are_no_text_are_told_and_a_mark_at_the_beginning_is_borne(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    lines = b'\xef\xbb\xbf{"id": "a", "text": "a CRM"}\n{"id": "b", "text": "\xff"}\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines), encoding="utf-8"))
    assert main(["read"]) == FAILED
    shown = capsys.readouterr()
    assert shown.err == "banter: line 2: a text in it is not UTF-8\n"
    assert json.loads(shown.out)["id"] == "a"


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        ({"lang": "xx"}, "lang: expected one of en, pl, uk, ru; guessed from the text"),
        ({"lang": 5}, "lang: expected one of en, pl, uk, ru; guessed from the text"),
        ({"asked": ["money"]}, "asked: expected the name of a question; read as if nothing was asked"),
        ({"ref_date": "31.02.2026"}, "ref_date: expected a day like 2026-03-02; read as of today"),
        ({"ref_date": 20260302}, "ref_date: expected a day like 2026-03-02; read as of today"),
        ({"lang": None, "asked": None, "ref_date": None}, ""),
    ],
)
def test_what_is_passed_over_of_a_line_is_told_and_the_line_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, odd: dict[str, object], told: str
) -> None:
    feed(monkeypatch, json.dumps({"id": "a", "text": "a CRM"} | odd) + "\n")
    assert main(["read"]) == GOOD
    shown = capsys.readouterr()
    assert shown.err == (f"banter: line 1: {told}\n" if told else "")
    assert json.loads(shown.out)["slots"]["needs"] == ["crm"]


# -- streams


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("command", ["read", "diagram"])
def test_a_stream_that_was_closed_before_is_borne(command: str, closed: str) -> None:
    line = f'"{sys.executable}" -m bot.cli {command} {closed}'
    ended = subprocess.run(
        ["/bin/sh", "-c", line], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (GOOD, b"")


def test_words_a_terminal_cannot_take_or_show_do_not_end_the_talk() -> None:
    command = [sys.executable, "-m", "bot.cli", "chat", "--lang", "ru"]
    environ = os.environ | {"PYTHONIOENCODING": "ascii:strict"}
    said = "Нужна CRM\n".encode()
    ended = subprocess.run(command, cwd=ROOT, env=environ, input=said, capture_output=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (GOOD, b"")
    assert b"need: 15/25" in ended.stdout


# -- chat


def test_chat_talks_presses_by_number_and_shows_the_score(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    feed(monkeypatch, "1\n\nso that no inquiry gets lost\n99\n")
    assert main(["chat"]) == GOOD
    shown = capsys.readouterr().out
    assert "[1] CRM" in shown
    assert "/100, cold, contact_us" in shown
    assert "need: 20/25 met  “CRM”" in shown


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [(["--lang", "xx"], "there are no texts in 'xx'"), (["--framework", "nope"], "no framework 'nope'")],
)
def test_chat_refuses_what_it_does_not_have(capsys: Capture, arguments: list[str], problem: str) -> None:
    assert main(["chat", *arguments]) == MISUSED
    assert problem in capsys.readouterr().err


# -- diagram


def test_diagram_draws_the_stages_and_a_framework(capsys: Capture) -> None:
    assert main(["diagram"]) == GOOD
    assert "contact_us" in capsys.readouterr().out
    assert main(["diagram", "bant"]) == GOOD
    assert "flowchart" in capsys.readouterr().out


def test_diagram_of_something_else_names_what_there_is(capsys: Capture) -> None:
    assert main(["diagram", "poem"]) == MISUSED
    assert "expected stages, frameworks, anum, b2c_express, bant" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["diagram"], ["check", "--schema", "company"]])
def test_a_reader_that_has_read_enough_is_no_error(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "bot.cli", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        told = process.stderr.read()
    assert (process.returncode, told) == (GOOD, b"")


# -- serve


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        environ = {name: value for name, value in os.environ.items() if not name.startswith("BANTER_")}
        environ |= {"BANTER_PORT": port, "BANTER_DATABASE_URL": f"sqlite:///{tmp_path / 'banter.db'}"}
        command = [sys.executable, "-m", "bot.cli", "serve"]
        ended = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout) == (FAILED, "")
    assert ended.stderr == (
        f"banter: BANTER_PORT: port {port} of 127.0.0.1 is taken by another program: stop it, or choose another port\n"
    )
    assert not (tmp_path / "banter.db").exists()


def test_serve_refuses_a_setting_it_does_not_know(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("BANTER_PROT", "1")
    assert main(["serve"]) == FAILED
    assert capsys.readouterr().err == "banter: unknown setting BANTER_PROT: did you mean BANTER_PORT?\n"
