"""What makes queued items happen: this process, or any number of workers with Redis."""

from m2fp.service.queue.embedded import EmbeddedQueue
from m2fp.service.queue.protocol import Observer, Parses, QueueBackend, WorkEnd
from m2fp.service.queue.work import ItemWork

__all__ = ["EmbeddedQueue", "ItemWork", "Observer", "Parses", "QueueBackend", "WorkEnd"]
