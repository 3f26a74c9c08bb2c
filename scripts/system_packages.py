"""See that the tests find Chromium, Redis and nginx; install them where the system lets us.

Needs root or a sudo that asks nothing. Otherwise it says what to type and the tests that need the
missing part fail with its name: nothing is skipped silently.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from make_venv import as_root

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def missing() -> list[str]:
    """The Debian packages that are not there yet."""
    packages = []
    if not any(shutil.which(name) for name in BROWSERS):
        packages.append("chromium")
    if not shutil.which("redis-server"):
        packages.append("redis-server")
    if not shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin"):
        packages.append("nginx")
    return packages


def install(packages: list[str], prefix: list[str]) -> None:
    print(f"Installing {', '.join(packages)} for the tests ...", flush=True)
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o=Dpkg::Use-Pty=0"]
    subprocess.run([*apt, "update"], check=False, stdout=subprocess.DEVNULL)
    options = ["install", "-y", "--no-install-recommends"]
    subprocess.run([*apt, *options, *packages], check=False, stdout=subprocess.DEVNULL)


def main() -> None:
    packages = missing()
    prefix = as_root()
    if packages and prefix is not None and shutil.which("apt-get"):
        install(packages, prefix)
    if still := missing():
        names = " ".join(still)
        print(f"Duebill: the tests need {names}: sudo apt-get install {names}", file=sys.stderr)


if __name__ == "__main__":
    main()
