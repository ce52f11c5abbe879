"""The one place where rooms are put together."""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Final

import msgspec

from sobrio import sdk
from sobrio.call import Aside, Direct, Dispatch, ThroughLitellm
from sobrio.call.litellm_door import refuse_installed
from sobrio.catalog import Catalog
from sobrio.catalog.hourly import configured
from sobrio.encode import encoder_named
from sobrio.errors import InputError, LedgerError, PolicyError
from sobrio.impact import Estimator
from sobrio.ledger import SqliteLedger
from sobrio.observe import Metrics
from sobrio.policy import CachePolicy, Policy, load_policy
from sobrio.policy.promised import promised
from sobrio.quota import Journal, LocalQuotas, SharedQuotas
from sobrio.recall import FILE, RedisStore, SameAnswer, Similar, SqliteStore, Streams, seal_of
from sobrio.redis_door import async_client, failures
from sobrio.route import Rooms
from sobrio.route.rooms import Page, Totals
from sobrio.terms.promise import passed_over
from sobrio.understand import Predictor
from sobrio.understand.language import language_of_text
from sobrio.watched import Watched

if TYPE_CHECKING:
    from sobrio.gateway.keystore import KeyStore
    from sobrio.recall.passages import Library, SharedLibrary, Shelf
    from sobrio.report.document import Declarations
    from sobrio.terms.assessment import Assessment
    from sobrio.terms.model import Model
    from sobrio.terms.ports import Retriever
    from sobrio.terms.receipt import Receipt
    from sobrio.terms.request import Request

log = logging.getLogger("sobrio.assemble")

FIT: Final = "fit.npz"
ACCOUNTS: Final = "accounts.jsonl"
REDIS_URL: Final = "SOBRIO_REDIS_URL"
_PATIENCE_S: Final = 0.25
"""A request waits no longer for the shared accounts; then its replica counts alone."""
_PATIENCE_WITH_THE_LEDGER_S: Final = 1.0
"""Whoever asks a gateway for totals is told sooner than a report that another program holds the ledger."""
_FOLLOW_EVERY_S: Final = 1.0
"""So late are passages found that another process took in, and the time it takes to index them."""


def home(data_dir: Path | None, environ: Mapping[str, str] = os.environ) -> Path:
    """Where state lives: the argument, else $SOBRIO_HOME, else ~/.local/share/sobrio."""
    if data_dir is not None:
        return data_dir
    return Path(environ.get("SOBRIO_HOME") or "~/.local/share/sobrio").expanduser()


