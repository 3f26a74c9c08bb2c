"""How Celery is set: little on the wire, nothing trusted that comes from it, no long waits."""

import ssl
from typing import Any

QUEUE = "duebill.run_chunks"

_VISIBLE_AGAIN_SECONDS = 60
"""A message that nobody confirmed for so long is given to another worker."""


def configuration(redis_url: str) -> dict[str, Any]:
    """Celery's settings, for workers and for those who send to them."""
    return {
        "broker_url": _broker(redis_url),
        "broker_use_ssl": _tls(redis_url),
        "broker_connection_timeout": 2,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport_options": _TRANSPORT,
        "task_default_queue": QUEUE,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        # Confirmed when done: what a worker that dies had in hand goes to another.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
    }


_TRANSPORT = {
    "global_keyprefix": "duebill:celery:",
    "visibility_timeout": _VISIBLE_AGAIN_SECONDS,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,  # else only each tenth sweep looks
    "socket_connect_timeout": 1,
    "socket_timeout": 5,  # longer than the second for which a worker waits for a message
    "socket_keepalive": True,
}


def _broker(redis_url: str) -> str:
    """The address in Celery's words, which has another one for sockets of Unix."""
    path, _, query = redis_url.partition("?")
    if not path.startswith("unix://"):
        return redis_url
    number = query.removeprefix("db=") or "0"
    return f"redis+socket://{path.removeprefix('unix://')}?virtual_host={number}"


def _tls(redis_url: str) -> dict[str, Any] | None:
    """With rediss:// the server's certificate is always checked."""
    if not redis_url.startswith("rediss://"):
        return None
    return {"ssl_cert_reqs": ssl.CERT_REQUIRED}
