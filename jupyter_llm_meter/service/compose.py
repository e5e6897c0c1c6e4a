"""Putting a service together: from its configuration, or from parts that are made already."""

from __future__ import annotations

import logging
from collections.abc import Callable

from jupyter_llm_meter.alerts.channels import Channels
from jupyter_llm_meter.alerts.delivery import AlertDelivery
from jupyter_llm_meter.core.currency import Currency
from jupyter_llm_meter.core.prices import price
from jupyter_llm_meter.ledger import LedgerAccess, Outbox, Pricer
from jupyter_llm_meter.policy.lab_settings import LabPaths
from jupyter_llm_meter.policy.limits_in_force import LimitsInForce
from jupyter_llm_meter.policy.rules import Rules
from jupyter_llm_meter.runtime.background import Background
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.archive_schedule import ArchiveSchedule
from jupyter_llm_meter.service.completion import Completion
from jupyter_llm_meter.service.config import ServiceConfig
from jupyter_llm_meter.service.context import Kernels, Limits, NoKernels
from jupyter_llm_meter.service.counting import Counting
from jupyter_llm_meter.service.forecasts import Forecasts
from jupyter_llm_meter.service.gate import GateFile
from jupyter_llm_meter.service.import_schedule import ImportSchedule
from jupyter_llm_meter.service.ingest import Ingest
from jupyter_llm_meter.service.kernel_runs import KernelRuns
from jupyter_llm_meter.service.limits_watch import LimitsWatch
from jupyter_llm_meter.service.notebook_limits import NotebookLimits
from jupyter_llm_meter.service.notebook_moves import NotebookMoves
from jupyter_llm_meter.service.owner import Owner
from jupyter_llm_meter.service.peers import Peers
from jupyter_llm_meter.service.pricing import pricer_with
from jupyter_llm_meter.service.rendezvous import OwnRendezvous, new_stem
from jupyter_llm_meter.service.reservation_queue import ReservationQueue
from jupyter_llm_meter.service.runaways import Runaways
from jupyter_llm_meter.service.service import Service
from jupyter_llm_meter.service.signals import Signals
from jupyter_llm_meter.service.spool_import import SpoolImport
from jupyter_llm_meter.service.standing import StandingDocument
from jupyter_llm_meter.service.storage import Storage
from jupyter_llm_meter.service.upstream import Upstream
from jupyter_llm_meter.telemetry import CallExport, open_export


def compose_service(
    config: ServiceConfig,
    storage: Storage,
    *,
    lab_paths: Callable[[], LabPaths],
    problems: Problems,
    log: logging.Logger,
    kernels: Kernels | None = None,
    notify: Callable[[str], None] | None = None,
    upstream: Upstream | None = None,
) -> Service:
    """Compose the service that a configuration describes; it is not started.

    Args:
        config: The configuration.
        storage: Private folder and ledger.
        lab_paths: Finds the files of JupyterLab's settings.
        problems: The problems of this service.
        log: The service's log.
        kernels: The lab around the service, if there is one.
        notify: Shows the notices of crossed thresholds; without it they go to the taps.
        upstream: The ledger of a hub, if there is one.
    """
    return assemble_service(
        storage=storage,
        limits=LimitsInForce(config.limits, paths=lab_paths, problems=problems, time_zone=config.time_zone),
        owner=config.owner,
        problems=problems,
        time_zone=config.time_zone,
        log=log,
        kernels=kernels,
        notify=notify,
        pricer=pricer_with(config.prices_file, problems),
        rules=config.rules,
        channels=Channels.from_configuration(config.channels, problems),
        link=config.link,
        currency=config.currency,
        export=open_export(config.otlp, log),
        archive_after_days=config.archive_after_days,
        archive_keep_months=config.archive_keep_months,
        upstream=upstream,
    )