def open_ledger(data_dir: Path) -> SqliteLedger:
    """Raises `LedgerError` when the file is not a ledger, or the folder cannot be made."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "unusable").lower()
        raise LedgerError(f"cannot write to {data_dir}: {reason}; choose another with --data-dir") from None
    return SqliteLedger(data_dir / "ledger.sqlite", data_dir / "spool")


def open_keys(data_dir: Path | None, environ: Mapping[str, str] = os.environ) -> KeyStore:
    """The keys that were issued here. Raises `KeysError`."""
    from sobrio.gateway.keystore import KeyStore

    return KeyStore(home(data_dir, environ) / "keys.sqlite")


def open_cache(
    policy: CachePolicy, data_dir: Path, environ: Mapping[str, str] = os.environ
) -> SqliteStore | RedisStore:
    """The server that replicas share, where one is named; else a file. Raises `CacheError`.

    $SOBRIO_CACHE_KEY encrypts what is kept.
    """
    seal = seal_of(environ.get("SOBRIO_CACHE_KEY"))
    url = policy.url or environ.get("SOBRIO_REDIS_URL")
    if url:
        return RedisStore(url, seal=seal, max_entries=policy.max_entries)
    path = data_dir / FILE
    return SqliteStore(path, seal=seal, max_bytes=policy.max_bytes, max_entries=policy.max_entries)


class _Likeness:
    """The semantic cache, soon after the first request that may use it.

    The encoders of `sobrio[same]` take seconds to load: a thread does that, so that neither the start nor a
    request waits for them. Until then only the same requests are recalled. Encoder and judge are made for
    each other; where they are not, likeness is left out and nothing else.
    """

    def __init__(self, cache: SqliteStore | RedisStore, encoder: str) -> None:
        self._cache = cache
        self._encoder = encoder
        self._similar: Similar | None = None
        self._wanted = False
        self._beginning = Lock()
        self._loading: Thread | None = None
        self.problem: str | None = None

    def __call__(self) -> Similar | None:
        if not self._wanted:
            return None
        if self._loading is None:
            self._begin()
        return self._similar

    def follow(self, policy: Policy) -> None:
        """Takes what a policy about to be in force says; what could not be loaded before is tried again."""
        self._wanted, self.problem = policy.cache.semantic is not None, None
        if self._similar is None and self._loading is not None and not self._loading.is_alive():
            self._loading = None

    def _begin(self) -> None:
        with self._beginning:
            if self._loading is None:
                loading = Thread(target=self._load, name="judge", daemon=True)
                loading.start()
                self._loading = loading

    def settle(self) -> None:
        """Waits until what was asked for is loaded, or known not to be."""
        if self._loading is not None:
            self._loading.join()

    def close(self) -> None:
        self.settle()
        if self._similar is not None:
            self._similar.close()

    def _load(self) -> None:
        try:
            encoder, judge = encoder_named(self._encoder), SameAnswer.default()
        except InputError as error:
            self.problem = f"no semantic cache: {error.message}"
        else:
            cache = self._cache
            self._similar = Similar(cache, Streams(cache), encoder, judge, language_of_text)


def open_library(
    policy: CachePolicy, data_dir: Path, environ: Mapping[str, str] = os.environ
) -> Library | SharedLibrary:
    """The passages where answers are kept, too: on a server, else in a file. Raises `CacheError`."""
    from sobrio.recall.passages import Library, SharedLibrary

    seal, url = seal_of(environ.get("SOBRIO_CACHE_KEY")), policy.url or environ.get(REDIS_URL)
    return SharedLibrary(url, seal) if url else Library(data_dir / Library.FILE, seal)


def _shelf(policy: Policy, data_dir: Path, environ: Mapping[str, str], stack: ExitStack) -> Shelf | None:
    """The passages of `sobrio cache ingest`, taken in before or while this runs."""
    from sobrio.recall.passages import Library, SharedLibrary, Shelf

    path, shared = data_dir / Library.FILE, policy.cache.url or environ.get(REDIS_URL)
    if not (policy.adds_passages or shared or path.exists()):
        return None
    library = open_library(policy.cache, data_dir, environ)
    if isinstance(library, SharedLibrary):
        library.follow(_FOLLOW_EVERY_S)
        if path.exists():
            log.warning("%s is not read: replicas share passages; run `sobrio cache ingest` again", path)
    shelf = Shelf(library, encoder_named(policy.cache.encoder))
    shelf.follow(_FOLLOW_EVERY_S)
    stack.callback(shelf.close)
    return shelf


def predictor_of(fit: Path) -> Predictor:
    """The shipped predictor, with what `sobrio predictor fit` learned where there is such a file."""
    return Predictor.default().with_fit(fit) if fit.exists() else Predictor.default()


class _Understanding:
    """The predictor in force: the shipped one until there is a fit that can take over."""

    def __init__(self, fit: Path) -> None:
        load = partial(predictor_of, fit)
        first, problem = _begun(load)
        self.watched = Watched("predictor", fit, first, load)
        self.watched.problem = problem

    @property
    def version(self) -> str:
        return self.watched().version

    def assess(self, request: Request, models: Sequence[Model]) -> Assessment:
        found = self.watched().assess(request, models)
        if self.watched.problem is None:
            return found
        return msgspec.structs.replace(found, caveats=(*found.caveats, "fit-not-in-force"))


def _begun(load: Callable[[], Predictor]) -> tuple[Predictor, str | None]:
    """What to begin with, and why it is not the fit: one for an earlier predictor must stop no gateway."""
    try:
        return load(), None
    except InputError as error:
        log.warning("the shipped predictor is in force, without labels: %s", error.message)
        return Predictor.default(), error.message


def _unkept(policy: Policy, predictor: str) -> str | None:
    """Promises of the policy that are for another predictor, in words."""
    told = (each for given in promised(policy).values() for each in passed_over(given, predictor))
    return "; ".join(dict.fromkeys(told)) or None


def _must_be_countable(policy: Policy, workers: int, environ: Mapping[str, str]) -> None:
    """Raises `PolicyError` for limits that several workers would each count for themselves."""
    if policy.limits and workers > 1 and not environ.get(REDIS_URL):
        raise PolicyError(f"limits need one worker, or a server to share: set {REDIS_URL} or drop --workers")


def _quotas(
    policy: Callable[[], Policy], data_dir: Path, environ: Mapping[str, str], stack: ExitStack
) -> LocalQuotas | SharedQuotas:
    url = environ.get(REDIS_URL)
    if not url:
        local = LocalQuotas(lambda: policy().limits, journal=Journal(data_dir / ACCOUNTS))
        stack.callback(local.close)
        return local
    return SharedQuotas(async_client(url, _PATIENCE_S), lambda: policy().limits, away=failures())


def _receipts(ledger: SqliteLedger, tenant: str | None, first: date, last: date) -> Iterator[Receipt]:
    days = first.isoformat(), (last + timedelta(days=1)).isoformat()
    receipts = ledger.receipts(*days, patience_s=_PATIENCE_WITH_THE_LEDGER_S)
    return (each for each in receipts if tenant is None or each.caller.tenant == tenant)


def _totals(ledger: SqliteLedger, estimator: Callable[[], Estimator]) -> Totals:
    def total(tenant: str | None, first: date, last: date, by: tuple[str, ...]) -> bytes:
        from sobrio.report.summary import summary

        own = _receipts(ledger, tenant, first, last)
        return summary(own, estimator=estimator(), first=first, last=last, by=by)

    return total


def _page(ledger: SqliteLedger, estimator: Callable[[], Estimator], policy: Callable[[], Policy]) -> Page:
    def page(tenant: str | None, first: date, last: date, lang: str) -> bytes:
        from sobrio.report import build, to_html

        own, declared = _receipts(ledger, tenant, first, last), declarations(policy())
        report = build(
            own, estimator=estimator(), period_start=first, period_end=last, lang=lang, declared=declared
        )
        return to_html(report).encode()

    return page


def declarations(policy: Policy) -> Declarations:
    """What a report takes from the policy: the declared reference, and where impacts belong."""
    from sobrio.report.document import Baseline, Declarations

    inventory = {name: each.inventory for name, each in policy.deployments.items()}
    baseline = policy.baseline
    if baseline is None:
        return Declarations(inventory=inventory)
    declared = Baseline(baseline.model.name, baseline.since, baseline.reason, policy=policy.version)
    return Declarations(baselines=(declared,), inventory=inventory)


@contextmanager
def open_rooms(
    policy: Path | None = None,
    *,
    data_dir: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    workers: int = 1,
    retriever: Retriever | None = None,
) -> Iterator[Rooms]:
    """Every room a request passes through, opened in order and closed in reverse.

    `retriever` takes the place of the passages that `sobrio cache ingest` took in.

    The policy is read first, so that a mistake in it costs nothing else. Raises `PolicyError`,
    `LedgerError` or `CatalogError` with the line that says what to do, and `NotReachable` where a
    litellm with malicious code is installed, used or not.
    """
    refuse_installed()
    catalog = Catalog.default()
    where = home(data_dir, environ)
    accountant = Estimator(catalog=catalog, hourly=configured(environ))

    def load() -> Policy:
        loaded = load_policy(policy, catalog, environ)
        _must_be_countable(loaded, workers, environ)
        for deployment in loaded.deployments.values():
            accountant.rates(deployment)  # drawn now, so that no request has to wait for it
        return loaded

    in_force = load()
    with ExitStack() as stack:
        cache = open_cache(in_force.cache, where, environ)
        stack.callback(cache.close)
        likeness = _Likeness(cache, in_force.cache.encoder)
        stack.callback(likeness.close)
        likeness.follow(in_force)

        def reload() -> Policy:
            loaded = load()
            likeness.follow(loaded)
            return loaded

        watched = stack.enter_context(Watched("policy", Path(in_force.source), in_force, reload))
        understanding = _Understanding(where / FIT)
        stack.enter_context(understanding.watched)
        metrics = Metrics(lambda: watched().version)
        ledger = open_ledger(where)
        stack.callback(ledger.shutdown)

        def own() -> Callable[[], Estimator]:
            """An estimator works in one thread at a time: not in that of requests, nor in another's."""
            return functools.cache(lambda: Estimator(catalog=catalog))

        quotas = _quotas(watched, where, environ, stack)
        shelf = None if retriever else _shelf(in_force, where, environ, stack)
        yield Rooms(
            policy=watched,
            assessor=understanding,
            accountant=accountant,
            upstream=Dispatch(openai=Direct(), litellm=Aside(ThroughLitellm())),
            ledger=ledger,
            quotas=quotas,
            price=catalog.price,
            listeners=(metrics.take,),
            metrics=metrics.text,
            troubles=(
                lambda: watched.problem,
                lambda: understanding.watched.problem,
                lambda: _unkept(watched(), understanding.version),
                lambda: ledger.problem,
                lambda: likeness.problem,
                lambda: cache.problem,
                lambda: quotas.problem,
                lambda: None if shelf is None else shelf.problem,
            ),
            totals=_totals(ledger, own()),
            page=_page(ledger, own(), watched),
            cache=cache,
            retriever=retriever or shelf,
            edition=None if shelf is None else shelf.edition,
            indexed=None if shelf is None else shelf.indexed,
            similar=likeness,
        )


class Sobrio(sdk.Sobrio):
    """In process, or against a gateway with `base_url`."""

    _open_rooms = staticmethod(partial(open_rooms))


class AsyncSobrio(sdk.AsyncSobrio):
    """In process, or against a gateway with `base_url`."""

    _open_rooms = staticmethod(partial(open_rooms))
