"""The `banter` command."""

import argparse
import asyncio
import codecs
import gc
import io
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import msgspec

from bot import __version__
from bot.errors import ShellError
from bot.journey import Stage, loading_once, open_stage, read_journey, run_journey
from bot.workspace import DEFAULT, LOCALES, WORKSPACES, load_workspace
from dialogs.errors import BrokenContent, ContentError, folded
from dialogs.library import Library
from dialogs.values import Choice, Kind, Outcome
from storage.errors import StorageError

if TYPE_CHECKING:
    from bot.control import Action
    from dialogs.dropoff import DropOff
    from storage.values import Publication

GOOD, FAILED, MISUSED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 when all is well, 1 when something failed, 2 for wrong use."""
    _open_streams()
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        code = run(options)
        sys.stdout.flush()  # a reader that has gone shows here and not at the very end, where nobody can answer it
    except BrokenPipeError:
        return _unheard()
    except BrokenContent as error:
        for line in folded(error.problems):
            print(line, file=sys.stderr)
        print(f"{len(error.problems)} problem(s); nothing was started", file=sys.stderr)
        return FAILED
    except (ShellError, StorageError, OSError) as error:
        print(f"banter: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return GOOD
    return code


def _open_streams() -> None:
    """A stream that was closed before we came goes nowhere; a sign the terminal cannot show becomes a question mark."""
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            raw = io.FileIO(os.devnull, "r+")
            nowhere = io.BufferedReader(raw) if name == "stdin" else io.BufferedWriter(raw)
            setattr(sys, name, io.TextIOWrapper(nowhere, encoding="utf-8", line_buffering=True))
        elif isinstance(stream, io.TextIOWrapper) and name != "stderr":
            stream.reconfigure(errors="replace")


def _unheard() -> int:
    """Whoever read our output has read enough, as `head` does: what is left goes nowhere, without a word."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return GOOD


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="banter",
        description="A chatbot that qualifies leads: asks like a good salesperson, scores with quotes, hands over.",
        epilog="Start with `banter serve` and open the address it prints; `banter chat` talks right here.",
    )
    parser.add_argument("--version", action="version", version=f"banter {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    serve = commands.add_parser("serve", help="serve the web chat, the console and (with a token) Telegram")
    serve.add_argument("--publish", action="store_true", help="run the workspace folder, also after a rollback from it")
    serve.set_defaults(run=_serve)

    reload = commands.add_parser("reload", help="have the server that runs take over the workspace as it is now")
    reload.set_defaults(run=_reload)

    rollback = commands.add_parser("rollback", help="have the server that runs go back to a version it ran before")
    rollback.add_argument("content", nargs="?", default="", metavar="VERSION", help="the one before if left out")
    rollback.set_defaults(run=_rollback)

    versions = commands.add_parser("versions", help="list what the bot ran on, the newest first")
    versions.add_argument("--json", action="store_true", help="as JSON")
    versions.set_defaults(run=_versions)

    link = commands.add_parser(
        "link",
        help="make links for mails whose clicks count",
        description="One link a lead, which leads through Banter to the address: lead, a tab, link.",
    )
    link.add_argument("address", metavar="URL", help="where it leads: https://…")
    link.add_argument("leads", metavar="LEAD", nargs="+", help="e-mail address or conversation id; - reads lines")
    link.add_argument("--event", default="email_link_clicked", help="what a click counts as; a line of `signals`")
    link.set_defaults(run=_link)

    init = commands.add_parser("init", help="make a workspace folder of your own")
    init.add_argument("folder", metavar="DIR", help="a folder that does not exist yet, or is empty")
    init.set_defaults(run=_init)

    check = commands.add_parser("check", help="prove a workspace before it serves anybody")
    check.add_argument("workspace", nargs="?", default="", help="its folder; the demo company if left out")
    check.add_argument("--json", action="store_true", help="problems as JSON")
    check.add_argument("--sarif", action="store_true", help="problems as SARIF 2.1.0, for code review tools")
    check.add_argument("--schema", choices=("framework", "company"), help="print the JSON Schema of a file and stop")
    check.set_defaults(run=_check)

    chat = commands.add_parser("chat", help="talk to the bot in the terminal; nothing is stored")
    chat.add_argument("--framework", default="", help="which framework asks, e.g. bant")
    chat.add_argument("--lang", default="en", help="the language it starts in, two letters")
    chat.add_argument("--workspace", default="", help="a workspace folder")
    chat.set_defaults(run=_chat)

    read = commands.add_parser(
        "read",
        help="show how messages are understood",
        description='JSON lines in: {"id", "text", "lang"?, "asked"?, "ref_date"?}; out: {"id", "slots": {…}}.',
    )
    read.add_argument("--workspace", default="", help="a workspace folder")
    read.set_defaults(run=_read)

    journey = commands.add_parser("journey", help="play scripted conversations and say which expectations failed")
    journey.add_argument("files", nargs="+", metavar="FILE", type=Path)
    journey.add_argument("--json", action="store_true", help="results as JSON")
    journey.set_defaults(run=_journey)

    rescore = commands.add_parser(
        "rescore",
        help="score stored conversations again, under any framework or as a change would",
        description="Reads the database of BANTER_DATABASE_URL and changes nothing in it. Same facts, same bytes.",
    )
    rescore.add_argument("--framework", default="", help="score all under this one; each under its own if left out")
    rescore.add_argument(
        "--what-if",
        type=Path,
        metavar="FILE",
        help="a framework file, or keys put over company.yaml: prints what would change, and a summary",
    )
    rescore.add_argument("--json", action="store_true", help="a JSON line a lead, and one of the summary")
    rescore.add_argument("--workers", type=int, default=0, metavar="N", help="processes that score; one a core (0)")
    rescore.add_argument(
        "--workspace",
        default="",
        help="a workspace folder; if left out BANTER_WORKSPACE, and for --what-if the version that runs",
    )
    rescore.set_defaults(run=_rescore)

    simulate = commands.add_parser(
        "simulate",
        help="let made-up visitors talk to the bot and say what was understood wrongly",
        description="Seeded visitors who know what they mean talk through the real engine and a store of their own.",
    )
    simulate.add_argument("--visitors", type=int, default=500, metavar="N", help="how many (500)")
    simulate.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed makes the same visitors (1)")
    simulate.add_argument("--framework", default="", help="which framework asks; all in turn if left out")
    simulate.add_argument("--lang", default="", help="the language they speak; all in turn if left out")
    simulate.add_argument("--only", type=int, metavar="K", help="play visitor K alone and print the talk")
    simulate.add_argument("--json", action="store_true", help="the report as JSON, with every failure")
    simulate.add_argument("--workspace", default="", help="a workspace folder")
    simulate.set_defaults(run=_simulate)

    diagram = commands.add_parser("diagram", help="draw a framework's tree, or the stage tables, as Mermaid or SVG")
    diagram.add_argument("what", nargs="?", default="stages", help="stages (default), frameworks, or one, e.g. bant")
    diagram.add_argument("--workspace", default="", help="a workspace folder")
    diagram.add_argument("--svg", action="store_true", help="draw as SVG, complete in itself")
    diagram.add_argument("--lang", default="en", help="the language of the questions in the picture, two letters")
    diagram.add_argument(
        "--figures",
        action="store_true",
        help="of the stages or a framework: figures of the talks in BANTER_DATABASE_URL",
    )
    diagram.add_argument(
        "--database",
        default="",
        metavar="URL",
        help="of the stages or a framework: figures of the talks in this database",
    )
    diagram.set_defaults(run=_diagram)
    return parser


def _serve(options: argparse.Namespace) -> int:
    from bot.app import configure_logging, serve, settings_from  # noqa: PLC0415 - the web stack only where it serves

    settings = settings_from()
    configure_logging(settings.log_level)
    asyncio.run(serve(settings, lambda line: print(line, flush=True), publish=options.publish))
    return GOOD


def _reload(_: argparse.Namespace) -> int:
    return _order("reload")


def _rollback(options: argparse.Namespace) -> int:
    return _order("rollback", options.content)


def _order(action: "Action", content: str = "") -> int:
    """Have the server that runs do it, and say what came of it."""
    from bot.app import settings_from  # noqa: PLC0415 - the web stack only where it is needed
    from bot.control import Order, file_of, send  # noqa: PLC0415
    from storage.database import path_of  # noqa: PLC0415

    report = send(file_of(path_of(settings_from().database_url)), Order(action, content))
    for problem in report.problems:
        print(problem, file=sys.stderr)
    if report.problems:
        print(f"{len(report.problems)} problem(s); {report.before} runs on", file=sys.stderr)
        return FAILED
    same = report.content == report.before
    print(f"{report.content} runs already" if same else f"{report.content} runs now; before: {report.before}")
    if not report.kept:
        print("its files are more than is kept (8 MB): nobody can go back to it", file=sys.stderr)
    return GOOD


def _versions(options: argparse.Namespace) -> int:
    from bot.app import settings_from  # noqa: PLC0415
    from bot.publishing import MOST_REMEMBERED  # noqa: PLC0415
    from storage.database import path_of  # noqa: PLC0415
    from storage.store import Store  # noqa: PLC0415

    url = settings_from().database_url
    if not path_of(url).is_file():
        print(f"banter: nothing has run yet: there is no {path_of(url)}", file=sys.stderr)
        return FAILED

    async def listed() -> "Sequence[Publication]":
        store = await Store.open(url)
        try:
            return await store.publications(MOST_REMEMBERED)
        finally:
            await store.close()

    found = asyncio.run(listed())
    if options.json:
        print(msgspec.json.encode(found).decode())
        return GOOD
    for at, one in enumerate(found):
        mark = "*" if at == 0 else " "
        print(f"{mark} {one.content}  {one.at:%Y-%m-%d %H:%M} UTC  {one.how}{'' if one.kept else ', not kept'}")
    return GOOD


def _link(options: argparse.Namespace) -> int:
    from bot.app import settings_from  # noqa: PLC0415
    from bot.channels.events import Link, is_target, key_of, signed, target_of, unknown_event  # noqa: PLC0415

    settings = settings_from()
    known = load_workspace(settings.workspace).library.company.signals
    target = target_of(options.address)
    problem = ""
    if not settings.events_token:
        problem = "links are signed with BANTER_EVENTS_TOKEN: set it to the server's"
    elif not is_target(target):
        problem = f"expected a web address like https://example.com/prices, found {options.address[:80]!r}"
    elif options.event not in known:
        problem = unknown_event(options.event, known)
    if problem:
        print(f"banter: {problem}", file=sys.stderr)
        return MISUSED
    key = key_of(settings.events_token)
    given = (line for one in options.leads for line in (sys.stdin if one == "-" else (one,)))
    for lead in filter(None, map(str.strip, given)):
        print(f"{lead}\t{settings.public_url}/e/{signed(Link(lead, options.event, target), key)}")
    return GOOD


def _init(options: argparse.Namespace) -> int:
    folder = Path(options.folder)
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            why = "is not empty" if folder.is_dir() else "is a file"
            print(f"banter: {folder} {why}; give a folder that does not exist yet", file=sys.stderr)
            return MISUSED
        shutil.copytree(WORKSPACES / DEFAULT, folder, dirs_exist_ok=True)
        for name in ("frameworks", "locales"):
            (folder / name).mkdir(exist_ok=True)
    except (OSError, shutil.Error) as error:
        why = getattr(error, "strerror", None) or "not all files could be written"
        print(f"banter: {folder} cannot be made ({why}); give a folder you may write", file=sys.stderr)
        return FAILED
    shown, banter = shlex.quote(str(folder)), _called()
    print(f"{folder} is ready. Edit {folder / 'company.yaml'}, then:")
    print(f"  {banter} check {shown}")
    print(f"  BANTER_WORKSPACE={shown} {banter} serve")
    return GOOD


def _called() -> str:
    """What to type for this command: its name, or the path it was called by where the shell does not find the name."""
    by = Path(sys.argv[0])
    return "banter" if by.name != "banter" or shutil.which("banter") else shlex.quote(str(by))


def _check(options: argparse.Namespace) -> int:
    if options.schema:
        from dialogs.schema import company_schema, framework_schema  # noqa: PLC0415

        schema = framework_schema() if options.schema == "framework" else company_schema()
        print(msgspec.json.format(msgspec.json.encode(schema)).decode())
        return GOOD
    try:
        workspace = load_workspace(options.workspace)
    except BrokenContent as error:
        _print_problems(error, as_json=options.json, as_sarif=options.sarif)
        return FAILED
    library = workspace.library
    if options.sarif:
        _print_sarif(())
    elif options.json:
        print('{"problems":[]}')
    else:
        print(f"{workspace.folder}: sound. {library.company.name}, content {library.version}")
        print(f"  frameworks: {', '.join(sorted(library.frameworks))}; languages: {', '.join(library.wordings)}")
    return GOOD


def _print_sarif(problems: Sequence[ContentError]) -> None:
    from dialogs.check.sarif import sarif  # noqa: PLC0415 - only where it is asked for

    print(msgspec.json.format(msgspec.json.encode(sarif(problems, __version__))).decode())


def _print_problems(error: BrokenContent, *, as_json: bool, as_sarif: bool = False) -> None:
    if as_sarif:
        _print_sarif(error.problems)
        return
    if as_json:
        print(msgspec.json.encode({"problems": error.problems}).decode())
        return
    for line in folded(error.problems):
        print(line)
    print(f"{len(error.problems)} problem(s)")


def _chat(options: argparse.Namespace) -> int:
    library = load_workspace(options.workspace).library
    if options.lang not in library.wordings:
        print(f"banter: there are no texts in {options.lang!r}; choose {', '.join(library.wordings)}", file=sys.stderr)
        return MISUSED
    if options.framework and options.framework not in library.frameworks:
        print(f"banter: no framework {options.framework!r}; choose {', '.join(library.frameworks)}", file=sys.stderr)
        return MISUSED
    now = datetime.now(UTC)
    stage = open_stage(library, options.framework, options.lang, "terminal", now)
    _talk(stage, sys.stdin, sys.stdout)
    return GOOD


def _talk(stage: Stage, lines: TextIO, out: TextIO) -> None:
    choices = _show(stage.play(Kind.START, ""), out)
    print("(a number presses a button; Ctrl-D ends the talk)", file=out)
    while True:
        print("> ", end="", file=out, flush=True)
        line = lines.readline()
        if not line:
            break
        said = line.strip()
        if not said:
            continue
        pressed = (
            choices[int(said) - 1] if said.isascii() and said.isdigit() and 0 < int(said) <= len(choices) else None
        )
        outcome = stage.play(Kind.CHOICE, pressed.id) if pressed else stage.play(Kind.TEXT, said)
        choices = _show(outcome, out)
    last = stage.outcomes[-1].assessment
    print(f"\n{last.total}/{last.maximum}, {last.temperature.value}, {stage.conversation.stage.value}", file=out)
    for row in last.criteria:
        quotes = "; ".join(f"“{fact.evidence.quote}”" for point in row.reasons for fact in point.facts)
        print(f"  {row.criterion}: {row.points}/{row.maximum} {row.verdict.value}  {quotes}", file=out)


def _show(outcome: Outcome, out: TextIO) -> tuple[Choice, ...]:
    choices: tuple[Choice, ...] = ()
    for reply in outcome.replies:
        print(f"\n{reply.text}", file=out)
        choices = reply.choices
        for number, choice in enumerate(choices, 1):
            print(f"  [{number}] {choice.label}", file=out)
    return choices


def _read(options: argparse.Namespace) -> int:
    from dialogs.reading.slots import read_case  # noqa: PLC0415

    ears = load_workspace(options.workspace).library.ears
    gc.freeze()  # what was loaded stays: the collector need not look through it again and again
    today = datetime.now(UTC).date()
    code = GOOD
    for number, raw in enumerate(sys.stdin.buffer, 1):
        line = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
        if not line.strip():
            continue
        try:
            case = msgspec.json.decode(line, type=dict[str, object])
            if not isinstance(case.get("text"), str):
                raise msgspec.ValidationError('expected {"id", "text", …}')
            for doubt in _doubts(case, ears.languages):
                print(f"banter: line {number}: {doubt}", file=sys.stderr)
            sys.stdout.buffer.write(msgspec.json.encode(read_case(case, ears, today)) + b"\n")
        except UnicodeDecodeError:
            print(f"banter: line {number}: a text in it is not UTF-8", file=sys.stderr)
            code = FAILED
        except RecursionError:
            print(f"banter: line {number}: it is nested too deeply", file=sys.stderr)
            code = FAILED
        except (msgspec.DecodeError, ValueError) as error:
            print(f"banter: line {number}: {error}", file=sys.stderr)
            code = FAILED
    sys.stdout.flush()
    return code


def _doubts(case: Mapping[str, object], languages: Collection[str]) -> Iterator[str]:
    """What of a case is passed over: it is read all the same, as if nothing had been said of it."""
    language, day, asked = case.get("lang"), case.get("ref_date"), case.get("asked")
    if language is not None and language not in languages:
        yield f"lang: expected one of {', '.join(languages)}; guessed from the text"
    if asked is not None and not isinstance(asked, str):
        yield "asked: expected the name of a question; read as if nothing was asked"
    try:
        if day is not None:
            date.fromisoformat(day[:10] if isinstance(day, str) else "")
    except ValueError:
        yield "ref_date: expected a day like 2026-03-02; read as of today"


def _journey(options: argparse.Namespace) -> int:
    results = []
    load = loading_once()
    for file in options.files:
        try:
            failures = [str(failure) for failure in run_journey(read_journey(file), load, str(file))]
        except BrokenContent as error:
            failures = [str(problem) for problem in error.problems]
        except OSError as error:
            failures = [f"cannot be read: {error.strerror}"]
        results.append({"file": str(file), "passed": not failures, "failures": failures})
    if options.json:
        print(msgspec.json.encode(results).decode())
    else:
        _print_results(results)
    return GOOD if all(result["passed"] for result in results) else FAILED


def _print_results(results: Sequence[dict[str, object]]) -> None:
    for result in results:
        print(f"{'ok  ' if result['passed'] else 'FAIL'} {result['file']}")
        failures = result["failures"]
        for failure in failures if isinstance(failures, list) else ():
            print(f"     {failure}")
    failed = sum(not result["passed"] for result in results)
    print(f"{len(results)} journeys, {failed} failed")


def _rescore(options: argparse.Namespace) -> int:
    from bot.app import settings_from  # noqa: PLC0415 - the settings and the store only where they are needed
    from bot.change import FaultyChange  # noqa: PLC0415
    from bot.rescore import Job, rescore  # noqa: PLC0415

    if options.workers < 0:
        print("banter: expected --workers from 1, or 0 for one a core", file=sys.stderr)
        return MISUSED
    settings = settings_from()
    workspace = options.workspace or settings.workspace
    running = not options.workspace
    job = Job(settings.database_url, workspace, options.framework, options.what_if, options.json, running)
    try:
        asyncio.run(rescore(job, sys.stdout, workers=options.workers, tell=_tell))
    except FaultyChange as error:
        for told, problems in (("the what-if file", error.own), ("the workspace", error.others)):
            if problems:
                print(f"{told} has faults; nothing was tried", *problems, sep="\n", file=sys.stderr)
        return FAILED
    return GOOD


def _tell(line: str) -> None:
    print(f"banter: {line}", file=sys.stderr)


def _simulate(options: argparse.Namespace) -> int:
    from bot.simulation.run import Plan, report_lines, simulate, transcript_lines  # noqa: PLC0415 - only here
    from bot.simulation.words import languages, read_words  # noqa: PLC0415

    library = load_workspace(options.workspace).library
    speak = tuple(one for one in languages(LOCALES) if one in library.wordings)
    chosen = []
    for option, value, known in (
        ("--framework", options.framework, library.frameworks),
        ("--lang", options.lang, speak),
    ):
        if value and value not in known:
            print(f"banter: {option}: expected one of {', '.join(known)}; found {value!r}", file=sys.stderr)
            return MISUSED
        chosen.append(f" {option} {value}" if value else "")
    if options.visitors < 1 or (options.only is not None and options.only < 0):
        print("banter: expected at least one visitor, and --only from 0", file=sys.stderr)
        return MISUSED
    if options.workspace:
        chosen.append(f" --workspace {shlex.quote(options.workspace)}")
    plan = Plan(
        options.seed,
        options.visitors,
        (options.framework,) if options.framework else tuple(sorted(library.frameworks)),
        (options.lang,) if options.lang else speak,
        options.only,
        "".join(chosen),
    )
    words = {language: read_words(LOCALES, language) for language in speak}
    report, judges = asyncio.run(simulate(plan, library, words))
    if options.json:
        print(msgspec.json.encode(report).decode())
    else:
        told = report_lines(report) if options.only is None else transcript_lines(judges[0])
        print("\n".join(told))
    return FAILED if report.failures else GOOD


def _diagram(options: argparse.Namespace) -> int:
    from dialogs.diagram import stages_page, tree_diagram  # noqa: PLC0415

    if (options.figures or options.database) and options.what == "frameworks":
        print(
            "banter: figures stand in pictures of the stages, or of one framework: banter diagram bant --svg --figures",
            file=sys.stderr,
        )
        return MISUSED
    if options.what == "stages":
        figures = _figures(options)
        print(_stage_pictures(figures) if options.svg else stages_page(figures=figures))
        return GOOD
    library = load_workspace(options.workspace).library
    if options.what == "frameworks" and not options.svg:
        print(_handbook(library))
        return GOOD
    framework = library.frameworks.get(options.what)
    if framework is None:
        known = ("stages", *(() if options.svg else ("frameworks",)), *library.frameworks)
        print(f"banter: expected {', '.join(known)}; found {options.what!r}", file=sys.stderr)
        return MISUSED
    if options.lang not in library.wordings:
        print(f"banter: there are no texts in {options.lang!r}; choose {', '.join(library.wordings)}", file=sys.stderr)
        return MISUSED
    wording = library.wordings[options.lang]
    if options.svg:
        from dialogs.picture import tree_picture  # noqa: PLC0415 - only where a picture is wanted

        print(tree_picture(framework, wording, _figures(options)), end="")
        return GOOD
    print(tree_diagram(framework, wording, _figures(options)))
    return GOOD


def _stage_pictures(figures: "DropOff | None") -> str:
    from dialogs.picture import table_pictures  # noqa: PLC0415

    return table_pictures(figures=figures)


def _figures(options: argparse.Namespace) -> "DropOff | None":
    """How the questions of the framework fared in stored talks, or all leads moved, where that is asked for."""
    if not options.figures and not options.database:
        return None
    from bot.app import settings_from  # noqa: PLC0415 - the settings and the store only where they are needed
    from bot.dropoff import stored_figures  # noqa: PLC0415
    from dialogs.dropoff import DropOff, together  # noqa: PLC0415

    url = options.database or settings_from().database_url
    found = asyncio.run(stored_figures(url))
    return together(found.values()) if options.what == "stages" else found.get(options.what, DropOff())


def _handbook(library: Library) -> str:
    """docs/frameworks.md, in the order of the console's words where we know the framework, else by name."""
    from bot.console.words import load_texts  # noqa: PLC0415 - only where pages are made
    from dialogs.handbook import frameworks_page  # noqa: PLC0415

    texts = load_texts(LOCALES)["en"]
    told = [key.removeprefix("framework.") for key in texts if key.startswith("framework.")]
    names = sorted(library.frameworks, key=lambda name: (told.index(name) if name in told else len(told), name))
    reasons = {key.removeprefix("rule."): text for key, text in texts.items() if key.startswith("rule.")}
    shown = [library.frameworks[name] for name in names]
    return frameworks_page(shown, library.wording("en"), reasons, library.company.max_questions)


if __name__ == "__main__":
    sys.exit(main())
