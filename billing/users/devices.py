"""What a browser says of itself, in words that its owner recognises."""

from billing.phrases import Phrase

# The first that is found counts: each later one is also in what the earlier ones send.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python-", "Python"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


_UNKNOWN = Phrase("Unknown browser")


def device_of(user_agent: str) -> str:
    """`Firefox on Windows`, from the header User-Agent, which anybody may make up."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), _UNKNOWN)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    return f"{browser} on {system}" if system else browser


def told_device(device: str) -> Phrase:
    """What device_of told, so that it can be said in other languages."""
    browser, on, system = device.partition(" on ")
    if not on:
        return Phrase(browser)
    return Phrase("%(browser)s on %(system)s", browser=Phrase(browser), system=system)
