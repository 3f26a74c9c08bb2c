"""Create `.venv` and install exact packages: `make_venv.py STAMP REQUIREMENTS...`.

Runs on the system's Python, which may be too old or lack venv, so it uses the standard library
only and says in one line what is missing. The stamp lets make see that nothing changed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"


def fail(message):
    sys.exit("Duebill: " + message)


def run(*command):
    if subprocess.call([str(part) for part in command]) != 0:
        fail("this step failed: " + " ".join(str(part) for part in command))


def as_root():
    """The prefix that runs a command as root without asking, or None when there is none."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return [sudo, "-n"] if sudo and subprocess.call([sudo, "-n", "true"], **quiet) == 0 else None


def have_ensurepip():
    return subprocess.call([sys.executable, "-c", "import ensurepip, venv"], stderr=-3) == 0


def install_venv_package():
    """Debian ships venv apart from Python; fetch it where we may, else say what to type."""
    package = "python{}.{}-venv".format(*sys.version_info)
    prefix = as_root()
    if prefix is None or not shutil.which("apt-get"):
        fail("Python's venv module is missing. Install it: sudo apt-get install " + package)
    run(*prefix, "apt-get", "update", "-qq")
    run(*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-yqq", package)


def create():
    if sys.version_info < (3, 11):  # noqa: UP036 -- that is the check
        fail("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ".")
    if not have_ensurepip():
        install_venv_package()
    print("Creating .venv ...", flush=True)
    run(sys.executable, "-m", "venv", "--clear", VENV)


def works():
    """A venv that was moved, or whose Python went away, has to be made again."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return PYTHON.exists() and subprocess.call([str(PYTHON), "-m", "pip", "-V"], **quiet) == 0


def main(stamp, requirements):
    if not works():
        create()
    print("Installing " + ", ".join(requirements) + " ...", flush=True)
    options = [part for name in requirements for part in ("-r", name)]
    run(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", *options)
    Path(stamp).touch()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