def assemble_service(
    *,
    storage: Storage,
    limits: Limits,
    owner: Owner,
    problems: Problems,
    time_zone: str,
    log: logging.Logger,
    kernels: Kernels | None = None,
    notify: Callable[[str], None] | None = None,
    pricer: Pricer = price,
    rules: Rules | None = None,
    channels: Channels | None = None,
    link: str | None = None,
    currency: Currency | None = None,
    export: CallExport | None = None,
    archive_after_days: int | None = None,
    archive_keep_months: int | None = None,
    upstream: Upstream | None = None,
) -> Service:
    """Assemble a service from its parts; it is not started.

    Args:
        storage: Private folder and ledger.
        limits: The limits in force.
        owner: Whose calls they are when a record does not say.
        problems: What is wrong now.
        time_zone: IANA zone of the days and months of the summary.
        log: The service's log.
        kernels: The lab around the service, if there is one.
        notify: Shows the notices of crossed thresholds; without it they go to the taps.
        pricer: Finds the cost of calls.
        rules: How hard limits are kept.
        channels: Where alerts go; None: nowhere.
        link: Address of the lab, for alerts and refusals.
        currency: What is shown beside dollars; None: nothing.
        export: Exports calls to a collector; None: nothing does.
        archive_after_days: The age in days at which calls are archived; None: they never are.
        archive_keep_months: The age in months at which files of archived calls are removed; None: they never
            are.
        upstream: The ledger of a hub; None: there is no hub.
    """
    kernels, rules = kernels or NoKernels(), rules or Rules()
    channels = channels or Channels({}, problems)
    runs = KernelRuns()
    stem, signals, background = new_stem(), Signals(), Background(log)
    completion, counting, forecasts = Completion(kernels, owner, runs), Counting(problems), Forecasts()
    ledger = LedgerAccess(
        storage.ledger_url,
        storage.folder,
        problems,
        went_away=signals.ledger_lost.emit,
        pricer=pricer,
        outbox=Outbox(channels.names_for, signals.alerts_posted.emit, upstream is not None),
    )
    placed = NotebookLimits(limits, ledger, owner)
    ingest = Ingest(
        ledger=ledger,
        limits=placed,
        completion=completion,
        counting=counting,
        signals=signals,
        tap_reported=kernels.tap_reported,
        notify=notify,
        currency=currency,
    )
    reservations = ReservationQueue(
        ledger=ledger,
        limits=placed,
        completion=completion,
        counting=counting,
        rules=rules,
        background=background,
        signals=signals,
        pricer=pricer,
        link=link,
    )
    runaways = Runaways(ledger, background)
    peers = Peers(storage.folder, stem, background=background, log=log)

    def moved() -> None:
        signals.standing_changed()
        peers.notify_soon()

    above_limits = (lambda: ()) if upstream is None else upstream.limits
    above_standings = (lambda: ()) if upstream is None else upstream.standings
    gate = GateFile(storage.folder, stem, rules=rules, problems=problems)
    return Service(
        stem=stem,
        storage=storage,
        owner=owner,
        rules=rules,
        limits=placed,
        problems=problems,
        log=log,
        signals=signals,
        background=background,
        rendezvous=OwnRendezvous(storage.folder, stem),
        gate=gate,
        limits_watch=LimitsWatch(placed, gate, signals.standing_changed, above_limits),
        channels=channels,
        ledger=ledger,
        alert_delivery=AlertDelivery(
            channels=channels,
            ledger=ledger,
            problems=problems,
            background=background,
            changed=signals.standing_changed,
            link=link,
            limits=placed.current,
            expected_use=forecasts.expected_use,
            cells=kernels.cells,
            currency=currency,
        ),
        counting=counting,
        incoming=ingest,
        reservations=reservations,
        kernel_runs=runs,
        completion=completion,
        moves=NotebookMoves(ledger, owner, background, moved, placed.follow_in),
        runaways=runaways,
        document=StandingDocument(
            ledger=ledger,
            limits=placed,
            kernels=kernels,
            problems=problems,
            owner=owner,
            time_zone=time_zone,
            rules=rules,
            runaways=runaways,
            channels=channels,
            forecasts=forecasts,
            currency=currency,
            above=above_standings,
        ),
        spools=ImportSchedule(
            SpoolImport(storage.folder, ingest.settle_calls, problems, reservations.end_holder),
            folder=storage.folder,
            ledger=ledger,
            background=background,
            signals=signals,
        ),
        peers=peers,
        export=export,
        archive=ArchiveSchedule(
            ledger, archive_after_days, archive_keep_months, background=background, log=log
        ),
        upstream=upstream,
    )
