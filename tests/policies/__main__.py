"""`python -m policies`: holds what a local cloud has recorded against the policies that Terraform plans."""

import argparse
import json
import sys
from pathlib import Path

from .rights import judge

ACCOUNT = "123456789012"


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="policies", description=__doc__)
    parser.add_argument("requests", type=Path, help="what GET /_cloud/requests of the local cloud answers")
    parser.add_argument("policies", type=Path, help="by caller, a list of policy documents, each as text")
    return parser.parse_args(arguments)


def main() -> int:
    options = parse_arguments()
    requests = json.loads(options.requests.read_text())["requests"]
    policies = json.loads(options.policies.read_text())
    documents = {caller: [json.loads(text) for text in texts] for caller, texts in policies.items()}
    verdict = judge(requests, documents, ACCOUNT)
    for problem in verdict.problems:
        print(problem, file=sys.stderr)
    print(f"{len(requests)} requests: {verdict.allowed} kinds are allowed to who made them,", end=" ")
    print(f"and {verdict.denied} times one is denied to who never does the like")
    return 1 if verdict.problems or not verdict.denied else 0


if __name__ == "__main__":
    sys.exit(main())
