"""`python -m policies`: plans the roles of a deployment, and holds against them what a local cloud has recorded."""

import argparse
import json
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .plan import planned
from .rights import judge

ACCOUNT = "123456789012"


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="policies", description=__doc__)
    parser.add_argument("--endpoint", required=True, help="of the local cloud")
    parser.add_argument("--document", required=True, type=Path, help="the application file, as Terraform reads it")
    parser.add_argument("--replica", required=True, help="ARN of the replica that was rebuilt")
    parser.add_argument("--keep", required=True, type=Path, metavar="DIR", help="where requests and policies are kept")
    return parser.parse_args(arguments)


def recorded(endpoint: str) -> list[Mapping[str, Any]]:
    with urllib.request.urlopen(f"{endpoint}/_cloud/requests", timeout=60) as answer:
        return json.load(answer)["requests"]


def main() -> int:
    options = parse_arguments()
    options.keep.mkdir(parents=True, exist_ok=True)
    requests = recorded(options.endpoint)
    try:
        documents = planned(options.endpoint, options.document, options.replica, options.keep)
    except subprocess.CalledProcessError as failed:
        print(f"{' '.join(map(str, failed.cmd))}: {failed.stdout}{failed.stderr}", file=sys.stderr)
        return 2
    for name, kept in (("requests", requests), ("policies", documents)):
        (options.keep / f"{name}.json").write_text(json.dumps(kept, indent=1))
    verdict = judge(requests, documents, ACCOUNT)
    for problem in verdict.problems:
        print(problem, file=sys.stderr)
    print(f"{len(requests)} requests: {verdict.allowed} kinds are allowed to who made them,", end=" ")
    print(f"and {verdict.denied} times one is denied to who never does the like")
    return 1 if verdict.problems or not verdict.denied else 0


if __name__ == "__main__":
    sys.exit(main())
