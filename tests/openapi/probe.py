"""Tries api/openapi.json against a running server as one caller, and names what nobody has explained.

    probe.py SCHEMATHESIS DOCUMENT URL FOLDER ["Header: value"]

schemathesis makes requests of the document, right ones and wrong ones, in all its phases and by all its checks, and
finds where server and document differ. What may differ is in accepted.txt, each with a reason. The same requests are
made each time. FOLDER takes its report.
"""

import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

# What would take away the caller's own ground: its token, its password, its table.
LEFT_OUT = ["logout", "set_up", "verify", "disable", "update_member", "delete_member", "delete_branch"]
# Requests of one operation in a phase.
EACH = "2"

here = pathlib.Path(__file__).parent


def accepted():
    """The rules of accepted.txt: code of the check, operation, text, as regular expressions."""
    for line in (here / "accepted.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, operation, text, _reason = (part.strip() for part in line.split(" | "))
            yield re.compile(code), re.compile(operation), re.compile(text)


def found(report):
    """Each finding of the report: code, operation, what it says."""
    for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
        for failure in case:
            if failure.tag not in ("failure", "error"):
                continue
            for part in re.split(r"(?m)^\d+\. Test Case ID", failure.text or ""):
                codes = re.findall(r"(?m)^- (ST\d+|[A-Z]\w+)", part)
                if not codes and part.strip():
                    codes = [failure.tag]
                for code in codes:
                    yield code, case.get("name"), part.strip()


def main():
    schemathesis, document, url, folder, *headers = sys.argv[1:]
    report = pathlib.Path(folder) / "report.xml"
    command = [schemathesis, "--no-color", "run", document, "--url", url, "--phases", "examples,coverage,fuzzing,stateful"]
    command += ["--checks", "all", "--mode", "all", "--max-examples", EACH, "--generation-deterministic"]
    command += ["--continue-on-failure", "--warnings", "off", "--output-sanitize", "false", "--report", "junit", "--report-junit-path", str(report)]
    for header in headers:
        command += ["--header", header]
    for operation in LEFT_OUT:
        command += ["--exclude-operation-id", operation]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if not report.exists():
        sys.exit(f"schemathesis wrote no report:\n{run.stdout[-4000:]}\n{run.stderr[-4000:]}")
    rules, unexplained, explained = list(accepted()), {}, 0
    for code, operation, text in found(report):
        if any(c.search(code) and o.search(operation) and t.search(text) for c, o, t in rules):
            explained += 1
        else:
            unexplained.setdefault((code, operation), text)
    tried = re.search(r"(\d[\d,]*) generated", run.stdout)
    print(f"{tried.group(1) if tried else '?'} requests, {explained} findings explained, {len(unexplained)} not")
    for (code, operation), text in sorted(unexplained.items()):
        print(f"\n=== {code} {operation}\n{text[:1500]}")
    if not tried or unexplained:
        sys.exit(1)


main()
