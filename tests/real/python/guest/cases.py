"""Runs modules of Python's own test suite and prints one line a case.

    cases.py [--exclude PATTERNS] MODULE[:PATTERNS] ...

PATTERNS are those of fnmatch over case IDs, separated by commas: what of the module is run (without
them all), and what is left out.

Lines (on the descriptor that was standard output at the start, whatever the tests do to it):

    start ID             the case begins; a case without an outcome hung or ended the process
    ok ID
    skip ID: reason
    fail ID: last line of the traceback    (an error, too, and an unexpected success)
    done MODULE cases SECONDS              (of CPU, children included: in virtual time how much work it was)

IDs are unittest's, without the leading "test."; of a class or module whose set-up fails, unittest's
name for that.
"""
import faulthandler
import fnmatch
import gc
import importlib
import os
import sys
import traceback
import unittest

from test import support
from test.support import os_helper

OUT = os.dup(1)
DETAILS = os.environ.get("CASES_DETAILS")


def say(*words):
    os.write(OUT, (" ".join(words).replace("\n", " ") + "\n").encode("utf-8", "backslashreplace"))


def name(case):
    return case.id().removeprefix("test.")


class Lines(unittest.TestResult):
    """Tells each case's outcome once: a failure of any of its parts makes it a failure."""

    def startTest(self, case):
        super().startTest(case)
        self.outcome = None
        say("start", name(case))

    def stopTest(self, case):
        super().stopTest(case)
        say(self.outcome or "fail " + name(case) + ": no outcome")
        self.outcome = None

    def note(self, case, outcome, detail=""):
        line = f"{outcome} {name(case)}" + (f": {detail}" if detail else "")
        if isinstance(case, unittest.TestCase):
            if outcome == "fail" or self.outcome is None:
                self.outcome = line
        else:
            say(line)

    def failure(self, case, error):
        if DETAILS:
            traceback.print_exception(*error)
        self.note(case, "fail", traceback.format_exception_only(*error[:2])[-1].strip()[:300])

    def addSuccess(self, case):
        self.note(case, "ok")

    def addSkip(self, case, reason):
        # A skipped part leaves the outcome of the whole open.
        if hasattr(case, "test_case"):
            return
        self.note(case, "skip", reason)

    def addError(self, case, error):
        self.failure(case, error)

    def addFailure(self, case, error):
        self.failure(case, error)

    def addSubTest(self, case, part, error):
        if error is not None:
            self.failure(case, error)

    def addExpectedFailure(self, case, error):
        self.note(case, "ok")

    def addUnexpectedSuccess(self, case):
        self.note(case, "fail", "unexpected success")


def cases(suite):
    for part in suite:
        if isinstance(part, unittest.TestSuite):
            yield from cases(part)
        else:
            yield part


def matches(case, patterns):
    return any(fnmatch.fnmatchcase(case, pattern) for pattern in patterns)


def filtered(suite, keep):
    """The suite without the cases that are not kept; its structure is what runs the classes' set-up."""
    kept = [filtered(part, keep) if isinstance(part, unittest.TestSuite) else part for part in suite]
    return type(suite)(part for part in kept if isinstance(part, unittest.TestSuite) or keep(name(part)))


def main(arguments):
    excluded = []
    if arguments and arguments[0] == "--exclude":
        excluded = arguments[1].split(",")
        arguments = arguments[2:]
    if os.environ.get("CASES_TIMEOUT"):
        faulthandler.dump_traceback_later(float(os.environ["CASES_TIMEOUT"]), exit=True)
    faulthandler.enable(sys.__stderr__)
    support.use_resources = ["network", "subprocess", "decimal", "walltime"]
    support.verbose = False
    loader = unittest.TestLoader()
    before = 0
    for argument in arguments:
        module, _, patterns = argument.partition(":")
        wanted = patterns.split(",") if patterns else ["*"]
        with os_helper.temp_cwd(f"cases_{module}_{os.getpid()}"):
            def keep(case):
                return matches(case, wanted) and not matches(case, excluded)

            result = Lines()
            support._run_suite = lambda suite: filtered(suite, keep).run(result)
            try:
                imported = importlib.import_module("test." + module)
                if hasattr(imported, "test_main"):
                    imported.test_main()
                else:
                    support._run_suite(loader.loadTestsFromModule(imported))
            except unittest.SkipTest as error:
                say("skip", module + ":", str(error))
            gc.collect()
            support.reap_children()
            now = sum(os.times()[:4])
            say("done", module, str(result.testsRun), f"{now - before:.1f}")
            before = now


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)
