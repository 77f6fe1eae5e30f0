"""`python -m cloud`: starts the cloud, says where it is, and stops everything it started when it ends."""

import argparse
import contextlib
import json
import signal
import sys
import threading
from pathlib import Path

from .cloud import Cloud, Settings
from .courses import Paces
from .guide import guide
from .stage import Application, Stage, load_items
from .wires import Delivery


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="cloud", description="A local AWS for the end-to-end tests.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--functions", type=Path, metavar="DIR", help="where intake, conductor, notify and gate are")
    parser.add_argument("--application", type=Path, metavar="ITEMS.json", help="the table items of an application")
    for change, default in vars(Paces()).items():
        parser.add_argument(
            f"--{change}-seconds", type=float, default=default, help=f"how long it takes RDS to {change}"
        )
    parser.add_argument("--tick-seconds", type=float, default=1.0, help="how often the schedule fires")
    parser.add_argument("--copies", type=int, default=1, help="how often each event is delivered")
    parser.add_argument("--shuffle-seed", type=int, help="delay and reorder events by this seed")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when stdin does")
    parser.add_argument("--guide", action="store_true", help="print the commands to try by hand")
    parsed = parser.parse_args(arguments)
    if parsed.functions and not parsed.application:
        parser.error("--functions needs --application")
    parsed.paces = Paces(**{change: getattr(parsed, f"{change}_seconds") for change in vars(Paces())})
    if parsed.copies < 1 or parsed.tick_seconds <= 0 or min(vars(parsed.paces).values()) < 0:
        parser.error("--copies and --tick-seconds must be above zero, and what RDS takes not below")
    return parsed


def set_stage(cloud: Cloud, options: argparse.Namespace) -> list[Application]:
    if not options.application:
        return []
    return Stage(cloud).set_up(load_items(options.application), options.functions, options.tick_seconds)


def stop_event(until_stdin_closes: bool) -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if until_stdin_closes:
        threading.Thread(target=await_end_of_input, args=(stop,), daemon=True).start()
    return stop


def await_end_of_input(stop: threading.Event) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    stop.set()


def main() -> int:
    options = parse_arguments()
    stop = stop_event(options.until_stdin_closes)
    settings = Settings(options.port, options.paces, Delivery(options.copies, options.shuffle_seed))
    cloud = Cloud(settings)
    with contextlib.closing(cloud):
        try:
            applications = set_stage(cloud, options)
        except (OSError, ValueError, KeyError, TypeError) as failure:
            print(f"error: the stage cannot be set: {failure!r}", file=sys.stderr)
            return 2
        print(json.dumps({"endpoint": cloud.endpoint}), flush=True)
        if options.guide:
            print(guide(cloud.endpoint, applications), file=sys.stderr)
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
