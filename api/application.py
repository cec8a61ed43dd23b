"""Composition root: one installation, put together from its settings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path

from itsdangerous import URLSafeSerializer
from sqlmodel import Session

from api.rate_limits import RateLimit
from api.secret_files import load_keyring, load_secret_key
from api.settings import Settings
from appraisal.crypto import attach_keyring
from appraisal.objects import ObjectStore, attach_objects
from engine.clock import Clock, MovableClock
from engine.database import Database, create_database
from engine.dbos_jobs import DbosQueue, DbosWorker, create_job_tables
from engine.definitions import Definitions
from engine.design_context import DesignContext
from engine.feel import compile_expression
from engine.findings import Finding
from engine.jobs import JobQueue
from engine.packaged import packaged_changes
from engine.poller import Poller
from engine.publication import PublishReport
from engine.runtime import ProcessEngine
from engine.scopes import depth_of, industry_of, organisation_of
from engine.sources import Source, load_folder
from engine.terms import check_terms
from forms import InvalidForm, parse_form
from forms.components import DynamicList, Field
from tasks.archive import OPTION_ARCHIVE_FOLDER
from tasks.bindings import WRITERS
from tasks.certificate_pages import OPTION_PUBLIC_URL
from tasks.completion import Completion, StoredAnswers
from tasks.examiner import Examiner
from tasks.facts import calendars, fact_providers, host_functions
from tasks.form_library import FormLibrary
from tasks.industries import check_claims
from tasks.known_variables import host_knowledge
from tasks.migrations import follow_session
from tasks.plugins import Plugins, installed_service_tasks, load_plugins
from tasks.posts import PostsLibrary, attach_posts, packaged_posts
from tasks.scenario_sets import check_scenarios
from tasks.terms import TermsLibrary, attach_terms
from tasks.weight_tables import check_catalogue


@dataclass(frozen=True)
class Installation:
    """Everything a request or a job needs; made once for each application."""

    settings: Settings
    database: Database
    clock: Clock
    engine: ProcessEngine
    definitions: Definitions
    forms: FormLibrary
    completion: Completion
    examiner: Examiner
    queue: JobQueue
    cookies: URLSafeSerializer
    plugins: Plugins
    design_context: DesignContext
    sign_ins: RateLimit
    verifications: RateLimit
    trials: RateLimit = field(default_factory=lambda: RateLimit(60))
    client_calls: RateLimit = field(default_factory=lambda: RateLimit(600))

    def worker(self) -> DbosWorker:
        """What runs this installation's jobs, not started yet."""
        return DbosWorker(
            self.database,
            self.engine,
            poll_seconds=self.settings.poll_seconds,
            dead_after=timedelta(seconds=self.settings.lease_seconds),
            threads=self.settings.worker_threads,
        )

    def poller(self) -> Poller:
        """What fires this installation's timers, not started yet."""
        seconds = self.settings.poll_seconds
        return Poller(self.database, self.engine, self.clock, self.queue, seconds=seconds)

    def prepare(self) -> None:
        """Create the tables that are missing: for tests and new demos; others migrate."""
        self.database.create_schema()
        create_job_tables(self.database)

    def publish(self, db: Session, sources: Sequence[Source], actor: str) -> list[PublishReport]:
        """Publish packaged definitions, outer scopes first; stops at the first that is refused.

        What people published in the place of a packaged definition stays.
        """
        reports = []
        for scope in sorted({source.scope for source in sources}, key=depth_of):
            own = [source for source in sources if source.scope == scope]
            changes = packaged_changes(db, scope, own, actor=actor, now=self.clock.now())
            report = self.definitions.publish(
                db, changes.sources, scope, actor, removals=changes.removals
            )
            report = replace(report, findings=(*report.findings, *changes.kept))
            reports.append(report)
            if report.refused:
                break
            self.register_starts(db, scope, report)
        return reports

    def register_starts(self, db: Session, scope: str, report: PublishReport) -> None:
        """Let messages and timers start the processes of what was published."""
        # Messages and timers start the base's processes for everybody, an
        # organisation's for itself; an industry's wait for a batch to use them.
        if report.bundle_id is not None and not industry_of(scope):
            self.engine.register_starts(db, report.bundle_id, tenant=organisation_of(scope))

    def dispose(self) -> None:
        """Close every connection."""
        self.examiner.close()
        self.database.dispose()


