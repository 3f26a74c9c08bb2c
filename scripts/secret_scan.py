"""Look for secrets in what git keeps: `python -m scripts.secret_scan`, part of `make check`.

What looks like a key of a known service, a private key or a token is looked for everywhere, words
like `password = "…"` where the product and its deployment are: tests are full of made-up ones.
Exit code 1 names each finding that is not known. Needs no network.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from detect_secrets.core.potential_secret import PotentialSecret
from detect_secrets.core.scan import scan_line
from detect_secrets.settings import transient_settings

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("billing/", "portal/", "api/", "deploy/", "scripts/", "templates/")
_GENERATED = {".po", ".png", ".woff2", ".ttf", ".ico", ".webp", ".gz", ".pdf"}
_BIG = {"package-lock.json", "docs/openapi.json", "api/openapi/examples.json"}
_EVERYWHERE = (
    "ArtifactoryDetector", "AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector",
    "CloudantDetector", "DiscordBotTokenDetector", "GitHubTokenDetector", "GitLabTokenDetector",
    "IbmCloudIamDetector", "JwtTokenDetector", "MailchimpDetector", "NpmDetector",
    "OpenAIDetector", "PrivateKeyDetector", "PypiTokenDetector", "SendGridDetector",
    "SlackDetector", "SquareOAuthDetector", "StripeDetector", "TelegramBotTokenDetector",
    "TwilioKeyDetector",
)  # fmt: skip
_LIKE_A_KEY = re.compile(r"[\w+/=.-]{20}|PRIVATE KEY|://[^/\s]*:[^/\s]*@")
_LIKE_A_WORD = re.compile(r"(?i)pass|pwd|secret|key|token|credential|auth|private")
"""What a line must have for a detector to find anything: to ask all of them takes three times as
long."""
KNOWN: dict[tuple[str, str], str] = {
    (
        "deploy/kubernetes/example/secret.env.example",
        "112bb791304791ddcf692e29fd5cf149b35fea37",
    ): "PASSWORD",
    ("deploy/make-secrets.sh", "347cd9c53ff77d41a7b22aa56c7b4efaf54658e3"): "%s",
    ("tests/portal/test_log_redaction.py", "f3bbbd66a63d4bf1747940578ec3d0103530e21d"): "hidden",
    ("tests/api/examples/teller.py", "774c1fddc86c94868d32dd35e76fb5fcba865bbb"): "made up",
    (
        "tests/api/test_webhooks.py",
        "1a91d62f7ca67399625a4368a6ab5d4a3baa6073",
    ): "an address refused",
    ("tests/billing/users/test_tokens.py", "2646aa2393486767fd470e560dfa16a486945965"): "unsigned",
    (
        "tests/billing/webhooks/test_targets.py",
        "e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4",
    ): "refused",
    ("billing/entrance/letters.py", "a613756e030149431b0337e8b3a6c62440eb5ddc"): "a kind of mail",
    ("billing/self_service/change_team.py", "200b57390a8a7a35122bb997aca01f3305c42a80"): "None",
    ("portal/auth/mailed.py", "2afffd419fac75fac1470dbe9510dae754442c4c"): "a page's name",
}
"""Findings that are none: the file and the secret's SHA-1, and why."""


def findings(paths: list[str]) -> Iterator[tuple[str, int, PotentialSecret]]:
    """The file, line and kind of each, the known ones left out."""
    product = [path for path in paths if path.startswith(PRODUCT)]
    yield from _found(paths, _EVERYWHERE, _LIKE_A_KEY)
    yield from _found(product, ("KeywordDetector",), _LIKE_A_WORD)


def _found(
    paths: list[str], detectors: tuple[str, ...], worth_a_look: re.Pattern[str]
) -> Iterator[tuple[str, int, PotentialSecret]]:
    with transient_settings({"plugins_used": [{"name": name} for name in detectors]}):
        for path in paths:
            for number, line in enumerate(_lines(ROOT / path), 1):
                for secret in scan_line(line) if worth_a_look.search(line) else ():
                    if (path, secret.secret_hash) not in KNOWN:
                        yield path, number, secret


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
        return []  # a picture, or what is deleted and not committed yet


def tracked() -> list[str]:
    """What git keeps, but for pictures, catalogues and what is written by a program."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names = listed.stdout.splitlines()
    return [n for n in names if Path(n).suffix not in _GENERATED and n not in _BIG]


def main() -> int:
    """The exit code."""
    found = list(findings(tracked()))
    for path, line, secret in found:
        print(f"{path}:{line}: {secret.type} ({secret.secret_hash})", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
