"""Nothing secret and nobody's address in the log, whatever an error or a library says of itself.

The code that logs says nothing of the kind by itself; this is for what it cannot know, such as
the message of an exception. Source: OWASP ASVS 5.0, V14.2.4 and V16.2.5.
"""

import re

HIDDEN = "(hidden)"

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), HIDDEN),
    (re.compile(r"\b(dbs|whsec)_[A-Za-z0-9_+/=-]{8,}"), rf"\1_{HIDDEN}"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://[^\s/:@]*):[^\s/@]+@"), rf"\1:{HIDDEN}@"),
    (
        re.compile(
            r"(?i)((?:password|passwd|secret|token|otp|cookie|code|code_verifier|api[_-]?key)"
            r"['\"]?\s*[=:]\s*)(?:'[^']*'|\"[^\"]*\"|[^\s'\",&}\]]+)"
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"/(sign-in/link|sign-in/new|invitation|setup)/[^\s/'\"?]+"), rf"/\1/{HIDDEN}"),
    (re.compile(r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)+"), "(email)"),
)
_SUSPECT = re.compile(
    r"(?i)@|bearer|basic|eyJ|dbs_|whsec_|passw|secret|token|otp|cookie|code|key|/"
)


def without_secrets(text: str) -> str:
    """The text with everything hidden that looks like a secret or an address of mail."""
    if _SUSPECT.search(text) is None:
        return text
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text
