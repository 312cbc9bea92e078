"""Every error that the service raises on purpose, beside those of `m2fp.errors`.

    M2FPError
    `-- ServiceError
        |-- RequestError            this request cannot be served; sending it again changes nothing
        |   |-- MalformedRequest    malformed_request
        |   |-- InvalidParameter    invalid_parameter
        |   |-- Unauthenticated     unauthenticated: no key, or an unknown one
        |   |-- Forbidden           forbidden: the key may not do this
        |   |-- NotFound            not_found
        |   |   `-- JobNotFound
        |   |-- ResultExpired       result_expired: there was one, and its time is over
        |   |-- RequestTooSlow      request_timeout: the body did not come in time
        |   |-- ResultNotReady      result_not_ready: the picture has not been parsed yet
        |   |-- ItemFailed          item_failed: the picture could not be parsed
        |   |-- IdempotencyConflict idempotency_conflict: this key came with another body before
        |   `-- JobNotCancellable   job_not_cancellable: it has ended
        |-- Busy                    not now; `retry_after_s` says when to try again
        |   |-- RateLimited         rate_limited: this client sends too much
        |   |-- QueueFull           queue_full: all clients together do
        |   |-- ModelNotReady       model_not_ready: still loading, or it cannot be loaded
        |   |-- Draining            draining: the service is shutting down
        |   `-- StoreUnavailable    store_unavailable: jobs or pictures cannot be read or written
        |-- DeadlineExceeded        deadline_exceeded: waited or ran past it, and was stopped
        |-- WorkerLost              worker_lost: the process died that worked on this
        `-- BlobMissing             blob_missing: stored bytes are not there any more

``code`` is stable and documented. A class below another one without a code of its own in this
drawing shares its parent's.
"""

from __future__ import annotations

from m2fp.errors import M2FPError


class ServiceError(M2FPError):
    """Base of every error that only the service raises."""

    code = "service_error"


class RequestError(ServiceError):
    """This request cannot be served; sending it again changes nothing."""

    code = "request_error"


class MalformedRequest(RequestError):
    """The request is not what its content type says, or not of the expected form."""

    code = "malformed_request"


class InvalidParameter(RequestError):
    """A parameter has a value that it cannot have; ``parameter`` is its name."""

    code = "invalid_parameter"

    def __init__(self, message: str, *, parameter: str) -> None:
        super().__init__(message)
        self.parameter = parameter


class Unauthenticated(RequestError):
    """There is no API key, or nobody has this one."""

    code = "unauthenticated"


class Forbidden(RequestError):
    """The API key is known and may not do this; ``scope`` is what it lacks."""

    code = "forbidden"

    def __init__(self, message: str, *, scope: str | None = None) -> None:
        super().__init__(message)
        self.scope = scope


class NotFound(RequestError):
    """There is no such thing, or not for this client."""

    code = "not_found"


class JobNotFound(NotFound):
    """No job has this id; ``job_id`` is what was asked for."""

    def __init__(self, message: str, *, job_id: str) -> None:
        super().__init__(message)
        self.job_id = job_id


class ResultExpired(RequestError):
    """The job ended, and its results have been deleted since."""

    code = "result_expired"


class RequestTooSlow(RequestError):
    """The body of the request did not come in the time that it may take."""

    code = "request_timeout"


class ResultNotReady(RequestError):
    """The picture has not been parsed yet; asking again later makes sense."""

    code = "result_not_ready"


class ItemFailed(RequestError):
    """The picture could not be parsed, so it has no result; the item says why."""

    code = "item_failed"


class IdempotencyConflict(RequestError):
    """The Idempotency-Key came with another body before."""

    code = "idempotency_conflict"


class JobNotCancellable(RequestError):
    """The job has ended already."""

    code = "job_not_cancellable"


class Busy(ServiceError):
    """The service cannot do this now; ``retry_after_s`` is when trying again makes sense."""

    code = "busy"

    def __init__(self, message: str, *, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class RateLimited(Busy):
    """This client sends more than it may."""

    code = "rate_limited"


class QueueFull(Busy):
    """As many requests are waiting as may wait."""

    code = "queue_full"


class ModelNotReady(Busy):
    """No worker has the model loaded: the service is starting, or its model fails to load."""

    code = "model_not_ready"


class Draining(Busy):
    """The service is shutting down and takes nothing new."""

    code = "draining"


class StoreUnavailable(Busy):
    """Jobs or pictures cannot be read or written: no Redis, no disk space."""

    code = "store_unavailable"


class DeadlineExceeded(ServiceError):
    """The work was not done in time and was stopped, or never begun."""

    code = "deadline_exceeded"


class WorkerLost(ServiceError):
    """The process died that worked on this picture; the picture may be why."""

    code = "worker_lost"


class BlobMissing(ServiceError):
    """Stored bytes are not there any more; ``key`` is where they were."""

    code = "blob_missing"

    def __init__(self, message: str, *, key: str) -> None:
        super().__init__(message)
        self.key = key
