"""Every error a user of sobrio can meet.

    SobrioError
    ├── InputError            the caller's request or command is wrong                  (HTTP 400, exit 2)
    │   ├── UnknownModel      a model name nobody declared                              (HTTP 404)
    │   ├── TooLarge          a body over the limit                                     (HTTP 413)
    │   └── DocumentError     a document that cannot be read, or a folder without any   (exit 2)
    ├── PolicyError           the policy file is missing, unreadable or wrong           (exit 2)
    ├── Refused               the policy allows no deployment for this request          (HTTP 403)
    ├── OverLimit             a rate limit or a budget is used up                       (HTTP 429)
    ├── NotReachable          no allowed deployment can be called from here             (HTTP 503)
    │   └── NotCalled         decided for a deployment that has no backing here         (HTTP 503)
    ├── NotKept               only a kept answer was wanted, and there is none          (HTTP 504)
    ├── UpstreamError         the called deployment failed                              (HTTP 502 or its own)
    │   ├── UpstreamTimeout                                                             (HTTP 504)
    │   └── UpstreamBroken    it broke off in the middle of an answer                   (HTTP 502)
    ├── ClientGone            the caller left before the answer                         (HTTP 499)
    ├── LedgerError           the ledger cannot be read or written                      (exit 2)
    ├── KeysError             the file of issued keys cannot be read or written        (HTTP 503, exit 2)
    ├── CacheError            a store of answers failed; the request goes on without it
    └── CatalogError          a fact without a source, or a broken catalogue file       (exit 2)

A message is one line and ends with the next step where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping


class SobrioError(Exception):
    """The root; `status` is the HTTP status and `code` the stable machine-readable word.

    `receipt_id` and `details` (the answer's `sobrio` block) are set once the failure is booked.
    """

    status = 500
    code = "internal_error"
    kind = "api_error"
    receipt_id: str | None = None
    details: Mapping[str, object] | None = None

    def __init__(self, message: str, *, status: int | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if status is not None:
            self.status = status
        if code is not None:
            self.code = code


class InputError(SobrioError):
    status = 400
    code = "invalid_request"
    kind = "invalid_request_error"


class UnknownModel(InputError):
    status = 404
    code = "model_not_found"


class TooLarge(InputError):
    status = 413
    code = "request_too_large"


class DocumentError(InputError):
    code = "document_error"


class PolicyError(SobrioError):
    code = "policy_error"


class Refused(SobrioError):
    status = 403
    code = "refused_by_policy"
    kind = "permission_error"


class OverLimit(SobrioError):
    """`retry_after_s` is `None` when waiting will not help."""

    status = 429
    code = "rate_limit_exceeded"
    kind = "rate_limit_error"

    def __init__(self, message: str, *, code: str | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after_s = retry_after_s


class NotReachable(SobrioError):
    status = 503
    code = "not_reachable"

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class NotCalled(NotReachable):
    """The decision stands and is shown, but there is nothing here to call."""

    code = "decided-not-called"


class NotKept(SobrioError):
    status = 504
    code = "not_cached"


class UpstreamError(SobrioError):
    """`body` holds what the upstream said, verbatim, where it said anything."""

    status = 502
    code = "upstream_error"

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        body: bytes = b"",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, status=status, code=code)
        self.body = body
        self.retry_after_s = retry_after_s


class UpstreamTimeout(UpstreamError):
    status = 504
    code = "upstream_timeout"


class UpstreamBroken(UpstreamError):
    code = "upstream_broken"


class ClientGone(SobrioError):
    status = 499
    code = "client_gone"


class LedgerError(SobrioError):
    code = "ledger_error"


class KeysError(SobrioError):
    status = 503
    code = "keys_error"


class CatalogError(SobrioError):
    code = "catalog_error"


class CacheError(SobrioError):
    code = "cache_error"