def build_installation(
    settings: Settings, *, queue: Callable[[Database], JobQueue] = DbosQueue
) -> Installation:
    """Put an installation together; nothing is started and no table is made."""
    database = create_database(settings.database_address, schema=settings.database_schema)
    _attach(database, settings)
    clock = MovableClock(database) if settings.clock_is_movable else Clock()
    plugins = load_plugins()
    service_tasks = installed_service_tasks(plugins)
    functions = host_functions(calendars(partial(Session, database.reader)))
    definitions = Definitions(
        checkers={
            "catalogue": check_catalogue,
            "form": check_form,
            "scenarios": check_scenarios,
            "vocabulary": check_terms,
        },
        service_tasks={task.name for task in service_tasks},
        groups=set(packaged_posts().posts),
        functions=functions,
        knowledge=host_knowledge(service_tasks),
        across=check_claims,
        reading=database.reading,
        now=clock.now,
    )
    posts, terms = PostsLibrary(definitions), TermsLibrary(definitions)
    for one in (database.writer, database.reader):
        attach_posts(one, posts)
        attach_terms(one, terms)
    jobs = queue(database)
    engine = ProcessEngine(
        definitions,
        service_tasks,
        clock=clock,
        jobs=jobs,
        facts=fact_providers(),
        functions=functions,
        answers=StoredAnswers(),
    )
    engine.followers.append(partial(follow_session, definitions))
    forms = FormLibrary(definitions)
    return Installation(
        settings=settings,
        database=database,
        clock=clock,
        engine=engine,
        definitions=definitions,
        forms=forms,
        completion=Completion(engine, forms),
        examiner=Examiner(database, definitions),
        queue=jobs,
        cookies=URLSafeSerializer(load_secret_key(settings), salt="jiancheng.login"),
        plugins=plugins,
        design_context=DesignContext(definitions.host),
        sign_ins=RateLimit(settings.sign_ins_per_minute),
        verifications=RateLimit(settings.verifications_per_minute),
    )


def check_form(_: str, content: bytes) -> list[Finding]:
    """What stands against publishing a form."""
    try:
        form = parse_form(content, compile_expression=compile_expression)
    except InvalidForm as error:
        return [
            Finding(one.code, one.message_zh, one.message_en, element_id=one.component)
            for one in error.problems
        ]
    parts: list[Field | DynamicList] = [*form.fields, *form.lists]
    return [
        Finding(
            "unknown_binding",
            f"字段绑定到不存在的“{part.bind}”。",
            f"The field is bound to “{part.bind}”, which does not exist.",
            element_id=part.id,
        )
        for part in parts
        if part.bind and part.bind not in WRITERS
    ]


def packaged_sources(plugins: Plugins) -> list[Source]:
    """The definitions that come with the product and its plug-ins."""
    found: list[Source] = []
    with as_file(files("processes")) as processes, as_file(files("forms")) as forms:
        found += load_folder(Path(processes), Path(forms) / "definitions")
    for folder in plugins.folders:
        found += load_folder(folder)
    return found


def _attach(database: Database, settings: Settings) -> None:
    keyring, store = load_keyring(settings), ObjectStore(settings.objects_folder)
    for engine in (database.writer, database.reader):
        attach_keyring(engine, keyring)
        attach_objects(engine, store)
        engine.update_execution_options(
            **{
                OPTION_PUBLIC_URL: settings.public_address,
                OPTION_ARCHIVE_FOLDER: str(settings.archives_folder),
            }
        )
