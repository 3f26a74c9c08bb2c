"""Billing runs whose chunks are carried to workers on several machines, by Celery on Redis.

Messages carry the ids of chunks and nothing else. Who may work on a chunk is decided by its lease
in MongoDB, so that a message that comes twice, late or never does no harm.
"""
